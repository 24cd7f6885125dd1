package milena.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import milena.common.config.LogConfig;
import milena.record.ControlRecord;
import milena.record.RecordBatch;
import org.apache.kafka.common.TopicPartition;

/**
 * The growing end of a log. Batches are staged here, in the order of their offsets, and written
 * with one gathering write per segment; a segment that is full or old makes way for the next.
 * Everything that is kept of batches besides their bytes is noted as they are staged. Owned by the
 * log's writer.
 */
final class LogTail {
  private final TopicPartition name;
  private final LogSegments segments;
  private final EpochHistory epochs;
  private final ProducerStates producers;
  private final ProducerSnapshots snapshots;
  private final RecentWrites recent = new RecentWrites();
  private final StagedBatches staged = new StagedBatches();
  private long stagedEnd;
  private long writtenEnd;
  private long activeSinceMs;

  LogTail(
      TopicPartition name,
      LogSegments segments,
      EpochHistory epochs,
      ProducerStates producers,
      ProducerSnapshots snapshots,
      long endOffset,
      long nowMs) {
    this.name = name;
    this.segments = segments;
    this.epochs = epochs;
    this.producers = producers;
    this.snapshots = snapshots;
    this.stagedEnd = endOffset;
    this.writtenEnd = endOffset;
    this.activeSinceMs = nowMs;
  }

  /** Offset past all that is staged. */
  long stagedEnd() {
    return stagedEnd;
  }

  /** Offset past all that is written. */
  long writtenEnd() {
    return writtenEnd;
  }

  RecentWrites recent() {
    return recent;
  }

  boolean hasStaged() {
    return !staged.isEmpty();
  }

  /**
   * Stages a batch that begins at or past the end, and notes its epoch and its producer.
   *
   * @param bytes the batch from its first byte to its last, left alone until it is written
   */
  void stage(RecordBatch batch, ByteBuffer bytes, LogConfig config, long nowMs) throws IOException {
    int size = batch.sizeInBytes();
    long baseOffset = batch.baseOffset();
    long lastOffset = batch.lastOffset();
    epochs.note(epochs.current().with(batch.partitionLeaderEpoch(), baseOffset));
    if (!hasRoomFor(batch, config, nowMs)) {
      roll(baseOffset, nowMs);
    }
    if (batch.hasProducerId()) {
      ControlRecord marker = batch.isControl() ? ControlRecord.of(batch) : null;
      ProducerStates.EndedTransaction ended = producers.apply(batch, baseOffset, marker);
      if (ended != null && ended.aborted()) {
        segments.active().abortedTransaction(ended, producers);
      }
    }
    segments.active().stage(lastOffset, batch.maxTimestamp(), size, config.indexIntervalBytes());
    staged.add(bytes);
    recent.add(baseOffset, size, nowMs);
    stagedEnd = lastOffset + 1;
  }

  private boolean hasRoomFor(RecordBatch batch, LogConfig config, long nowMs) throws IOException {
    Segment active = segments.active();
    return !active.isFullFor(
            batch.sizeInBytes(),
            batch.lastOffset(),
            config.segmentBytes(),
            config.segmentIndexBytes())
        && !RollPolicy.isTooOld(active, config, name, activeSinceMs, batch.maxTimestamp(), nowMs);
  }

  /** Writes what is staged and begins a segment behind it. */
  void roll(long nowMs) throws IOException {
    roll(stagedEnd, nowMs);
  }

  private void roll(long baseOffset, long nowMs) throws IOException {
    write();
    if (segments.active().size() > 0) {
      segments.active().seal();
      snapshots.write(baseOffset, producers.live());
      segments.begin(baseOffset);
    } else {
      segments.rebase(baseOffset);
    }
    activeSinceMs = nowMs;
  }

  /** Writes all that is staged. */
  void write() throws IOException {
    if (!staged.isEmpty()) {
      staged.writeTo(segments.active());
      writtenEnd = stagedEnd;
      epochs.write();
    }
  }

  /** Forgets what is staged. */
  void drop() {
    staged.clear();
  }

  /** The segments end here now, with nothing staged. */
  void truncatedTo(long endOffset) {
    stagedEnd = endOffset;
    writtenEnd = endOffset;
  }
}
