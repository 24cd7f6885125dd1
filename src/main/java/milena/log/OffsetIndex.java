package milena.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Where some of a segment's batches begin, in Kafka's {@code .index} format:
 *
 * <pre>
 *   0 | last offset of the batch, less the segment's base (4) | position of the batch (4)
 * </pre>
 */
final class OffsetIndex extends SparseIndex {
  static final int ENTRY_SIZE = 8;

  private final long baseOffset;

  OffsetIndex(Path path, long baseOffset) {
    super(path, ENTRY_SIZE);
    this.baseOffset = baseOffset;
  }

  void append(long lastOffset, int position) {
    ByteBuffer room = room();
    room.putInt((int) (lastOffset - baseOffset)).putInt(position);
    added();
  }

  /** Position from which a scan finds the first batch that ends at or past {@code offset}. */
  int floorPosition(long offset) throws IOException {
    return floorPosition(offset, Integer.MAX_VALUE);
  }

  /**
   * The last indexed position that is at most {@code maxPosition}, of a batch that ends at or
   * before {@code offset}; 0 when there is none.
   */
  int floorPosition(long offset, int maxPosition) throws IOException {
    ByteBuffer entries = entries();
    int entry = floor(entries, offset, maxPosition);
    return entry < 0 ? 0 : entries.getInt(entry * ENTRY_SIZE + 4);
  }

  /** Both fields ascend together, so that one search serves both bounds. */
  private int floor(ByteBuffer entries, long offset, int maxPosition) {
    int low = 0;
    int high = entries.limit() / ENTRY_SIZE - 1;
    long relative = offset - baseOffset;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int at = middle * ENTRY_SIZE;
      if (entries.getInt(at) <= relative && entries.getInt(at + 4) <= maxPosition) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high;
  }

  /** How many entries are of batches that end at or before {@code offset}. */
  int countUpTo(ByteBuffer entries, long offset) {
    return floor(entries, offset, Integer.MAX_VALUE) + 1;
  }

  long offsetAt(ByteBuffer entries, int entry) {
    return baseOffset + entries.getInt(entry * ENTRY_SIZE);
  }

  static int positionAt(ByteBuffer entries, int entry) {
    return entries.getInt(entry * ENTRY_SIZE + 4);
  }

  @Override
  boolean isOrdered(ByteBuffer entries, int position, int previous) {
    int offset = entries.getInt(position);
    int at = entries.getInt(position + 4);
    return previous < 0
        ? offset >= 0 && at >= 0
        : offset > entries.getInt(previous) && at > entries.getInt(previous + 4);
  }
}
