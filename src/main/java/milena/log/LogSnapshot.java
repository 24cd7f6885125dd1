package milena.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import milena.common.OffsetAndEpoch;
import milena.record.RecordBatch;
import milena.record.RecordCursor;
import org.apache.kafka.common.InvalidRecordException;

/**
 * What a log's writer has published: its segments, of which the last one is still growing, and how
 * far they go.
 *
 * @param segments in the order of their offsets, never empty; shared until one comes or goes
 * @param activeSize bytes of the last segment at the time
 * @param activeLargest largest timestamp of the last segment at the time
 * @param producers live: shows the producers as they are when asked
 * @param recent live, too
 */
record LogSnapshot(
    Segment[] segments,
    int activeSize,
    SegmentIndexes.Largest activeLargest,
    long logStartOffset,
    long logEndOffset,
    long sealedBytes,
    LeaderEpochs epochs,
    Collection<ProducerState> producers,
    RecentWrites recent)
    implements LogView {

  @Override
  public long sizeInBytes() {
    return sealedBytes + activeSize;
  }

  @Override
  public LogSlice read(long fromOffset, long upToOffset, int maxBytes, boolean atLeastOneBatch)
      throws IOException {
    if (fromOffset < logStartOffset || fromOffset > logEndOffset) {
      throw new OffsetOutOfLogException(
          "Offset "
              + fromOffset
              + " is not in the log, which goes from "
              + logStartOffset
              + " to "
              + logEndOffset);
    }
    long end = Math.min(upToOffset, logEndOffset);
    // Compaction may have left a segment without batches at or past the offset.
    for (int i = indexOf(fromOffset); i < segments.length && fromOffset < end; i++) {
      if (segments[i].baseOffset() >= end) {
        break;
      }
      LogSlice slice = readSegment(i, fromOffset, end, maxBytes, atLeastOneBatch);
      if (slice != null) {
        return slice;
      }
    }
    return new NoSlice(fromOffset);
  }

  /** Null when the segment has no batch that ends at or past the offset. */
  private LogSlice readSegment(int i, long from, long end, int maxBytes, boolean atLeastOne)
      throws IOException {
    Segment segment = segments[i];
    int limit = sizeOf(i);
    SegmentFile file = segment.file().retain();
    boolean handedOver = false;
    try {
      int position = segment.indexes().floorPosition(from, limit);
      BatchHeaders headers = BatchHeaders.forLookup(file.channel(), position, limit);
      do {
        if (!headers.next()) {
          if (headers.position() == limit) {
            return null;
          }
          throw unreadable(segment, headers.position(), limit);
        }
      } while (headers.header().lastOffset() < from);
      if (headers.header().nextOffset() > end) {
        return new NoSlice(from);
      }
      int start = headers.position();
      int firstSize = headers.header().sizeInBytes();
      long firstNext = headers.header().nextOffset();
      BatchHeaders after =
          firstSize > maxBytes ? headers : endWithin(i, headers, start, end, maxBytes);
      int stop = after == null ? limit : after.position();
      long next = stop == limit ? endOffsetOf(i) : after.header().baseOffset();
      if (stop == start && atLeastOne) {
        stop = start + firstSize;
        next = firstNext;
      }
      if (stop == start) {
        return new NoSlice(from);
      }
      handedOver = true;
      return new SegmentSlice(file, file.channel(), start, stop - start, next);
    } finally {
      if (!handedOver) {
        file.release();
      }
    }
  }

  /** Why there is no batch where one should be. */
  private static IOException unreadable(Segment segment, int position, int limit)
      throws IOException {
    if (segment.file().channel().size() < limit) {
      return new OffsetOutOfLogException("The log has been truncated: " + segment);
    }
    return DamagedLogException.at(segment, position, limit);
  }

  /**
   * Behind the last batch that ends at or before the offset and within the bytes; null when that is
   * the segment's last.
   */
  private BatchHeaders endWithin(int i, BatchHeaders atStart, int start, long end, int maxBytes)
      throws IOException {
    Segment segment = segments[i];
    int limit = sizeOf(i);
    int maxPosition = (int) Math.min(limit, (long) start + maxBytes);
    if (maxPosition == limit && end >= endOffsetOf(i)) {
      return null;
    }
    int near = segment.indexes().floorPosition(end - 1, maxPosition);
    BatchHeaders headers = atStart;
    if (near > start) {
      headers = BatchHeaders.forLookup(segment.file().channel(), near, limit);
      if (!headers.next()) {
        throw unreadable(segment, near, limit);
      }
    }
    while (headers.header().nextOffset() <= end
        && headers.position() + headers.header().sizeInBytes() <= maxPosition) {
      if (!headers.next()) {
        break;
      }
    }
    return headers;
  }

  private long endOffsetOf(int i) {
    return i == segments.length - 1 ? logEndOffset : segments[i + 1].baseOffset();
  }

  private int sizeOf(int i) {
    return i == segments.length - 1 ? activeSize : segments[i].size();
  }

  /** The last segment whose base offset is at or below the offset; the first for any lower. */
  private int indexOf(long offset) {
    int low = 1;
    int high = segments.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (segments[middle].baseOffset() <= offset) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  @Override
  public boolean isRecent(long offset, long nowMs) {
    return recent.include(offset, nowMs);
  }

  @Override
  public List<AbortedTransaction> abortedTransactions(long fromOffset, long upToOffset)
      throws IOException {
    List<AbortedTransaction> found = new ArrayList<>();
    for (int i = indexOf(fromOffset); i < segments.length; i++) {
      for (TransactionIndex.Entry entry : segments[i].aborted().entries()) {
        if (entry.lastOffset() >= fromOffset && entry.firstOffset() < upToOffset) {
          found.add(
              new AbortedTransaction(entry.producerId(), entry.firstOffset(), entry.lastOffset()));
        }
        if (entry.lastStableOffset() >= upToOffset) {
          return found;
        }
      }
    }
    return found;
  }

  @Override
  public Optional<TimestampAndOffset> offsetForTimestamp(long timestampMs) throws IOException {
    for (int i = indexOf(logStartOffset); i < segments.length; i++) {
      if (largestOf(i).timestampMs() >= timestampMs) {
        Segment segment = segments[i];
        long after = Math.max(segment.indexes().offsetBefore(timestampMs) + 1, logStartOffset);
        Optional<TimestampAndOffset> found = search(i, after, timestampMs);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public Optional<TimestampAndOffset> offsetOfMaxTimestamp() throws IOException {
    int first = indexOf(logStartOffset);
    SegmentIndexes.Largest largest = largestVisibleOf(first);
    int of = first;
    for (int i = first + 1; i < segments.length; i++) {
      SegmentIndexes.Largest next = largestOf(i);
      if (next.timestampMs() > largest.timestampMs()) {
        largest = next;
        of = i;
      }
    }
    return largest.timestampMs() < 0
        ? Optional.empty()
        : search(of, Math.max(logStartOffset, segments[of].baseOffset()), largest.timestampMs());
  }

  private SegmentIndexes.Largest largestOf(int i) throws IOException {
    return i == segments.length - 1 ? activeLargest : segments[i].indexes().largest();
  }

  /** As {@link #largestOf}, of the records at or past the log start. */
  private SegmentIndexes.Largest largestVisibleOf(int i) throws IOException {
    SegmentIndexes.Largest largest = largestOf(i);
    boolean allVisible = logStartOffset <= segments[i].baseOffset();
    if (allVisible
        || largest.timestampMs() < 0
        || largest.offset() >= logStartOffset
            && search(i, logStartOffset, largest.timestampMs()).isPresent()) {
      return largest;
    }
    long timestampMs = -1;
    long offset = -1;
    SegmentFile file = segments[i].file().retain();
    try (RecordCursor records = new RecordCursor()) {
      int position = segments[i].indexes().floorPosition(logStartOffset, sizeOf(i));
      BatchHeaders headers = new BatchHeaders(file.channel(), position, sizeOf(i));
      while (headers.next()) {
        RecordBatch batch = headers.header();
        if (batch.lastOffset() < logStartOffset || batch.maxTimestamp() <= timestampMs) {
          continue;
        }
        if (batch.baseOffset() >= logStartOffset) {
          timestampMs = batch.maxTimestamp();
          offset = batch.lastOffset();
          continue;
        }
        records.start(headers.readWhole());
        while (records.next()) {
          if (records.offset() >= logStartOffset && records.timestamp() > timestampMs) {
            timestampMs = records.timestamp();
            offset = records.offset();
          }
        }
      }
    } finally {
      file.release();
    }
    return new SegmentIndexes.Largest(timestampMs, offset);
  }

  /** The segment's first record at or past both the offset and the timestamp. */
  private Optional<TimestampAndOffset> search(int i, long fromOffset, long timestampMs)
      throws IOException {
    SegmentFile file = segments[i].file().retain();
    try (RecordCursor records = new RecordCursor()) {
      int position = segments[i].indexes().floorPosition(fromOffset, Integer.MAX_VALUE);
      BatchHeaders headers = new BatchHeaders(file.channel(), position, sizeOf(i));
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
      if (headers.position() < sizeOf(i)) {
        throw unreadable(segments[i], headers.position(), sizeOf(i));
      }
      return Optional.empty();
    } catch (InvalidRecordException e) {
      throw new DamagedLogException("in " + segments[i] + ": " + e.getMessage());
    } finally {
      file.release();
    }
  }

  @Override
  public OffsetAndEpoch endOffsetForEpoch(int leaderEpoch) {
    return epochs.endOf(leaderEpoch, logEndOffset);
  }

  @Override
  public int epochOfOffset(long offset) {
    return epochs.epochOf(offset);
  }

  @Override
  public List<ProducerStateView> activeProducers() {
    return producers.stream().map(ProducerState::toView).toList();
  }
}
