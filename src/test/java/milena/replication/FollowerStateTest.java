package milena.replication;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import milena.common.OffsetAndEpoch;
import milena.replication.FollowerState.Answer;
import milena.replication.FollowerState.StartAt;
import milena.replication.FollowerState.Take;
import milena.replication.FollowerState.TruncateTo;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class FollowerStateTest extends JUnitSuite {
  private final FollowerState follower = new FollowerState(2, 5, 10);

  /** A log to 30, of epoch 1 to 10, 2 to 20 and 4 from there. */
  private static OffsetAndEpoch endOfEpoch(int epoch) {
    return epoch >= 5 || epoch < 1
        ? new OffsetAndEpoch(-1, -1)
        : epoch == 4
            ? new OffsetAndEpoch(30, 4)
            : epoch == 1 ? new OffsetAndEpoch(10, 1) : new OffsetAndEpoch(20, 2);
  }

  private FollowerState.Step diverging(int epoch, long end) {
    Answer answer = new Answer(10, 0, new OffsetAndEpoch(end, epoch), false);
    return follower.onAnswer(answer, 30, FollowerStateTest::endOfEpoch);
  }

  @Test
  public void recordsAreTakenWhereTheLogsAgree() {
    assertEquals(
        Take.RECORDS,
        follower.onAnswer(new Answer(10, 0, null, false), 30, FollowerStateTest::endOfEpoch));
  }

  @Test
  public void theNearerEndOfACommonEpochIsWhereTheyAgree() {
    assertEquals(new TruncateTo(25), diverging(4, 25));
    assertEquals(new TruncateTo(20), diverging(2, 40));
    assertEquals(new TruncateTo(12), diverging(2, 12));
  }

  @Test
  public void anEpochThatOnlyTheLeaderHasLeadsToTheOlderOne() {
    assertEquals(new TruncateTo(20), diverging(3, 28));
    assertEquals(new TruncateTo(20), diverging(3, 18));
  }

  @Test
  public void anEpochOlderThanAllCutsToItsEndAtTheLeader() {
    assertEquals(new TruncateTo(3), diverging(0, 3));
  }

  @Test
  public void outOfTheLeadersRangeBeginsAnew() {
    assertEquals(
        new StartAt(50),
        follower.onAnswer(new Answer(90, 50, null, true), 30, FollowerStateTest::endOfEpoch));
  }

  @Test
  public void theHighWatermarkFollowsTheLeadersWithinTheLogAndOnlyACutTakesItBack() {
    assertTrue(follower.onTaken(40, 30));
    assertEquals(30, follower.highWatermark());
    assertFalse(follower.onTaken(20, 30));
    assertEquals(30, follower.highWatermark());
    follower.onTruncated(25);
    assertEquals(25, follower.highWatermark());
  }
}
