package milena.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import milena.common.OffsetAndEpoch;

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
  static IOException unreadable(Segment segment, int position, int limit) throws IOException {
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

  /** Bytes of a segment at the time. */
  int sizeOf(int i) {
    return i == segments.length - 1 ? activeSize : segments[i].size();
  }

  /** The last segment whose base offset is at or below the offset; the first for any lower. */
  int indexOf(long offset) {
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
    return new TimestampSearch(this).offsetForTimestamp(timestampMs);
  }

  @Override
  public Optional<TimestampAndOffset> offsetOfMaxTimestamp() throws IOException {
    return new TimestampSearch(this).offsetOfMaxTimestamp();
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
