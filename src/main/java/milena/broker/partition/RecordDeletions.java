package milena.broker.partition;

import java.util.function.LongSupplier;
import milena.broker.partition.PartitionReplica.DeleteRecords;
import milena.broker.partition.PartitionReplica.RecordsDeleted;
import milena.log.PartitionLog;
import milena.replication.DeferredUntil;
import org.apache.kafka.common.protocol.Errors;

/**
 * DeleteRecords requests of one leader epoch. Each is answered when the low watermark, the lowest
 * log start among the living replicas, has come to its offset, or its deadline has.
 *
 * <p>Owned by the replica's actor.
 */
final class RecordDeletions {
  /** Asks for the high watermark, whatever it is. */
  private static final long TO_HIGH_WATERMARK = -1;

  private final DeferredUntil<DeleteRecords> untilDeleted = new DeferredUntil<>();
  private final LongSupplier lowWatermark;

  RecordDeletions(LongSupplier lowWatermark) {
    this.lowWatermark = lowWatermark;
  }

  /** Raises the log's start, or refuses; {@link #answer} answers what was not refused. */
  void begin(DeleteRecords delete, PartitionLog log, long highWatermark) {
    long offset =
        delete.beforeOffset() == TO_HIGH_WATERMARK ? highWatermark : delete.beforeOffset();
    if (!log.config().delete()) {
      answer(delete, Errors.POLICY_VIOLATION, -1);
    } else if (offset < 0 || offset > highWatermark) {
      answer(delete, Errors.OFFSET_OUT_OF_RANGE, -1);
    } else {
      log.raiseLogStart(offset);
      untilDeleted.add(offset, delete.deadlineNanos(), delete);
    }
  }

  boolean isEmpty() {
    return untilDeleted.isEmpty();
  }

  /** Answers those whose offset all living replicas have come to. */
  void answer() {
    if (!untilDeleted.isEmpty()) {
      long low = lowWatermark.getAsLong();
      untilDeleted.reached(low, each -> answer(each, Errors.NONE, low));
    }
  }

  /** When the next of them gives up, by {@code System.nanoTime}; MAX_VALUE for never. */
  long earliestDeadlineNanos() {
    return untilDeleted.earliestDeadline();
  }

  void expire(long nowNanos) {
    untilDeleted.expire(
        nowNanos, each -> answer(each, Errors.REQUEST_TIMED_OUT, lowWatermark.getAsLong()));
  }

  /** Answers all with this error: the epoch is over. */
  void resign(Errors error) {
    untilDeleted.abandon(each -> answer(each, error, -1));
  }

  private static void answer(DeleteRecords delete, Errors error, long lowWatermark) {
    delete.replyTo().tell(new RecordsDeleted(error.code(), lowWatermark));
  }
}
