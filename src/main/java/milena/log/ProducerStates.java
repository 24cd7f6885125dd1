package milena.log;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import milena.record.ControlRecord;
import milena.record.RecordBatch;
import org.apache.kafka.common.protocol.Errors;

/**
 * The states of all producers that have written to a log lately, and its transactions. One thread
 * writes; {@link #live} may be read by any.
 *
 * <p>An append of several batches is checked batch by batch, each {@link #prepare}d for the checks
 * of the next; then all is {@link #abandon}ed, and if none was refused each is {@link #apply}ed.
 */
final class ProducerStates {
  private final Map<Long, ProducerState> producers = new ConcurrentHashMap<>(4);

  /** Open transactions: first offset to producer. */
  private final TreeMap<Long, Long> open = new TreeMap<>();

  /** Ended transactions whose marker may lie above the high watermark: first offset to marker. */
  private final TreeMap<Long, Long> ended = new TreeMap<>();

  private final Map<Long, ProducerState> pending = new HashMap<>(4);

  /** A transaction that a marker has ended. */
  record EndedTransaction(long producerId, long firstOffset, long markerOffset, boolean aborted) {}

  /** The states as they are whenever it is looked at. */
  Collection<ProducerState> live() {
    return Collections.unmodifiableCollection(producers.values());
  }

  ProducerState get(long producerId) {
    ProducerState state = pending.isEmpty() ? null : pending.get(producerId);
    if (state == null) {
      state = producers.get(producerId);
    }
    return state == null ? ProducerState.unknown(producerId) : state;
  }

  boolean isEmpty() {
    return producers.isEmpty() && open.isEmpty() && ended.isEmpty();
  }

  /** Why a leader must not append this batch of an idempotent producer; null when it may. */
  AppendOutcome.Refused check(RecordBatch batch, AppendSource source, ControlRecord marker) {
    ProducerState known = get(batch.producerId());
    if (batch.producerEpoch() < known.epoch()) {
      return new AppendOutcome.Refused(
          Errors.INVALID_PRODUCER_EPOCH,
          "The epoch "
              + batch.producerEpoch()
              + " of producer "
              + batch.producerId()
              + " is older than the last seen, "
              + known.epoch());
    }
    if (batch.isControl()) {
      return marker != null && marker.coordinatorEpoch() < known.coordinatorEpoch()
          ? new AppendOutcome.Refused(
              Errors.TRANSACTION_COORDINATOR_FENCED,
              "The marker's coordinator epoch "
                  + marker.coordinatorEpoch()
                  + " is older than the last seen, "
                  + known.coordinatorEpoch())
          : null;
    }
    if (source == AppendSource.CLIENT && !isInSequence(batch, known)) {
      return new AppendOutcome.Refused(
          Errors.OUT_OF_ORDER_SEQUENCE_NUMBER,
          "The sequence number "
              + batch.baseSequence()
              + " of producer "
              + batch.producerId()
              + ", epoch "
              + batch.producerEpoch()
              + ", does not follow "
              + known.lastSequence()
              + " of epoch "
              + known.epoch());
    }
    if (known.hasOpenTransaction() && !batch.isTransactional()) {
      return new AppendOutcome.Refused(
          Errors.INVALID_TXN_STATE,
          "Producer " + batch.producerId() + " has a transaction open and wrote outside of it");
    }
    return null;
  }

  /**
   * Any number will do for a producer that is unknown, whose records may have been deleted; a new
   * epoch starts with 0.
   */
  private static boolean isInSequence(RecordBatch batch, ProducerState known) {
    if (known.isUnknown()) {
      return true;
    }
    return batch.producerEpoch() == known.epoch()
        ? known.isNext(batch.baseSequence())
        : batch.baseSequence() == 0;
  }

  /**
   * Takes in a batch until {@link #abandon}.
   *
   * @param marker the transaction marker of a control batch, if it holds one
   */
  void prepare(RecordBatch batch, long baseOffset, ControlRecord marker) {
    ProducerState known = get(batch.producerId());
    if (!batch.isControl()) {
      pending.put(batch.producerId(), known.afterData(batch, baseOffset));
    } else if (marker != null) {
      pending.put(
          batch.producerId(),
          known.afterMarker(
              batch.producerEpoch(), marker.coordinatorEpoch(), batch.maxTimestamp()));
    }
  }

  /** Forgets what was prepared. */
  void abandon() {
    pending.clear();
  }

  /** Takes in a batch for good. Tells of the transaction that it ends, if it does. */
  EndedTransaction apply(RecordBatch batch, long baseOffset, ControlRecord marker) {
    ProducerState known = get(batch.producerId());
    prepare(batch, baseOffset, marker);
    producers.putAll(pending);
    pending.clear();
    long start = known.txnStartOffset();
    if (!batch.isControl()) {
      if (batch.isTransactional() && start < 0) {
        open.put(baseOffset, batch.producerId());
      }
      return null;
    }
    if (marker == null || start < 0) {
      return null;
    }
    open.remove(start);
    ended.put(start, baseOffset);
    return new EndedTransaction(batch.producerId(), start, baseOffset, !marker.committed());
  }

  /** First offset of an open transaction; {@code orElse} when none is open. */
  long firstOpenOffset(long orElse) {
    return open.isEmpty() ? orElse : open.firstKey();
  }

  /** As {@link PartitionLog#lastStableOffset}. */
  long lastStableOffset(long highWatermark) {
    if (open.isEmpty() && ended.isEmpty()) {
      return highWatermark;
    }
    ended.values().removeIf(marker -> marker < highWatermark);
    long stable = firstOpenOffset(highWatermark);
    return Math.min(highWatermark, ended.isEmpty() ? stable : Math.min(stable, ended.firstKey()));
  }

  /** Forgets producers that have been idle for too long and have no transaction open. */
  void expire(long nowMs, int expirationMs) {
    if (!producers.isEmpty()) {
      producers
          .values()
          .removeIf(s -> !s.hasOpenTransaction() && nowMs - s.lastTimestampMs() >= expirationMs);
    }
  }

  void clear() {
    producers.clear();
    open.clear();
    ended.clear();
    pending.clear();
  }

  /** Starts from what a snapshot holds. */
  void restore(List<ProducerState> states) {
    clear();
    for (ProducerState state : states) {
      producers.put(state.producerId(), state);
      if (state.hasOpenTransaction()) {
        open.put(state.txnStartOffset(), state.producerId());
      }
    }
  }
}
