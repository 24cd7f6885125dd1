package milena.log;

/** Decides, batch by batch, what a segment's indexes note. */
final class SegmentIndexer {
  private final OffsetIndex offsets;
  private final TimeIndex times;
  private int bytesSinceEntry;
  private long maxTimestamp = -1;
  private long offsetOfMaxTimestamp = -1;

  SegmentIndexer(OffsetIndex offsets, TimeIndex times) {
    this.offsets = offsets;
    this.times = times;
  }

  /** Goes on from what the indexes hold, right before the batch that the last entry is of. */
  void resume(long maxTimestampSoFar, long itsOffset) {
    maxTimestamp = maxTimestampSoFar;
    offsetOfMaxTimestamp = itsOffset;
  }

  /** Notes a batch; {@code intervalBytes} is {@code index.interval.bytes}. */
  void add(long lastOffset, long timestampMs, int position, int size, int intervalBytes) {
    if (timestampMs > maxTimestamp) {
      maxTimestamp = timestampMs;
      offsetOfMaxTimestamp = lastOffset;
    }
    if (bytesSinceEntry > intervalBytes) {
      offsets.append(lastOffset, position);
      times.maybeAppend(maxTimestamp, offsetOfMaxTimestamp);
      bytesSinceEntry = 0;
    }
    bytesSinceEntry += size;
  }

  /** Notes a batch that the indexes hold already. */
  void skip(int size) {
    bytesSinceEntry = size;
  }

  /** Makes the largest timestamp the time index's last entry. */
  void finish() {
    times.maybeAppend(maxTimestamp, offsetOfMaxTimestamp);
  }

  /** -1 in a segment without timestamps. */
  long maxTimestamp() {
    return maxTimestamp;
  }

  /** Last offset of the first batch that has {@link #maxTimestamp}. */
  long offsetOfMaxTimestamp() {
    return offsetOfMaxTimestamp;
  }
}
