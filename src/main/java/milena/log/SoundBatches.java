package milena.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import milena.record.RecordBatch;

/** Finds where batches go on behind a damaged place, by looking at each byte. */
final class SoundBatches {
  private static final int WINDOW = 1 << 20;
  private static final int NONE = -1;

  private SoundBatches() {}

  /**
   * Position of the first whole batch at or past {@code from} that has its checksum and lies within
   * these offsets; -1 when there is none before {@code limit}.
   */
  static int first(FileChannel file, int from, int limit, long firstOffset, long endOffset)
      throws IOException {
    ByteBuffer window = ByteBuffer.allocate(Math.min(WINDOW, Math.max(0, limit - from)));
    RecordBatch batch = new RecordBatch();
    int start = from;
    while (limit - start >= RecordBatch.HEADER_SIZE) {
      window.clear().limit(Math.min(window.capacity(), limit - start));
      BatchHeaders.readFully(file, window, start);
      window.flip();
      int last = window.limit() - RecordBatch.HEADER_SIZE;
      for (int at = 0; at <= last; at++) {
        if (window.get(at + RecordBatch.MAGIC) == RecordBatch.MAGIC_V2) {
          batch.wrap(window, at);
          if (mayBe(batch, limit - start - at, firstOffset, endOffset)
              && isSound(file, start + at, limit)) {
            return start + at;
          }
        }
      }
      if (last < 0) {
        return NONE; // the file is shorter than the caller thinks
      }
      start += last + 1;
    }
    return NONE;
  }

  private static boolean mayBe(RecordBatch batch, int room, long firstOffset, long endOffset) {
    return batch.sizeInBytes() >= RecordBatch.HEADER_SIZE
        && batch.sizeInBytes() <= room
        && batch.lastOffsetDelta() >= 0
        && batch.baseOffset() >= firstOffset
        && batch.baseOffset() < endOffset;
  }

  private static boolean isSound(FileChannel file, int position, int limit) throws IOException {
    BatchHeaders headers = new BatchHeaders(file, position, limit);
    return headers.next() && headers.isCrcValid();
  }
}
