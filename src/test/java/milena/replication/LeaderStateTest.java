package milena.replication;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class LeaderStateTest extends JUnitSuite {
  private static final long NOW = 1000;
  private static final long LAG = 30_000;

  /** Of the brokers 1 to 4 all are alive but the last. */
  private static final IntPredicate NOT_FOUR = broker -> broker != 4;

  private static LeaderState leader(
      int leaderEpoch, Members members, int minInSync, long logEnd, long highWatermark) {
    return new LeaderState(
        1,
        leaderEpoch,
        members,
        new LeaderState.Limits(minInSync, LAG),
        logEnd,
        highWatermark,
        NOW);
  }

  @Test
  public void theLowWatermarkIsThatOfAllThatAreAlive() {
    LeaderState leader = leader(0, new Members(0, List.of(1, 2, 3, 4), List.of(1, 2)), 1, 8, 8);
    assertEquals("nobody has said yet", -1, leader.lowWatermark(5, NOT_FOUR));
    leader.onFollowerFetched(2, 7, 8, NOW);
    leader.onFollowerLogStart(2, 7, 5);
    assertEquals(-1, leader.lowWatermark(5, NOT_FOUR));
    leader.onFollowerFetched(3, 7, 8, NOW);
    leader.onFollowerLogStart(3, 7, 3);
    assertEquals(3, leader.lowWatermark(5, NOT_FOUR));
    leader.onFollowerLogStart(3, 6, 5);
    assertEquals("an earlier incarnation's word", 3, leader.lowWatermark(5, NOT_FOUR));
    leader.onFollowerLogStart(3, 7, 5);
    assertEquals(5, leader.lowWatermark(5, NOT_FOUR));
  }

  @Test
  public void aLoneReplicaIsItsOwnHighWatermark() {
    LeaderState leader = leader(0, new Members(0, List.of(1), List.of(1)), 1, 5, 0);
    assertEquals(5, leader.highWatermark());
    leader.onOwnLog(9, 9, NOW);
    assertEquals(9, leader.highWatermark());
  }

  @Test
  public void moreReplicasThanThereAreCantBeAskedFor() {
    LeaderState leader = leader(0, new Members(0, List.of(1), List.of(1)), 3, 5, 0);
    assertTrue(leader.hasEnoughInSync());
    assertEquals(5, leader.highWatermark());
  }

  @Test
  public void theSlowestInSyncReplicaDecides() {
    LeaderState leader = leader(4, new Members(0, List.of(1, 2, 3), List.of(1, 2, 3)), 2, 10, 3);
    assertEquals(3, leader.highWatermark());
    assertFalse(leader.onFollowerFetched(2, 7, 8, NOW));
    assertTrue(leader.onFollowerFetched(3, 7, 6, NOW));
    assertEquals(6, leader.highWatermark());
    assertTrue(leader.onFollowerFetched(3, 7, 10, NOW));
    assertEquals(8, leader.highWatermark());
  }

  @Test
  public void theHighWatermarkNeverGoesBack() {
    LeaderState leader = leader(4, new Members(0, List.of(1, 2), List.of(1, 2)), 1, 10, 7);
    assertFalse(leader.onFollowerFetched(2, 7, 5, NOW));
    assertEquals(7, leader.highWatermark());
  }

  @Test
  public void aShrunkenIsrNoLongerWaitsButBelowTheMinimumNothingMoves() {
    LeaderState leader = leader(4, new Members(0, List.of(1, 2, 3), List.of(1, 2, 3)), 2, 10, 0);
    leader.onFollowerFetched(2, 7, 10, NOW);
    assertEquals(0, leader.highWatermark());
    assertTrue(leader.onDecided(new Members(1, List.of(1, 2, 3), List.of(1, 2)), NOW));
    assertEquals(10, leader.highWatermark());
    assertTrue(leader.onDecided(new Members(2, List.of(1, 2, 3), List.of(1)), NOW));
    assertFalse(leader.hasEnoughInSync());
    leader.onOwnLog(20, 20, NOW);
    assertEquals(10, leader.highWatermark());
    leader.onLimits(new LeaderState.Limits(1, LAG));
    assertEquals(20, leader.highWatermark());
  }

  @Test
  public void anOlderDecisionIsIgnored() {
    LeaderState leader = leader(4, new Members(7, List.of(1, 2), List.of(1, 2)), 1, 10, 0);
    assertFalse(leader.onDecided(new Members(7, List.of(1, 2), List.of(1)), NOW));
    assertEquals(0, leader.highWatermark());
  }

  @Test
  public void strangersAreNotCounted() {
    LeaderState leader = leader(4, new Members(7, List.of(1, 2), List.of(1, 2)), 1, 10, 0);
    assertFalse(leader.onFollowerFetched(9, 7, 10, NOW));
    assertFalse(leader.onFollowerFetched(1, 7, 10, NOW));
    assertEquals(0, leader.highWatermark());
  }

  @Test
  public void whoFetchesBeforeItIsKnownToBeAReplicaIsRemembered() {
    LeaderState leader = leader(4, new Members(7, List.of(1, 2), List.of(1, 2)), 1, 0, 0);
    leader.onFollowerFetched(3, 9, 0, NOW);
    leader.onFollowerLogStart(3, 9, 0);
    assertTrue(leader.propose(NOW).isEmpty());
    leader.onDecided(new Members(8, List.of(1, 2, 3), List.of(1, 2)), NOW);
    assertEquals(Set.of(1, 2, 3), leader.propose(NOW).orElseThrow().inSync().keySet());
    assertEquals(-1, leader.lowWatermark(0, NOT_FOUR));
  }

  @Test
  public void onlySoManyStrangersAreRemembered() {
    LeaderState leader = leader(4, new Members(7, List.of(1), List.of(1)), 1, 0, 0);
    for (int id = 2; id < 1_000; id++) {
      leader.onFollowerFetched(id, 9, 0, NOW);
    }
    leader.onDecided(new Members(8, List.of(1, 999), List.of(1)), NOW);
    assertTrue(leader.propose(NOW).isEmpty());
  }

  @Test
  public void whileAChangesFateIsOpenTheLargerSetCounts() {
    InSyncReplicas.Committed two = new InSyncReplicas.Committed(Set.of(1, 2));
    assertFalse(two.isPending());
    assertEquals(Set.of(1, 2), two.maximal());
    InSyncReplicas.PendingExpand expand = two.toPendingExpand(3, 23);
    assertTrue(expand.isPending());
    assertEquals(Set.of(1, 2), expand.committed());
    assertEquals(Set.of(1, 2, 3), expand.maximal());
    InSyncReplicas.PendingShrink shrink = two.toPendingShrink(Set.of(2));
    assertEquals(Set.of(1, 2), shrink.maximal());
    assertEquals(Set.of(1), shrink.wanted());
  }
}
