package milena.kafka.server;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * Reads a request for its generated class, with a bound on how many values it may hold: a frame of
 * bytes that are mostly counts of empty things would else become a hundred times its size in
 * objects. No client comes near the bounds; who passes them is taken for malformed.
 */
final class RequestReader extends ByteBufferAccessor {
  static final int VALUES_MAX = 2_000_000;
  static final int ELEMENTS_MAX = 500_000;

  private int values;

  RequestReader(ByteBuffer buffer) {
    super(buffer);
  }

  /** How many bytes are left, which the generated classes hold the length of an array against. */
  @Override
  public int remaining() {
    return Math.min(super.remaining(), ELEMENTS_MAX);
  }

  @Override
  public byte readByte() {
    count();
    return super.readByte();
  }

  @Override
  public short readShort() {
    count();
    return super.readShort();
  }

  @Override
  public int readInt() {
    count();
    return super.readInt();
  }

  @Override
  public long readLong() {
    count();
    return super.readLong();
  }

  @Override
  public int readUnsignedVarint() {
    count();
    return super.readUnsignedVarint();
  }

  private void count() {
    if (++values > VALUES_MAX) {
      throw new IllegalArgumentException("more than " + VALUES_MAX + " values");
    }
  }
}
