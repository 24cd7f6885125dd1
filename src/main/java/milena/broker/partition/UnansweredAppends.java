package milena.broker.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import milena.broker.partition.PartitionReplica.Append;
import milena.broker.partition.PartitionReplica.AppendResult;
import milena.replication.DeferredUntil;
import org.apache.kafka.common.protocol.Errors;

/**
 * The appends of one leader epoch that are in the log and have not been answered: first staged,
 * then written, then waiting for what their {@code acks} ask for. Those that wait for the same are
 * answered in the order of their offsets. Owned by the replica's actor.
 */
final class UnansweredAppends {
  private record Unanswered(Append append, long baseOffset, long endOffset, long appendTimeMs) {}

  private final LongSupplier logStart;
  private final BooleanSupplier hasEnoughInSync;
  private List<Unanswered> staged = new ArrayList<>();
  private List<Unanswered> written = new ArrayList<>();
  private final DeferredUntil<Unanswered> untilSafe = new DeferredUntil<>();
  private final DeferredUntil<Unanswered> untilCommitted = new DeferredUntil<>();

  /**
   * @param logStart the log's start offset, which each answer tells
   * @param hasEnoughInSync whether what is committed is held by {@code min.insync.replicas}
   */
  UnansweredAppends(LongSupplier logStart, BooleanSupplier hasEnoughInSync) {
    this.logStart = logStart;
    this.hasEnoughInSync = hasEnoughInSync;
  }

  /**
   * It is staged in the log, or was there before.
   *
   * @param appendTimeMs -1 unless the topic stamps records itself
   */
  void staged(Append append, long baseOffset, long endOffset, long appendTimeMs) {
    staged.add(new Unanswered(append, baseOffset, endOffset, appendTimeMs));
  }

  boolean hasStaged() {
    return !staged.isEmpty();
  }

  /** All that is staged has been written: the senders get their buffers back. */
  void written() {
    List<Unanswered> before = written; // empty: each write is acknowledged before the next
    written = staged;
    staged = before;
    for (Unanswered each : written) {
      AppendAnswers.released(each.append());
    }
  }

  /**
   * Answers what has come far enough.
   *
   * @param safeEnd up to where the log is as safe on this disk as the topic asks
   * @param highWatermark up to where all that are in sync have it
   */
  void acknowledge(long safeEnd, long highWatermark) {
    for (Unanswered each : written) {
      if (each.append().acks() == 0) {
        succeed(each);
      } else if (each.append().acks() > 0) {
        if (each.endOffset() <= safeEnd) {
          succeed(each);
        } else {
          untilSafe.add(each.endOffset(), each.append().deadlineNanos(), each);
        }
      } else if (each.endOffset() <= highWatermark && untilCommitted.isEmpty()) {
        commit(each);
      } else {
        untilCommitted.add(each.endOffset(), each.append().deadlineNanos(), each);
      }
    }
    written.clear();
    untilSafe.reached(safeEnd, this::succeed);
    untilCommitted.reached(highWatermark, this::commit);
  }

  /** Whether any of them is answered only when the followers have come further. */
  boolean awaitFollowers() {
    if (!untilCommitted.isEmpty()) {
      return true;
    }
    for (Unanswered each : written) {
      if (each.append().acks() < 0) {
        return true;
      }
    }
    return false;
  }

  /** When the next of them gives up, by {@code System.nanoTime}; MAX_VALUE for never. */
  long earliestDeadlineNanos() {
    return Math.min(untilSafe.earliestDeadline(), untilCommitted.earliestDeadline());
  }

  /** Answers what has waited for too long; its records may yet become committed. */
  void expire(long nowNanos) {
    untilSafe.expire(nowNanos, each -> fail(each, Errors.REQUEST_TIMED_OUT));
    untilCommitted.expire(nowNanos, each -> fail(each, Errors.REQUEST_TIMED_OUT));
  }

  /** Answers all with this error: the epoch is over. */
  void resign(Errors error) {
    for (Unanswered each : staged) {
      AppendAnswers.released(each.append());
      fail(each, error);
    }
    staged.clear();
    written.forEach(each -> fail(each, error));
    written.clear();
    untilSafe.abandon(each -> fail(each, error));
    untilCommitted.abandon(each -> fail(each, error));
  }

  /** All that were in sync have it; whether they are enough is another question. */
  private void commit(Unanswered each) {
    if (hasEnoughInSync.getAsBoolean()) {
      succeed(each);
    } else {
      fail(each, Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    }
  }

  private void succeed(Unanswered each) {
    AppendAnswers.completed(
        each.append(),
        new AppendResult(
            Errors.NONE,
            null,
            each.baseOffset(),
            each.appendTimeMs(),
            logStart.getAsLong(),
            List.of()));
  }

  private void fail(Unanswered each, Errors error) {
    AppendAnswers.completed(each.append(), AppendResult.refused(error, null, logStart.getAsLong()));
  }
}
