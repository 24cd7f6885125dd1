package milena.metadata;

import static org.junit.Assert.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import milena.testing.SeedRule;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Who leads after what, arrow by arrow; then any order of arrows at random. */
public class ElectionTest extends JUnitSuite {
  private static final IntPredicate ALL = broker -> true;
  private static final IntPredicate NONE = broker -> false;

  @Rule public final SeedRule seeds = new SeedRule();

  private static ElectionRules.Terms terms(int minInSync, IntPredicate canLead) {
    return new ElectionRules.Terms(minInSync, false, canLead);
  }

  private static PartitionImage p(
      List<Integer> isr, List<Integer> elr, int last, int leader, int epoch, int version) {
    List<Integer> replicas = List.of(1, 2, 3);
    return new PartitionImage(
        replicas,
        replicas.stream().map(Images::directory).toList(),
        isr,
        elr,
        last,
        leader,
        epoch,
        version);
  }

  private static void assertBecomes(PartitionImage expected, Optional<PartitionImage> actual) {
    assertEquals(Optional.of(expected), actual);
  }

  @Test
  public void theNextOfTheInSyncReplicasLeads() {
    assertBecomes(
        p(List.of(2, 3), List.of(), 2, 2, 6, 9),
        Election.withoutBroker(p(List.of(1, 2, 3), List.of(), 1, 1, 5, 8), 1, terms(2, ALL)));
  }

  @Test
  public void aFollowerThatLeavesChangesNoEpoch() {
    assertBecomes(
        p(List.of(1, 2), List.of(), 1, 1, 5, 9),
        Election.withoutBroker(p(List.of(1, 2, 3), List.of(), 1, 1, 5, 8), 3, terms(2, ALL)));
  }

  @Test
  public void whoeverWasNeverInSyncChangesNothing() {
    assertEquals(
        Optional.empty(),
        Election.withoutBroker(p(List.of(1, 2), List.of(), 1, 1, 5, 8), 3, terms(2, ALL)));
  }

  @Test
  public void belowTheMinimumWhoLeavesStaysEligible() {
    assertBecomes(
        p(List.of(2), List.of(1), 2, 2, 6, 9),
        Election.withoutBroker(p(List.of(1, 2), List.of(), 1, 1, 5, 8), 1, terms(2, ALL)));
    assertBecomes(
        p(List.of(), List.of(1, 2), 2, -1, 7, 10),
        Election.withoutBroker(p(List.of(2), List.of(1), 2, 2, 6, 9), 2, terms(2, NONE)));
  }

  @Test
  public void theLastToLeaveMakesRoomForAnEligibleOne() {
    assertBecomes(
        p(List.of(1), List.of(2), 1, 1, 7, 10),
        Election.withoutBroker(p(List.of(2), List.of(1), 2, 2, 6, 9), 2, terms(2, ALL)));
  }

  @Test
  public void theFirstEligibleToReturnLeads() {
    assertBecomes(
        p(List.of(2), List.of(1), 2, 2, 8, 11),
        Election.elect(p(List.of(), List.of(1, 2), 2, -1, 7, 10), terms(2, broker -> broker == 2)));
  }

  @Test
  public void nobodyElseLeads() {
    assertEquals(
        Optional.empty(),
        Election.elect(p(List.of(), List.of(1, 2), 2, -1, 7, 10), terms(2, broker -> broker == 3)));
  }

  @Test
  public void whoLostItsDataIsNeitherInSyncNorEligible() {
    assertBecomes(
        p(List.of(), List.of(), 1, -1, 6, 9),
        Election.withoutReplica(p(List.of(1), List.of(), 1, 1, 5, 8), 1, terms(1, ALL)));
  }

  @Test
  public void whenNobodyIsLeftTheLastKnownLeaderAloneLeadsAgain() {
    PartitionImage lost = p(List.of(), List.of(), 1, -1, 6, 9);
    assertEquals(Optional.empty(), Election.elect(lost, terms(1, broker -> broker != 1)));
    assertBecomes(p(List.of(1), List.of(), 1, 1, 7, 10), Election.elect(lost, terms(1, ALL)));
  }

  @Test
  public void whereItIsAllowedAnyReplicaLeadsRatherThanNobody() {
    ElectionRules.Terms unclean = new ElectionRules.Terms(1, true, broker -> broker == 3);
    assertBecomes(
        p(List.of(3), List.of(), 3, 3, 6, 9),
        Election.withoutBroker(p(List.of(1), List.of(2), 1, 1, 5, 8), 1, unclean));
    assertEquals(
        "who has everything comes first",
        2,
        Election.withoutBroker(
                p(List.of(1, 2), List.of(), 1, 1, 5, 8), 1, new ElectionRules.Terms(1, true, ALL))
            .orElseThrow()
            .leader());
  }

  @Test
  public void thePreferredReplicaLeadsIfItHasEverything() {
    assertBecomes(
        p(List.of(1, 2), List.of(), 1, 1, 6, 9),
        Election.preferred(p(List.of(1, 2), List.of(), 2, 2, 5, 8), terms(2, ALL)));
    assertEquals(
        Optional.empty(),
        Election.preferred(p(List.of(2, 3), List.of(), 2, 2, 5, 8), terms(2, ALL)));
    assertEquals(
        "eligible is not enough while others are in sync",
        Optional.empty(),
        Election.preferred(p(List.of(2), List.of(1), 2, 2, 5, 8), terms(2, ALL)));
  }

  /** Random comings and goings: what must hold of each step holds. */
  @Test
  public void anyOrderOfComingsAndGoingsIsSound() {
    Random random = seeds.random();
    for (int round = 0; round < 500; round++) {
      int minInSync = 1 + random.nextInt(3);
      PartitionImage partition = Images.partition(1, 2, 3);
      Set<Integer> up = new HashSet<>(List.of(1, 2, 3));
      for (int step = 0; step < 30; step++) {
        int broker = 1 + random.nextInt(3);
        Optional<PartitionImage> next = change(partition, up, broker, minInSync, random);
        if (next.isPresent()) {
          assertSound(partition, next.get(), up);
          partition = next.get();
        }
      }
      for (int broker = 1; broker <= 3; broker++) {
        up.add(broker);
        partition = Election.elect(partition, terms(minInSync, up::contains)).orElse(partition);
      }
      Assert.assertTrue("with all up somebody leads: " + partition, partition.hasLeader());
    }
  }

  private static Optional<PartitionImage> change(
      PartitionImage partition, Set<Integer> up, int broker, int minInSync, Random random) {
    if (up.remove(broker)) {
      return random.nextInt(4) == 0
          ? Election.withoutReplica(partition, broker, terms(minInSync, up::contains))
          : Election.withoutBroker(partition, broker, terms(minInSync, up::contains));
    }
    up.add(broker);
    return Election.elect(partition, terms(minInSync, up::contains));
  }

  private static void assertSound(PartitionImage old, PartitionImage now, Set<Integer> up) {
    assertEquals(old.partitionEpoch() + 1, now.partitionEpoch());
    assertEquals(
        old.leader() == now.leader() ? old.leaderEpoch() : old.leaderEpoch() + 1,
        now.leaderEpoch());
    if (now.hasLeader()) {
      Assert.assertTrue(now.toString(), up.contains(now.leader()));
      Assert.assertTrue(now.toString(), now.isr().contains(now.leader()));
      assertEquals(now.leader(), now.lastKnownLeader());
    }
    List<Integer> all = new ArrayList<>(now.isr());
    all.addAll(now.elr());
    assertEquals("in sync or eligible, never both: " + now, all.size(), new HashSet<>(all).size());
    boolean hadCandidates =
        old.isr().stream().anyMatch(up::contains)
            || (old.isr().isEmpty() && old.elr().stream().anyMatch(up::contains));
    Assert.assertTrue(old + " -> " + now, now.hasLeader() || !hadCandidates);
  }
}
