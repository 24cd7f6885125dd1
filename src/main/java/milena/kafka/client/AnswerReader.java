package milena.kafka.client;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import milena.broker.partition.AnswerMemory;

/**
 * Gathers a connection's answers, each after its four bytes of length, of which one at most is on
 * its way: so the socket reads an answer to where it stays until the followers' logs have it, and
 * nothing of it is copied. That memory is used again once it is given back; what is not given back
 * in time is left to the garbage collector.
 *
 * <p>Owned by one connection, on its event loop; memory comes back from any thread.
 */
final class AnswerReader {
  private static final int FIRST_BYTES = 64 << 10;

  /** An answer's bytes, and the memory that they lie in. */
  record Frame(ByteBuffer bytes, AnswerMemory memory) {}

  private final AtomicReference<ByteBuffer> spare = new AtomicReference<>();

  /** What has come of an answer, its length first; null between answers. */
  private ByteBuf coming;

  /** What {@link #coming} lies in. */
  private ByteBuffer memory;

  /** Where the next bytes from the socket belong. */
  ByteBuf room() {
    if (coming == null) {
      ByteBuffer unused = spare.getAndSet(null);
      place(unused == null ? ByteBuffer.allocateDirect(FIRST_BYTES) : unused);
    }
    return coming;
  }

  private void place(ByteBuffer in) {
    memory = in;
    coming = Unpooled.wrappedBuffer(in.duplicate().clear()).clear();
  }

  /**
   * Looks at what has come into the {@link #room}.
   *
   * @return the answer, or null while it is not whole
   * @throws IOException when what has come can't be one answer
   */
  Frame next() throws IOException {
    if (coming.readableBytes() < Integer.BYTES) {
      return null;
    }
    int length = coming.getInt(0);
    long bytes = (long) Integer.BYTES + length;
    if (length < 0 || bytes > Integer.MAX_VALUE || coming.readableBytes() > bytes) {
      throw new IOException(
          "An answer of " + length + " bytes has come as " + coming.readableBytes());
    }
    if (coming.readableBytes() < bytes) {
      if (!coming.isWritable()) {
        grow((int) bytes);
      }
      return null;
    }
    ByteBuffer whole = memory;
    coming = null;
    memory = null;
    return new Frame(
        whole.duplicate().limit((int) bytes).position(Integer.BYTES).slice(),
        new AnswerMemory(() -> spare.set(whole)));
  }

  /** Doubles the room, since a length alone is no reason to take more. */
  private void grow(int wholeBytes) {
    ByteBuf before = coming;
    place(ByteBuffer.allocateDirect((int) Math.min(wholeBytes, 2L * before.capacity())));
    coming.writeBytes(before);
  }
}
