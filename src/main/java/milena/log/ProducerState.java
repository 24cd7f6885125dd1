package milena.log;

import java.util.Arrays;
import milena.record.RecordBatch;

/**
 * What a log knows of one producer (KIP-98): its epoch, its last batches, and the transaction that
 * it has open. Immutable.
 *
 * @param coordinatorEpoch of the last transaction marker, -1 when there was none
 * @param lastTimestampMs of its last batch or marker
 * @param txnStartOffset of the open transaction, -1 when none is open
 * @param batches the last {@link #KEPT_BATCHES} of this epoch, oldest first
 */
record ProducerState(
    long producerId,
    short epoch,
    int coordinatorEpoch,
    long lastTimestampMs,
    long txnStartOffset,
    Batch[] batches) {

  /** As many as a producer may have in flight with idempotence. */
  static final int KEPT_BATCHES = 5;

  private static final Batch[] NO_BATCHES = new Batch[0];

  /** One of the last batches. */
  record Batch(int lastSequence, long lastOffset, int offsetDelta, long timestampMs) {
    long firstOffset() {
      return lastOffset - offsetDelta;
    }

    /** Sequence numbers go from 0 to 2^31 - 1 and then on from 0. */
    int firstSequence() {
      return lastSequence == RecordBatch.NO_SEQUENCE
          ? RecordBatch.NO_SEQUENCE
          : (lastSequence - offsetDelta) & Integer.MAX_VALUE;
    }
  }

  /** Of a producer that has not been seen. */
  static ProducerState unknown(long producerId) {
    return new ProducerState(producerId, RecordBatch.NO_PRODUCER_EPOCH, -1, -1, -1, NO_BATCHES);
  }

  /** As a snapshot has it. */
  static ProducerState restored(
      long producerId,
      short epoch,
      int coordinatorEpoch,
      long lastTimestampMs,
      long txnStartOffset,
      Batch[] batches) {
    return new ProducerState(
        producerId,
        epoch,
        coordinatorEpoch,
        lastTimestampMs,
        Math.max(-1, txnStartOffset),
        batches);
  }

  boolean isUnknown() {
    return epoch == RecordBatch.NO_PRODUCER_EPOCH;
  }

  boolean hasOpenTransaction() {
    return txnStartOffset >= 0;
  }

  /** Null when the epoch has none yet. */
  Batch lastBatch() {
    return batches.length == 0 ? null : batches[batches.length - 1];
  }

  int lastSequence() {
    return batches.length == 0 ? RecordBatch.NO_SEQUENCE : lastBatch().lastSequence();
  }

  long lastOffset() {
    return batches.length == 0 ? -1 : lastBatch().lastOffset();
  }

  /** The kept batch that this one repeats, or null. */
  Batch duplicateOf(RecordBatch batch) {
    if (batch.producerEpoch() != epoch) {
      return null;
    }
    for (Batch kept : batches) {
      if (kept.firstSequence() == batch.baseSequence()
          && kept.lastSequence() == batch.lastSequence()) {
        return kept;
      }
    }
    return null;
  }

  /** Whether a batch that begins with this sequence number goes on where the last one ended. */
  boolean isNext(int sequence) {
    int last = lastSequence();
    return sequence == last + 1L || sequence == 0 && last == Integer.MAX_VALUE;
  }

  /** After a batch of data at the offset. */
  ProducerState afterData(RecordBatch batch, long baseOffset) {
    int delta = batch.lastOffsetDelta();
    Batch added = new Batch(batch.lastSequence(), baseOffset + delta, delta, batch.maxTimestamp());
    Batch[] kept;
    if (batch.producerEpoch() != epoch) {
      kept = new Batch[] {added};
    } else {
      int from = batches.length == KEPT_BATCHES ? 1 : 0;
      kept = Arrays.copyOfRange(batches, from, batches.length + 1);
      kept[kept.length - 1] = added;
    }
    long txn = batch.isTransactional() && txnStartOffset < 0 ? baseOffset : txnStartOffset;
    return new ProducerState(
        producerId, batch.producerEpoch(), coordinatorEpoch, batch.maxTimestamp(), txn, kept);
  }

  /** After the marker that ends its transaction. */
  ProducerState afterMarker(short producerEpoch, int markerCoordinatorEpoch, long timestampMs) {
    return new ProducerState(
        producerId,
        producerEpoch,
        markerCoordinatorEpoch,
        timestampMs,
        -1,
        producerEpoch == epoch ? batches : NO_BATCHES);
  }

  LogView.ProducerStateView toView() {
    return new LogView.ProducerStateView(
        producerId, epoch, lastSequence(), lastTimestampMs, coordinatorEpoch, txnStartOffset);
  }
}
