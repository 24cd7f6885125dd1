package milena.log;

import java.io.IOException;
import java.util.Optional;
import milena.log.LogView.TimestampAndOffset;
import milena.record.RecordBatch;
import milena.record.RecordCursor;
import org.apache.kafka.common.InvalidRecordException;

/**
 * Finds records of a log by their time. The indexes say which segment and about where; from there
 * on batches are stepped through, and those that may hold the record are read whole.
 */
final class TimestampSearch {
  private final LogSnapshot log;
  private final Segment[] segments;

  TimestampSearch(LogSnapshot log) {
    this.log = log;
    this.segments = log.segments();
  }

  /** As {@link LogView#offsetForTimestamp}. */
  Optional<TimestampAndOffset> offsetForTimestamp(long timestampMs) throws IOException {
    for (int i = log.indexOf(log.logStartOffset()); i < segments.length; i++) {
      if (largestOf(i).timestampMs() >= timestampMs) {
        long before = segments[i].indexes().offsetBefore(timestampMs);
        Optional<TimestampAndOffset> found =
            search(i, Math.max(before + 1, log.logStartOffset()), timestampMs);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** As {@link LogView#offsetOfMaxTimestamp}. */
  Optional<TimestampAndOffset> offsetOfMaxTimestamp() throws IOException {
    int first = log.indexOf(log.logStartOffset());
    SegmentIndexes.Largest largest = largestVisibleOf(first);
    int of = first;
    for (int i = first + 1; i < segments.length; i++) {
      SegmentIndexes.Largest next = largestOf(i);
      if (next.timestampMs() > largest.timestampMs()) {
        largest = next;
        of = i;
      }
    }
    if (largest.timestampMs() < 0) {
      return Optional.empty();
    }
    long from = Math.max(log.logStartOffset(), segments[of].baseOffset());
    return search(of, from, largest.timestampMs());
  }

  private SegmentIndexes.Largest largestOf(int i) throws IOException {
    return i == segments.length - 1 ? log.activeLargest() : segments[i].indexes().largest();
  }

  /** As {@link #largestOf}, of the records at or past the log start. */
  private SegmentIndexes.Largest largestVisibleOf(int i) throws IOException {
    SegmentIndexes.Largest largest = largestOf(i);
    boolean allVisible = log.logStartOffset() <= segments[i].baseOffset();
    return allVisible
            || largest.timestampMs() < 0
            || largest.offset() >= log.logStartOffset()
                && search(i, log.logStartOffset(), largest.timestampMs()).isPresent()
        ? largest
        : largestSince(i, log.logStartOffset());
  }

  /** The largest timestamp of the segment's records at or past the offset. */
  private SegmentIndexes.Largest largestSince(int i, long fromOffset) throws IOException {
    long timestampMs = -1;
    long offset = -1;
    SegmentFile file = segments[i].file().retain();
    try (RecordCursor records = new RecordCursor()) {
      BatchHeaders headers = headersFrom(i, fromOffset);
      while (headers.next()) {
        RecordBatch batch = headers.header();
        if (batch.lastOffset() < fromOffset || batch.maxTimestamp() <= timestampMs) {
          continue;
        }
        if (batch.baseOffset() >= fromOffset) {
          timestampMs = batch.maxTimestamp();
          offset = batch.lastOffset();
          continue;
        }
        records.start(headers.readWhole());
        while (records.next()) {
          if (records.offset() >= fromOffset && records.timestamp() > timestampMs) {
            timestampMs = records.timestamp();
            offset = records.offset();
          }
        }
      }
      requireEnd(i, headers);
      return new SegmentIndexes.Largest(timestampMs, offset);
    } catch (InvalidRecordException e) {
      throw damaged(i, e);
    } finally {
      file.release();
    }
  }

  /** The segment's first record at or past both the offset and the timestamp. */
  private Optional<TimestampAndOffset> search(int i, long fromOffset, long timestampMs)
      throws IOException {
    SegmentFile file = segments[i].file().retain();
    try (RecordCursor records = new RecordCursor()) {
      BatchHeaders headers = headersFrom(i, fromOffset);
      while (headers.next()) {
        RecordBatch header = headers.header();
        if (header.maxTimestamp() < timestampMs || header.lastOffset() < fromOffset) {
          continue;
        }
        int epoch = header.partitionLeaderEpoch();
        records.start(headers.readWhole());
        while (records.next()) {
          if (records.timestamp() >= timestampMs && records.offset() >= fromOffset) {
            return Optional.of(
                new TimestampAndOffset(records.timestamp(), records.offset(), epoch));
          }
        }
      }
      requireEnd(i, headers);
      return Optional.empty();
    } catch (InvalidRecordException e) {
      throw damaged(i, e);
    } finally {
      file.release();
    }
  }

  private BatchHeaders headersFrom(int i, long offset) throws IOException {
    int limit = log.sizeOf(i);
    int position = segments[i].indexes().floorPosition(offset, limit);
    return new BatchHeaders(segments[i].file().channel(), position, limit);
  }

  /** What could not be stepped through may have held what is looked for. */
  private void requireEnd(int i, BatchHeaders headers) throws IOException {
    if (headers.position() < log.sizeOf(i)) {
      throw LogSnapshot.unreadable(segments[i], headers.position(), log.sizeOf(i));
    }
  }

  private DamagedLogException damaged(int i, InvalidRecordException e) {
    return new DamagedLogException("in " + segments[i] + ": " + e.getMessage());
  }
}
