package milena.kafka.server;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Where the generated messages write themselves: a Netty buffer. */
class ByteBufWritable implements Writable {
  private final ByteBuf buffer;

  ByteBufWritable(ByteBuf buffer) {
    this.buffer = buffer;
  }

  @Override
  public void writeByte(byte value) {
    buffer.writeByte(value);
  }

  @Override
  public void writeShort(short value) {
    buffer.writeShort(value);
  }

  @Override
  public void writeInt(int value) {
    buffer.writeInt(value);
  }

  @Override
  public void writeLong(long value) {
    buffer.writeLong(value);
  }

  @Override
  public void writeDouble(double value) {
    buffer.writeDouble(value);
  }

  @Override
  public void writeByteArray(byte[] value) {
    buffer.writeBytes(value);
  }

  @Override
  public void writeUnsignedVarint(int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      buffer.writeByte(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    buffer.writeByte(rest);
  }

  @Override
  public void writeByteBuffer(ByteBuffer value) {
    buffer.writeBytes(value.duplicate());
  }

  @Override
  public void writeVarint(int value) {
    writeUnsignedVarint((value << 1) ^ (value >> 31));
  }

  @Override
  public void writeVarlong(long value) {
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7fL) != 0) {
      buffer.writeByte((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    buffer.writeByte((int) rest);
  }

  @Override
  public void writeRecords(BaseRecords records) {
    if (!(records instanceof MemoryRecords)) {
      throw new UnsupportedOperationException("Records of " + records.getClass());
    }
    writeByteBuffer(((MemoryRecords) records).buffer());
  }
}
