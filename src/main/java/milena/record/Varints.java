package milena.record;

import java.nio.ByteBuffer;
import org.apache.kafka.common.InvalidRecordException;

/**
 * Numbers of one to ten bytes, the smaller the shorter, as Protocol Buffers writes signed ones:
 * zigzag, then seven bits a byte, the lowest first. Read at the buffer's position.
 */
final class Varints {
  private Varints() {}

  static int readInt(ByteBuffer from) {
    int first = from.get();
    if (first >= 0) {
      return (first >>> 1) ^ -(first & 1);
    }
    int value = first & 0x7f;
    for (int shift = 7; shift < 35; shift += 7) {
      int next = from.get();
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new InvalidRecordException("A number of a record is longer than five bytes");
  }

  static long readLong(ByteBuffer from) {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      long next = from.get();
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new InvalidRecordException("A number of a record is longer than ten bytes");
  }

  static void writeInt(int value, ByteBuffer to) {
    int rest = (value << 1) ^ (value >> 31);
    while ((rest & ~0x7f) != 0) {
      to.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    to.put((byte) rest);
  }

  static void writeLong(long value, ByteBuffer to) {
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7fL) != 0) {
      to.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    to.put((byte) rest);
  }

  static int sizeOfInt(int value) {
    int bits = 32 - Integer.numberOfLeadingZeros(((value << 1) ^ (value >> 31)) | 1);
    return (bits + 6) / 7;
  }

  static int sizeOfLong(long value) {
    int bits = 64 - Long.numberOfLeadingZeros(((value << 1) ^ (value >> 63)) | 1);
    return (bits + 6) / 7;
  }
}
