package milena.kafka.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Cuts a connection's stream into frames: four bytes of length, then that many bytes.
 *
 * <p>A frame that lies whole in what was read is handed on where it lies. One that doesn't gets a
 * buffer of its own, which {@link #direct} offers to the socket, so that the rest of a large frame
 * is read to its place and never copied. That buffer grows with what has arrived, when more is to
 * be read: a length alone reserves no more than {@link #FIRST_BYTES}, and nothing when memory is
 * short.
 *
 * <p>Owned by one connection, on its event loop.
 */
final class FrameReader {
  static final int FIRST_BYTES = 1 << 20;

  /** Gets the frames. */
  interface Sink {
    /**
     * A frame's bytes, without its length. They are valid during the call; to keep them, retain the
     * buffer.
     */
    void frame(ByteBuf buffer, int index, int bytes);
  }

  /** The client announced a frame that it may not send. */
  static final class BadFrameLength extends RuntimeException {
    BadFrameLength(String message) {
      super(message, null, false, false);
    }
  }

  private final ByteBufAllocator allocator;
  private final int maxBytes;
  private final RequestBudget budget;

  private int lengthBytes; // how many bytes of the length have come, 4 inside a frame
  private int length;
  private ByteBuf partial; // the frame under way, or null
  private long begunNanos; // when the frame under way began
  private int takenBytes; // what the frame under way has taken from the budget

  FrameReader(ByteBufAllocator allocator, int maxBytes, RequestBudget budget) {
    this.allocator = allocator;
    this.maxBytes = maxBytes;
    this.budget = budget;
  }

  /** Whether a frame has begun and not ended. */
  boolean midFrame() {
    return lengthBytes > 0;
  }

  /** For how long the frame under way has been coming. */
  long frameNanos(long nowNanos) {
    return midFrame() ? nowNanos - begunNanos : 0;
  }

  /** The buffer that the next bytes of the stream belong to, with room to write, or null. */
  ByteBuf direct() {
    if (partial != null && !partial.isWritable()) {
      makeRoom((int) Math.min(length, 2L * partial.capacity()));
    }
    return partial;
  }

  /** Takes the next bytes of the stream, and a reference to them. */
  void read(ByteBuf chunk, Sink sink) {
    try {
      if (chunk == partial) {
        afterWrite(sink);
        return;
      }
      while (chunk.isReadable()) {
        if (lengthBytes < Integer.BYTES && !readLength(chunk)) {
          return;
        }
        if (partial == null && chunk.readableBytes() >= length) {
          int index = chunk.readerIndex();
          chunk.skipBytes(length);
          int bytes = length;
          lengthBytes = 0;
          sink.frame(chunk, index, bytes);
        } else {
          readPartial(chunk, sink);
        }
      }
    } finally {
      chunk.release();
    }
  }

  /** Forgets the frame under way. */
  void close() {
    lengthBytes = 0;
    dropPartial();
  }

  private boolean readLength(ByteBuf chunk) {
    if (lengthBytes == 0) {
      begunNanos = System.nanoTime();
    }
    if (lengthBytes == 0 && chunk.readableBytes() >= Integer.BYTES) {
      length = chunk.readInt();
      lengthBytes = Integer.BYTES;
    }
    while (lengthBytes < Integer.BYTES) {
      if (!chunk.isReadable()) {
        return false;
      }
      length = (length << 8) | chunk.readUnsignedByte();
      lengthBytes++;
    }
    if (length < 0 || length > maxBytes) {
      int announced = length;
      lengthBytes = 0;
      length = 0;
      throw new BadFrameLength("a frame of " + announced + " bytes, where " + maxBytes + " may be");
    }
    return chunk.isReadable() || length == 0;
  }

  private void readPartial(ByteBuf chunk, Sink sink) {
    if (partial == null) {
      int ahead = budget.exhausted() ? 0 : Math.min(length, FIRST_BYTES);
      makeRoom(Math.min(length, Math.max(chunk.readableBytes(), ahead)));
    }
    int bytes = Math.min(chunk.readableBytes(), length - partial.writerIndex());
    if (bytes > partial.writableBytes()) {
      long grown = Math.max(2L * partial.capacity(), partial.writerIndex() + (long) bytes);
      makeRoom((int) Math.min(length, grown));
    }
    chunk.readBytes(partial, bytes);
    afterWrite(sink);
  }

  private void afterWrite(Sink sink) {
    if (partial.writerIndex() == length) {
      ByteBuf frame = partial;
      int bytes = length;
      partial = null;
      lengthBytes = 0;
      try {
        sink.frame(frame, 0, bytes);
      } finally {
        frame.release();
        budget.give(takenBytes);
        takenBytes = 0;
      }
    }
  }

  private void makeRoom(int capacity) {
    ByteBuf larger = allocator.directBuffer(capacity, length);
    if (partial != null) {
      larger.writeBytes(partial, 0, partial.writerIndex());
      partial.release();
    }
    partial = larger;
    budget.take(capacity - takenBytes);
    takenBytes = capacity;
  }

  private void dropPartial() {
    if (partial != null) {
      partial.release();
      partial = null;
      budget.give(takenBytes);
      takenBytes = 0;
    }
  }
}
