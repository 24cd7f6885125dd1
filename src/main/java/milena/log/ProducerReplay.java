package milena.log;

import java.io.IOException;
import java.util.List;
import milena.record.ControlRecord;
import milena.record.RecordBatch;

/** Brings producers' states up to date from a snapshot and the batches after it. */
final class ProducerReplay {
  private ProducerReplay() {}

  /**
   * Makes the states those as of {@code endOffset}, starting from the newest sound snapshot at or
   * below {@code snapshotUpTo}. Aborted transactions met on the way are noted where they are not.
   */
  static void bringUpToDate(
      ProducerStates producers,
      ProducerSnapshots snapshots,
      List<Segment> segments,
      long snapshotUpTo,
      long endOffset)
      throws IOException {
    producers.restore(snapshots.readNewest(snapshotUpTo));
    long from = Math.max(snapshots.newest(snapshotUpTo), segments.get(0).baseOffset());
    for (int i = 0; i < segments.size() && from < endOffset; i++) {
      if (i == segments.size() - 1 || segments.get(i + 1).baseOffset() > from) {
        replay(producers, segments.get(i), from);
      }
    }
  }

  private static void replay(ProducerStates producers, Segment segment, long from)
      throws IOException {
    int start = segment.indexes().floorPosition(from, Integer.MAX_VALUE);
    BatchHeaders headers = new BatchHeaders(segment.file().channel(), start, segment.size());
    while (headers.next()) {
      RecordBatch batch = headers.header();
      if (batch.hasProducerId() && batch.lastOffset() >= from) {
        ControlRecord marker = batch.isControl() ? ControlRecord.of(headers.readWhole()) : null;
        ProducerStates.EndedTransaction ended = producers.apply(batch, batch.baseOffset(), marker);
        if (ended != null && ended.aborted()) {
          segment.abortedTransaction(ended, producers);
        }
      }
    }
  }
}
