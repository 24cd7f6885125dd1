package milena.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The largest timestamps of a segment so far, in Kafka's {@code .timeindex} format: every record at
 * or before the offset has at most that timestamp, and the batch that ends at the offset has it.
 *
 * <pre>
 *   0 | timestamp (8) | last offset of the batch, less the segment's base (4)
 * </pre>
 */
final class TimeIndex extends SparseIndex {
  static final int ENTRY_SIZE = 12;

  private final long baseOffset;

  TimeIndex(Path path, long baseOffset) {
    super(path, ENTRY_SIZE);
    this.baseOffset = baseOffset;
  }

  /** Adds an entry unless the timestamp is no larger than the last one's. */
  void maybeAppend(long timestampMs, long offset) {
    if (timestampMs < 0 || offset < baseOffset) {
      return;
    }
    ByteBuffer room = room();
    int last = room.position() - ENTRY_SIZE;
    if (last < 0
        || (timestampMs > room.getLong(last) && offset > baseOffset + room.getInt(last + 8))) {
      room.putLong(timestampMs).putInt((int) (offset - baseOffset));
      added();
    }
  }

  /** An offset such that every record at or before it is older than {@code timestampMs}, or -1. */
  long offsetBefore(long timestampMs) throws IOException {
    ByteBuffer entries = entries();
    int low = 0;
    int high = entries.limit() / ENTRY_SIZE - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (timestampAt(entries, middle) < timestampMs) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high < 0 ? -1 : offsetAt(entries, high);
  }

  /** How many entries are of batches that end at or before {@code offset}. */
  int countUpTo(ByteBuffer entries, long offset) {
    int count = entries.limit() / ENTRY_SIZE;
    while (count > 0 && offsetAt(entries, count - 1) > offset) {
      count--;
    }
    return count;
  }

  static long timestampAt(ByteBuffer entries, int entry) {
    return entries.getLong(entry * ENTRY_SIZE);
  }

  long offsetAt(ByteBuffer entries, int entry) {
    return baseOffset + entries.getInt(entry * ENTRY_SIZE + 8);
  }

  @Override
  boolean isOrdered(ByteBuffer entries, int position, int previous) {
    long timestamp = entries.getLong(position);
    int offset = entries.getInt(position + 8);
    return previous < 0
        ? timestamp >= 0 && offset >= 0
        : timestamp > entries.getLong(previous) && offset > entries.getInt(previous + 8);
  }
}
