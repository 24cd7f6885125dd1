package milena.replication;

import java.util.function.IntFunction;
import milena.common.OffsetAndEpoch;

/**
 * A follower's part of a leader epoch: what it does with its leader's answers.
 *
 * <p>Its log and the leader's are the same up to some offset. Which one, leader epochs tell, and
 * nothing else (KIP-101, KIP-279): each fetch names the epoch of the follower's last record
 * (KIP-595), and where the leader's log has no such record the answer is the largest epoch that it
 * knows at or below, and where that ends. The follower cuts its log and asks again; each round goes
 * at least one epoch back, so it ends. The high watermark is no such place: a follower's lags
 * behind its leader's, and what is above it may be committed.
 *
 * <p>Plain and single-threaded; the replica's actor owns it.
 */
public final class FollowerState {
  private final int leader;
  private final int leaderEpoch;
  private long highWatermark;

  /**
   * The state at the begin of a leader epoch.
   *
   * @param highWatermark what was known to be committed
   */
  public FollowerState(int leader, int leaderEpoch, long highWatermark) {
    this.leader = leader;
    this.leaderEpoch = leaderEpoch;
    this.highWatermark = highWatermark;
  }

  /**
   * What the leader said beside the records.
   *
   * @param diverging where the leader's history ends that may be the follower's; null when the
   *     follower's last record is in the leader's log
   * @param outOfRange whether the leader's log does not reach to the follower's end
   */
  public record Answer(
      long highWatermark, long logStart, OffsetAndEpoch diverging, boolean outOfRange) {}

  /** What the follower does with an answer. */
  public sealed interface Step {}

  /** Append the records, if any. */
  public enum Take implements Step {
    RECORDS
  }

  /** Cut the log there and ask again. */
  public record TruncateTo(long offset) implements Step {}

  /** Drop all and begin anew at the leader's log start. */
  public record StartAt(long offset) implements Step {}

  /**
   * Decides about an answer to a fetch from the log's end.
   *
   * @param endOfEpoch the largest epoch of this log at or below the given one, and where it ends;
   *     epoch -1 when there is none
   */
  public Step onAnswer(Answer answer, long logEnd, IntFunction<OffsetAndEpoch> endOfEpoch) {
    if (answer.outOfRange()) {
      return new StartAt(answer.logStart());
    }
    if (answer.diverging() == null) {
      return Take.RECORDS;
    }
    OffsetAndEpoch leaders = answer.diverging();
    OffsetAndEpoch own = endOfEpoch.apply(leaders.leaderEpoch());
    // With the same epoch on both sides they agree to the nearer end; else all after the end of
    // the follower's older epoch is unknown to the leader.
    long common =
        own.leaderEpoch() == leaders.leaderEpoch()
            ? Math.min(own.offset(), leaders.offset())
            : own.leaderEpoch() < 0 ? leaders.offset() : own.offset();
    return new TruncateTo(Math.min(common, logEnd));
  }

  /** The log was begun anew there, in the leader's. */
  public void onStartedAt(long logStart) {
    highWatermark = logStart;
  }

  /** The log was cut, and ends there now. */
  public void onTruncated(long logEnd) {
    highWatermark = Math.min(highWatermark, logEnd);
  }

  /**
   * What the leader sent is in the log.
   *
   * @return whether the high watermark has moved
   */
  public boolean onTaken(long leadersHighWatermark, long logEnd) {
    long committed = Math.min(leadersHighWatermark, logEnd);
    if (committed <= highWatermark) {
      return false;
    }
    highWatermark = committed;
    return true;
  }

  public int leader() {
    return leader;
  }

  public int leaderEpoch() {
    return leaderEpoch;
  }

  /** Records below it are known to be committed. */
  public long highWatermark() {
    return highWatermark;
  }
}
