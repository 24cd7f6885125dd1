package milena.broker.partition;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import milena.broker.partition.PartitionReplica.Append;
import milena.broker.partition.PartitionReplica.AppendListener;
import milena.broker.partition.PartitionReplica.AppendOrigin;
import milena.broker.partition.PartitionReplica.AppendResult;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class UnansweredAppendsTest extends JUnitSuite {
  private static final int ALL = -1;
  private static final long LOG_START = 3;

  private boolean enoughInSync = true;
  private final UnansweredAppends appends =
      new UnansweredAppends(() -> LOG_START, () -> enoughInSync);
  private final List<String> happened = new ArrayList<>();

  /** Stages a record, called by its offset. */
  private void stage(int acks, long offset, long deadlineNanos) {
    AppendListener listener =
        new AppendListener() {
          @Override
          public void released() {
            happened.add(offset + " released");
          }

          @Override
          public void completed(AppendResult result) {
            assertEquals(LOG_START, result.logStartOffset());
            assertEquals(result.error() == Errors.NONE ? offset : -1, result.baseOffset());
            happened.add(offset + " " + result.error());
          }
        };
    ByteBuffer none = ByteBuffer.allocate(0);
    appends.staged(
        new Append(none, (short) acks, AppendOrigin.CLIENT, -1, deadlineNanos, listener),
        offset,
        offset + 1,
        -1);
  }

  private List<String> taken() {
    List<String> taken = List.copyOf(happened);
    happened.clear();
    return taken;
  }

  @Test
  public void eachIsAnsweredWhenWhatItsAcksAskForHasCome() {
    stage(0, 10, 100);
    stage(1, 11, 100);
    stage(ALL, 12, 100);
    assertTrue(appends.hasStaged());
    appends.written();
    assertFalse(appends.hasStaged());
    assertEquals(List.of("10 released", "11 released", "12 released"), taken());
    assertTrue(appends.awaitFollowers());
    appends.acknowledge(11, 10);
    assertEquals(List.of("10 NONE"), taken());
    appends.acknowledge(13, 12);
    assertEquals(List.of("11 NONE"), taken());
    assertTrue(appends.awaitFollowers());
    appends.acknowledge(13, 13);
    assertEquals(List.of("12 NONE"), taken());
    assertFalse(appends.awaitFollowers());
    assertEquals(Long.MAX_VALUE, appends.earliestDeadlineNanos());
  }

  @Test
  public void whatIsCommittedByTooFewIsNotASuccess() {
    stage(ALL, 10, 100);
    appends.written();
    enoughInSync = false;
    appends.acknowledge(11, 11);
    assertEquals(List.of("10 released", "10 NOT_ENOUGH_REPLICAS_AFTER_APPEND"), taken());
  }

  @Test
  public void whatHasWaitedForTooLongIsGivenUp() {
    stage(ALL, 10, 100);
    stage(1, 11, 90);
    appends.written();
    appends.acknowledge(10, 10);
    assertEquals(90, appends.earliestDeadlineNanos());
    taken();
    appends.expire(89);
    assertEquals(List.of(), taken());
    appends.expire(95);
    assertEquals(List.of("11 REQUEST_TIMED_OUT"), taken());
    assertEquals(100, appends.earliestDeadlineNanos());
  }

  @Test
  public void whoResignsAnswersAllAndGivesBackWhatIsOnlyStaged() {
    stage(ALL, 10, 100);
    appends.written();
    appends.acknowledge(10, 10);
    stage(1, 11, 100);
    appends.written();
    stage(1, 12, 100);
    taken();
    appends.resign(Errors.NOT_LEADER_OR_FOLLOWER);
    assertEquals(
        List.of(
            "12 released",
            "12 NOT_LEADER_OR_FOLLOWER",
            "11 NOT_LEADER_OR_FOLLOWER",
            "10 NOT_LEADER_OR_FOLLOWER"),
        taken());
  }
}
