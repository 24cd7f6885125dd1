package milena.replication;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class LeaderStateTest extends JUnitSuite {

  @Test
  public void aLoneReplicaIsItsOwnHighWatermark() {
    LeaderState leader = new LeaderState(1, 0, 0, List.of(1), List.of(1), 1, 5, 0);
    assertEquals(5, leader.highWatermark());
    leader.onOwnLogEnd(9);
    assertEquals(9, leader.highWatermark());
  }

  @Test
  public void moreReplicasThanThereAreCantBeAskedFor() {
    LeaderState leader = new LeaderState(1, 0, 0, List.of(1), List.of(1), 3, 5, 0);
    assertTrue(leader.hasEnoughInSync());
    assertEquals(5, leader.highWatermark());
  }

  @Test
  public void theSlowestInSyncReplicaDecides() {
    LeaderState leader = new LeaderState(1, 4, 0, List.of(1, 2, 3), List.of(1, 2, 3), 2, 10, 3);
    assertEquals(3, leader.highWatermark());
    assertFalse(leader.onFollowerFetched(2, 8));
    assertTrue(leader.onFollowerFetched(3, 6));
    assertEquals(6, leader.highWatermark());
    assertTrue(leader.onFollowerFetched(3, 10));
    assertEquals(8, leader.highWatermark());
  }

  @Test
  public void theHighWatermarkNeverGoesBack() {
    LeaderState leader = new LeaderState(1, 4, 0, List.of(1, 2), List.of(1, 2), 1, 10, 7);
    assertFalse(leader.onFollowerFetched(2, 5));
    assertEquals(7, leader.highWatermark());
  }

  @Test
  public void aShrunkenIsrNoLongerWaitsButBelowTheMinimumNothingMoves() {
    LeaderState leader = new LeaderState(1, 4, 0, List.of(1, 2, 3), List.of(1, 2, 3), 2, 10, 0);
    leader.onFollowerFetched(2, 10);
    assertEquals(0, leader.highWatermark());
    assertTrue(leader.onDecided(1, List.of(1, 2, 3), List.of(1, 2)));
    assertEquals(10, leader.highWatermark());
    assertTrue(leader.onDecided(2, List.of(1, 2, 3), List.of(1)));
    assertFalse(leader.hasEnoughInSync());
    leader.onOwnLogEnd(20);
    assertEquals(10, leader.highWatermark());
    leader.onMinInSync(1);
    assertEquals(20, leader.highWatermark());
  }

  @Test
  public void anOlderDecisionIsIgnored() {
    LeaderState leader = new LeaderState(1, 4, 7, List.of(1, 2), List.of(1, 2), 1, 10, 0);
    assertFalse(leader.onDecided(7, List.of(1, 2), List.of(1)));
    assertEquals(0, leader.highWatermark());
  }

  @Test
  public void strangersAreNotCounted() {
    LeaderState leader = new LeaderState(1, 4, 7, List.of(1, 2), List.of(1, 2), 1, 10, 0);
    assertFalse(leader.onFollowerFetched(9, 10));
    assertFalse(leader.onFollowerFetched(1, 10));
    assertEquals(0, leader.highWatermark());
  }

  @Test
  public void whileAChangesFateIsOpenTheLargerSetCounts() {
    InSyncReplicas.Committed two = new InSyncReplicas.Committed(Set.of(1, 2));
    assertFalse(two.isPending());
    assertEquals(Set.of(1, 2), two.maximal());
    InSyncReplicas.PendingExpand expand = two.toPendingExpand(3);
    assertTrue(expand.isPending());
    assertEquals(Set.of(1, 2), expand.committed());
    assertEquals(Set.of(1, 2, 3), expand.maximal());
    InSyncReplicas.PendingShrink shrink = two.toPendingShrink(Set.of(2));
    assertEquals(Set.of(1, 2), shrink.maximal());
    assertEquals(Set.of(1), shrink.wanted());
  }
}
