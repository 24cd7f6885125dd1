package milena.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Buffers that wait for their one write, in the order of their offsets. */
final class StagedBatches {
  private static final ByteBuffer[] NONE = new ByteBuffer[0];
  private static final int KEPT_ROOM = 1024;

  private ByteBuffer[] buffers = NONE;
  private int count;

  boolean isEmpty() {
    return count == 0;
  }

  /** Adds the buffer's bytes from position to limit; the buffer itself is left alone. */
  void add(ByteBuffer bytes) {
    if (count == buffers.length) {
      buffers = Arrays.copyOf(buffers, Math.max(4, count * 2));
    }
    buffers[count++] = bytes;
  }

  void writeTo(Segment segment) throws IOException {
    segment.write(buffers, count);
    clear();
  }

  void clear() {
    if (buffers.length > KEPT_ROOM) {
      buffers = NONE;
    } else {
      Arrays.fill(buffers, 0, count, null);
    }
    count = 0;
  }
}
