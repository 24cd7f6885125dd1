package milena.metadata;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import milena.common.Outcome;
import milena.common.TopicIdPartition;
import milena.metadata.InSyncChange.Member;
import milena.metadata.PartitionImage.Reassignment;
import milena.testing.SeedRule;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Partitions on their way to other brokers: step by step; then any order of steps at random. */
public class ReassignmentsTest extends JUnitSuite {
  private static final TopicIdPartition ID = new TopicIdPartition(Images.topicId("t"), 0);
  private static final ElectionRules RULES = new ElectionRules(1, false);

  @Rule public final SeedRule seeds = new SeedRule();

  private final Reassignments reassignments = new Reassignments(RULES);
  private final InSyncDecisions inSync = new InSyncDecisions(RULES);
  private final BrokerDecisions brokers = new BrokerDecisions(RULES);
  private ClusterImage image =
      Images.withTopic(Images.brokers(6), "t", Images.partition(1, 2), Images.partition(2, 1));

  private Errors alter(boolean mayChangeFactor, NewReplicas wanted) {
    Decision<List<Outcome>> decision =
        reassignments.alter(image, List.of(wanted), mayChangeFactor, new Random(1));
    image = Images.after(image, decision);
    return decision.reply().get(0).toError();
  }

  private Errors move(Integer... to) {
    return alter(true, new NewReplicas("t", 0, Optional.of(List.of(to))));
  }

  private Errors cancel() {
    return alter(true, new NewReplicas("t", 0, Optional.empty()));
  }

  private PartitionImage partition() {
    return image.partition(ID);
  }

  /** Returns the events. */
  private List<MetadataEvent> inSync(Integer... isr) {
    PartitionImage now = partition();
    Decision<?> decision =
        inSync.alter(
            image,
            now.leader(),
            image.brokers().get(now.leader()).epoch(),
            List.of(
                new InSyncChange(
                    ID,
                    now.leaderEpoch(),
                    now.partitionEpoch(),
                    List.of(isr).stream().map(broker -> new Member(broker, -1)).toList())));
    image = Images.after(image, decision);
    return decision.events();
  }

  private void fence(int broker) {
    image = Images.after(image, brokers.fence(image, List.of(image.brokers().get(broker))));
  }

  private void assertPlan(List<Integer> replicas, List<Integer> adding, List<Integer> removing) {
    assertEquals(replicas, partition().replicas());
    assertEquals(new Reassignment(adding, removing), partition().reassignment());
    for (int broker : replicas) {
      assertEquals(Images.directory(broker), partition().directoryOf(broker));
    }
  }

  @Test
  public void newReplicasComeInBesideTheOldOnesThenTakeTheirPlace() {
    assertEquals(Errors.NONE, move(3, 4));
    assertPlan(List.of(3, 4, 1, 2), List.of(3, 4), List.of(1, 2));
    assertEquals(List.of(1, 2), partition().isr());
    assertEquals("the leader is not disturbed", 0, partition().leaderEpoch());
    inSync(1, 2, 3);
    assertPlan(List.of(3, 4, 1, 2), List.of(3, 4), List.of(1, 2));
    inSync(1, 2, 3, 4);
    assertPlan(List.of(3, 4), List.of(), List.of());
    assertEquals(List.of(3, 4), partition().isr());
    assertEquals(3, partition().leader());
    assertEquals(1, partition().leaderEpoch());
  }

  @Test
  public void aLeaderThatStaysLeadsOnInANewEpoch() {
    move(1, 3);
    inSync(1, 2, 3);
    assertPlan(List.of(1, 3), List.of(), List.of());
    assertEquals(1, partition().leader());
    assertEquals("whoever left is forgotten", 1, partition().leaderEpoch());
  }

  @Test
  public void whoTakesOverAfterAMoveHasEverything() {
    move(3);
    ClusterImage before = image;
    List<MetadataEvent> events = inSync(1, 2, 3);
    assertEquals(3, partition().leader());
    assertEquals(List.of(), RiskyElection.among(before, events));
  }

  @Test
  public void whoAloneMayLeadAgainIsNotMovedOut() {
    image =
        Images.withTopic(
            Images.brokers(6),
            "t",
            new PartitionImage(
                List.of(5, 2, 3),
                List.of(Images.directory(5), Images.directory(2), Images.directory(3)),
                List.of(),
                List.of(),
                5,
                PartitionImage.NO_LEADER,
                4,
                9,
                new Reassignment(List.of(5, 2), List.of(3))));
    assertEquals(Errors.NONE, move(1, 4));
    assertPlan(List.of(1, 4, 5, 3), List.of(1, 4, 5), List.of(5, 3));
    assertEquals(Errors.INVALID_REPLICA_ASSIGNMENT, cancel());
  }

  @Test
  public void moreReplicasNeedNoNewEpoch() {
    move(1, 2, 3);
    assertPlan(List.of(1, 2, 3), List.of(3), List.of());
    inSync(1, 2, 3);
    assertPlan(List.of(1, 2, 3), List.of(), List.of());
    assertEquals(0, partition().leaderEpoch());
  }

  @Test
  public void whatNeedsNoCopyIsDoneAtOnce() {
    assertEquals(Errors.NONE, move(2, 1));
    assertPlan(List.of(2, 1), List.of(), List.of());
    assertEquals("leadership goes back in its time", 1, partition().leader());
    assertEquals(Errors.NONE, move(2));
    assertPlan(List.of(2), List.of(), List.of());
    assertEquals(2, partition().leader());
    int epoch = partition().partitionEpoch();
    assertEquals("what is so already changes nothing", Errors.NONE, move(2));
    assertEquals(epoch, partition().partitionEpoch());
  }

  @Test
  public void aMoveThatIsGivenUpLeavesTheOldReplicas() {
    assertEquals(Errors.NO_REASSIGNMENT_IN_PROGRESS, cancel());
    move(3, 4);
    inSync(1, 2, 3);
    assertEquals(Errors.NONE, cancel());
    assertPlan(List.of(1, 2), List.of(), List.of());
    assertEquals(List.of(1, 2), partition().isr());
    assertEquals("3 is forgotten", 1, partition().leaderEpoch());
    assertEquals(Errors.NO_REASSIGNMENT_IN_PROGRESS, cancel());
  }

  @Test
  public void aNewPlanReplacesTheOneUnderWay() {
    move(3, 4);
    inSync(1, 2, 3);
    move(5, 6);
    // 4 has nothing yet and goes; 3 is in sync and goes with the others.
    assertPlan(List.of(5, 6, 3, 1, 2), List.of(5, 6, 3), List.of(3, 1, 2));
    cancel();
    assertPlan(List.of(1, 2), List.of(), List.of());
    move(3, 4);
    move(3, 1);
    assertPlan(List.of(3, 1, 2), List.of(3), List.of(2));
  }

  @Test
  public void theOldReplicasAreNotGivenUpForOnesThatCannotLead() {
    move(3);
    fence(3);
    assertPlan(List.of(3, 1, 2), List.of(3), List.of(1, 2));
    assertEquals(List.of(1, 2), partition().isr());
    assertEquals(1, partition().leader());
  }

  @Test
  public void goingBackNeedsSomebodyWhoHasEverything() {
    move(3, 4);
    inSync(1, 3);
    fence(1);
    assertEquals("with one in sync nobody else is needed", List.of(3), partition().isr());
    assertEquals(3, partition().leader());
    assertEquals(Errors.INVALID_REPLICA_ASSIGNMENT, cancel());
    image =
        image.apply(
            new ClusterEvent.ConfigsReplaced(
                new ConfigResource(ConfigResource.Type.TOPIC, "t"),
                Map.of("unclean.leader.election.enable", "true")));
    assertEquals(Errors.NONE, cancel());
    assertPlan(List.of(1, 2), List.of(), List.of());
    assertEquals(2, partition().leader());
  }

  @Test
  public void whatCannotBeIsRefused() {
    assertEquals(Errors.INVALID_REPLICA_ASSIGNMENT, move());
    assertEquals(Errors.INVALID_REPLICA_ASSIGNMENT, move(1, 1));
    assertEquals(Errors.INVALID_REPLICA_ASSIGNMENT, move(1, 77));
    assertEquals(Errors.INVALID_REPLICA_ASSIGNMENT, move(1, -1));
    List<Integer> three = List.of(1, 2, 3);
    assertEquals(
        Errors.UNKNOWN_TOPIC_OR_PARTITION,
        alter(true, new NewReplicas("u", 0, Optional.of(three))));
    assertEquals(
        Errors.UNKNOWN_TOPIC_OR_PARTITION,
        alter(true, new NewReplicas("t", 2, Optional.of(three))));
    assertEquals(
        Errors.INVALID_REPLICATION_FACTOR,
        alter(false, new NewReplicas("t", 0, Optional.of(three))));
    assertEquals(
        "as many as there will be",
        Errors.NONE,
        alter(true, new NewReplicas("t", 0, Optional.of(three))));
    assertEquals(Errors.NONE, alter(false, new NewReplicas("t", 0, Optional.of(List.of(4, 5, 6)))));
  }

  @Test
  public void whoGrowsATopicMeanwhileGetsTheWantedFactor() {
    move(1, 2, 3, 4);
    TopicDecisions topics =
        new TopicDecisions(
            new TopicDecisions.TopicDefaults(1, (short) 1), milena.common.config.ConfigRules.ANY);
    image =
        Images.after(
            image,
            topics.grow(
                image, List.of(new NewPartitions("t", 3, Optional.empty())), new Random(1)));
    assertEquals(4, image.topic("t").partition(2).replicas().size());
  }

  /**
   * Plans, changes of them, cancellations, crashes and returns at random: whoever is in sync has
   * all that was written while somebody led, and with all back and in sync the last plan is fact.
   */
  @Test
  public void anyOrderOfPlansAndFaultsIsSound() {
    Random random = seeds.random();
    for (int round = 0; round < 300; round++) {
      image = Images.withTopic(Images.brokers(6), "t", Images.partition(1, 2));
      List<Integer> wanted = List.of(1, 2);
      for (int step = 0; step < 30; step++) {
        PartitionImage before = partition();
        Set<Integer> found = Set.of();
        switch (random.nextInt(4)) {
          case 0 -> {
            List<Integer> target = some(random);
            if (move(target.toArray(Integer[]::new)) == Errors.NONE) {
              wanted = target;
            }
          }
          case 1 -> {
            List<Integer> former = before.replicasBefore();
            if (cancel() == Errors.NONE) {
              wanted = former;
            }
          }
          case 2 -> found = changeInSync(random);
          default -> comeOrGo(random);
        }
        assertSound(before, partition(), found);
      }
      for (int broker = 1; broker <= 6; broker++) {
        unfence(broker);
      }
      assertTrue("somebody leads: " + partition(), partition().hasLeader());
      inSync(partition().replicas().toArray(Integer[]::new));
      assertEquals(wanted, partition().replicas());
      assertFalse(partition().reassignment().isUnderWay());
    }
  }

  private static List<Integer> some(Random random) {
    List<Integer> all = new ArrayList<>(List.of(1, 2, 3, 4, 5, 6));
    Collections.shuffle(all, random);
    return all.subList(0, 1 + random.nextInt(4));
  }

  /** The leader finds some in sync. */
  private Set<Integer> changeInSync(Random random) {
    PartitionImage now = partition();
    Set<Integer> isr = new HashSet<>();
    if (now.hasLeader()) {
      isr.add(now.leader());
      now.replicas().stream()
          .filter(broker -> image.brokers().get(broker).active() && random.nextBoolean())
          .forEach(isr::add);
      inSync(isr.toArray(Integer[]::new));
    }
    return isr;
  }

  private void comeOrGo(Random random) {
    int broker = 1 + random.nextInt(6);
    if (image.brokers().get(broker).fenced()) {
      unfence(broker);
    } else {
      fence(broker);
    }
  }

  private void unfence(int broker) {
    image =
        Images.after(
            image,
            brokers.heartbeat(
                image,
                new BrokerDecisions.Beat(
                    broker, 100 + broker, Long.MAX_VALUE, false, false, List.of()),
                0));
  }

  private void assertSound(PartitionImage old, PartitionImage now, Set<Integer> found) {
    String step = old + " -> " + now;
    assertTrue(step, now.replicas().containsAll(now.isr()));
    assertTrue(step, now.replicas().containsAll(now.elr()));
    assertTrue(step, Collections.disjoint(now.isr(), now.elr()));
    assertFalse(step, now.replicasWanted().isEmpty());
    assertFalse(step, now.replicasBefore().isEmpty());
    if (now.hasLeader()) {
      assertTrue(step, now.isr().contains(now.leader()));
      assertTrue(step, image.brokers().get(now.leader()).active());
    }
    boolean newLeader = now.leader() != old.leader();
    boolean someoneLeft = !now.replicas().containsAll(old.replicas());
    assertEquals(step, newLeader || someoneLeft, now.leaderEpoch() > old.leaderEpoch());
    if (newLeader && now.hasLeader()) {
      assertTrue(
          "only who has everything leads: " + step,
          old.isr().contains(now.leader())
              || old.elr().contains(now.leader())
              || found.contains(now.leader())
              || now.leader() == old.lastKnownLeader());
    }
  }
}
