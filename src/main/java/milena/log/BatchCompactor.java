package milena.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import milena.record.BatchBuilder;
import milena.record.ControlRecord;
import milena.record.RecordBatch;
import milena.record.RecordCursor;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;

/**
 * Decides what of a batch outlives compaction. A record does when it is the last of its key, or
 * newer than all that was looked at; a tombstone only until its delete horizon, which the first
 * compaction that meets it stamps on the batch. A batch whose records have all gone stays as a
 * header where a producer's last sequence number, or the log's end, hangs on it.
 */
final class BatchCompactor implements AutoCloseable {
  private static final int COMPRESSION_BITS = 0x07;
  private static final int DELETE_HORIZON_BIT = 0x40;

  /** A producer's last batch of data; its offset is -1 when only a marker is left. */
  record LastOfProducer(long offset, short epoch) {}

  private record Kept(
      long offset, long timestampMs, ByteBuffer key, ByteBuffer value, Header[] headers) {}

  private final KeyOffsets lastOffsets;
  private final TransactionFilter transactions;
  private final Map<Long, LastOfProducer> producers;
  private final long endOffset;
  private final long nowMs;
  private final long deleteRetentionMs;
  private final RecordCursor records = new RecordCursor();

  /**
   * @param lastOffsets of the keys, from batches below {@code endOffset}
   */
  BatchCompactor(
      KeyOffsets lastOffsets,
      TransactionFilter transactions,
      Map<Long, LastOfProducer> producers,
      long endOffset,
      long nowMs,
      long deleteRetentionMs) {
    this.lastOffsets = lastOffsets;
    this.transactions = transactions;
    this.producers = producers;
    this.endOffset = endOffset;
    this.nowMs = nowMs;
    this.deleteRetentionMs = deleteRetentionMs;
  }

  /** The batch's bytes as they are to be written; null when nothing of it is. */
  ByteBuffer compact(RecordBatch batch) {
    boolean discardable;
    boolean discard;
    if (batch.isControl()) {
      discardable = transactions.isOfNothing(batch, ControlRecord.of(batch));
      discard = discardable && batch.hasDeleteHorizon() && batch.deleteHorizonMs() <= nowMs;
    } else {
      discardable = transactions.isAborted(batch);
      discard = discardable;
    }
    List<Kept> kept = new ArrayList<>();
    boolean tombstones = false;
    boolean all = true;
    records.start(batch);
    while (!discard && records.next()) {
      if (batch.isControl() || outlives(batch)) {
        kept.add(copyOfRecord());
        tombstones |= !records.hasValue();
      } else {
        all = false;
      }
    }
    if (kept.isEmpty()) {
      boolean holdsOn = isLastOfProducer(batch) || batch.nextOffset() == endOffset;
      return holdsOn ? headerOnly(batch) : null;
    }
    boolean stampHorizon =
        (tombstones || batch.isControl() && discardable) && !batch.hasDeleteHorizon();
    return all && !stampHorizon ? batch.slice() : rebuilt(batch, kept, stampHorizon);
  }

  private boolean outlives(RecordBatch batch) {
    if (records.offset() >= endOffset) {
      return true;
    }
    if (!records.hasKey() || records.offset() < lastOffsets.get(records.key())) {
      return false;
    }
    return records.hasValue() || !batch.hasDeleteHorizon() || nowMs < batch.deleteHorizonMs();
  }

  private Kept copyOfRecord() {
    return new Kept(
        records.offset(),
        records.timestamp(),
        copy(records.key()),
        copy(records.value()),
        records.headers());
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return bytes == null ? null : ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
  }

  private boolean isLastOfProducer(RecordBatch batch) {
    LastOfProducer last = batch.hasProducerId() ? producers.get(batch.producerId()) : null;
    if (last == null) {
      return false;
    }
    return last.offset() >= 0
        ? batch.lastOffset() == last.offset()
        : batch.isControl() && batch.producerEpoch() == last.epoch();
  }

  private ByteBuffer rebuilt(RecordBatch batch, List<Kept> kept, boolean stampHorizon) {
    Compression codec = Compression.of(batch.compressionType()).build();
    try (BatchBuilder builder = new BatchBuilder(codec, batch.sizeInBytes())) {
      builder.baseOffset(batch.baseOffset()).like(batch);
      if (stampHorizon) {
        builder.deleteHorizon(nowMs + deleteRetentionMs);
      } else if (batch.hasDeleteHorizon()) {
        builder.deleteHorizon(batch.deleteHorizonMs());
      }
      for (Kept record : kept) {
        builder.append(record.offset, record.timestampMs, record.key, record.value, record.headers);
      }
      return builder.lastOffset(batch.lastOffset()).build();
    }
  }

  /** What offsets and sequence numbers it took up, without records. */
  private static ByteBuffer headerOnly(RecordBatch batch) {
    ByteBuffer header = ByteBuffer.allocate(RecordBatch.HEADER_SIZE);
    header.put(0, batch.buffer(), batch.position(), RecordBatch.HEADER_SIZE);
    int dropped = COMPRESSION_BITS | DELETE_HORIZON_BIT;
    header
        .putInt(RecordBatch.LENGTH, RecordBatch.HEADER_SIZE - RecordBatch.LENGTH_OVERHEAD)
        .putShort(RecordBatch.ATTRIBUTES, (short) (batch.attributes() & ~dropped))
        .putLong(RecordBatch.BASE_TIMESTAMP, RecordBatch.NO_TIMESTAMP)
        .putInt(RecordBatch.RECORD_COUNT, 0);
    RecordBatch empty = RecordBatch.at(header, 0);
    return header.putInt(RecordBatch.CRC, (int) empty.computeCrc());
  }

  @Override
  public void close() {
    records.close();
  }
}
