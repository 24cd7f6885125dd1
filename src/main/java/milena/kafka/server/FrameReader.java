package milena.kafka.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.LongSupplier;

/**
 * Cuts a connection's stream into frames: four bytes of length, then that many bytes.
 *
 * <p>A frame that lies whole in what was read is handed on where it lies. One that doesn't gets a
 * buffer of its own, which {@link #direct} offers to the socket, so that the rest of a large frame
 * is read to its place and never copied. That buffer grows with what has arrived, when its owner
 * says so ({@link #grow}): a length alone reserves no more than {@link #FIRST_BYTES}, and nothing
 * when memory is short.
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
  private final LongSupplier nanos;

  private int lengthBytes; // how many bytes of the length have come, 4 inside a frame
  private int length;
  private ByteBuf partial; // the frame under way, or null
  private long begunNanos; // when the frame under way began
  private int takenBytes; // what the frame under way has taken from the budget
  private boolean counted = true; // whether it takes from the budget

  FrameReader(ByteBufAllocator allocator, int maxBytes, RequestBudget budget, LongSupplier nanos) {
    this.allocator = allocator;
    this.maxBytes = maxBytes;
    this.budget = budget;
    this.nanos = nanos;
  }

  /** Whether a frame has begun and not ended. */
  boolean midFrame() {
    return lengthBytes > 0;
  }

  /** The length of the frame under way; 0 when none is, or not even its length has come. */
  int frameBytes() {
    return lengthBytes == Integer.BYTES ? length : 0;
  }

  /** Whether more of the frame under way can be read without taking more memory. */
  boolean hasRoomOfItsOwn() {
    return partial != null && partial.isWritable();
  }

  /** For how long the frame under way has been coming. */
  long frameNanos(long nowNanos) {
    return midFrame() ? nowNanos - begunNanos : 0;
  }

  /** Takes memory for more of the frame under way, whose length has come, where there is some. */
  boolean grow() {
    int capacity = nextCapacity();
    boolean room = !counted || budget.hasRoom(length, capacity - takenBytes);
    if (room) {
      makeRoom(capacity);
    }
    return room;
  }

  /** Has the frame under way, whose length has come, go on outside of the budget's count. */
  void overrun() {
    counted = false;
    int counts = takenBytes;
    takenBytes = 0;
    budget.giveOfFrame(counts);
    makeRoom(nextCapacity());
  }

  private int nextCapacity() {
    long wanted = partial == null ? 0 : 2L * partial.capacity();
    return (int) Math.min(length, Math.max(wanted, FIRST_BYTES));
  }

  /** The buffer that the next bytes of the stream belong to, with room to write, or null. */
  ByteBuf direct() {
    return hasRoomOfItsOwn() ? partial : null;
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
      begunNanos = nanos.getAsLong();
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
      int first = Math.min(length, FIRST_BYTES);
      int ahead = budget.hasRoom(length, first) ? first : 0;
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
        giveBack();
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
    if (counted) {
      budget.takeForFrame(capacity - takenBytes);
      takenBytes = capacity;
    }
  }

  private void giveBack() {
    budget.giveOfFrame(takenBytes);
    takenBytes = 0;
    counted = true;
  }

  private void dropPartial() {
    if (partial != null) {
      partial.release();
      partial = null;
    }
    giveBack();
  }
}
