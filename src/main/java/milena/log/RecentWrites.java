package milena.log;

/**
 * Which of a log's records were written so lately that they are in the page cache for sure: those
 * of the last one to two minutes, or the last 64 to 128 MiB where that is less. Two marks that
 * follow the writer, so that it costs a comparison or two a batch.
 *
 * <p>The log's writer tells it of writes; any thread may ask.
 */
final class RecentWrites {
  static final long SPAN_MS = 60_000;
  static final long SPAN_BYTES = 64 << 20;

  private volatile long from = Long.MAX_VALUE;
  private volatile long sinceMs;
  private long spanFrom = Long.MAX_VALUE;
  private long spanBytes = SPAN_BYTES;

  /** Records from this offset on, in so many bytes, are being written. */
  void add(long baseOffset, int bytes, long nowMs) {
    long tookMs = nowMs - sinceMs;
    if (spanBytes >= SPAN_BYTES || tookMs >= SPAN_MS) {
      from = tookMs >= 2 * SPAN_MS ? baseOffset : spanFrom;
      spanFrom = baseOffset;
      spanBytes = 0;
      sinceMs = nowMs;
    }
    if (baseOffset < spanFrom) {
      spanFrom = baseOffset; // the log has been cut
    }
    if (baseOffset < from) {
      from = baseOffset;
    }
    spanBytes += bytes;
  }

  /** Whether the record at this offset, which has been written, is one of them. */
  boolean include(long offset, long nowMs) {
    return offset >= from && nowMs - sinceMs < 2 * SPAN_MS;
  }
}
