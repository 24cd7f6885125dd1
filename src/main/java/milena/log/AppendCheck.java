package milena.log;

import java.nio.ByteBuffer;
import milena.record.ControlRecord;
import milena.record.RecordBatch;
import milena.record.RecordBatches;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.protocol.Errors;

/** What a leader looks at before it appends batches: that they are whole, and their producers. */
final class AppendCheck {
  private AppendCheck() {}

  /** Why the batches are not to be appended at the offset; null when they are. Changes nothing. */
  static AppendOutcome objection(
      ProducerStates producers, ByteBuffer records, long endOffset, AppendSource source) {
    RecordBatches batches = new RecordBatches().wrap(records);
    long offset = endOffset;
    try {
      while (batches.next()) {
        RecordBatch batch = batches.batch();
        if (batch.hasProducerId()) {
          AppendOutcome objection = objection(producers, batch, offset, source);
          if (objection != null) {
            return objection;
          }
        }
        offset += batch.lastOffsetDelta() + 1L;
      }
    } catch (InvalidRecordException e) {
      return new AppendOutcome.Refused(Errors.INVALID_RECORD, e.getMessage());
    } finally {
      producers.abandon();
    }
    return offset > endOffset && batches.ending() == RecordBatches.Ending.CLEAN
        ? null
        : new AppendOutcome.Refused(Errors.CORRUPT_MESSAGE, "The records are not whole batches");
  }

  private static AppendOutcome objection(
      ProducerStates producers, RecordBatch batch, long offset, AppendSource source) {
    if (source == AppendSource.CLIENT && !batch.isControl()) {
      ProducerState.Batch same = producers.get(batch.producerId()).duplicateOf(batch);
      if (same != null) {
        return new AppendOutcome.Duplicate(
            same.firstOffset(), same.lastOffset(), same.timestampMs());
      }
    }
    ControlRecord marker = batch.isControl() ? ControlRecord.of(batch) : null;
    AppendOutcome refused = producers.check(batch, source, marker);
    if (refused == null) {
      producers.prepare(batch, offset, marker);
    }
    return refused;
  }
}
