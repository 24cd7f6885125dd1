package milena.record;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;

/**
 * A window on one record batch in a buffer: fields are read from and written to where they lie, and
 * moving the window to another batch allocates nothing. Numbers are big-endian; the positions are
 * relative to the batch.
 *
 * <pre>
 *    0 |               base offset (8)               |
 *    8 |   batch length (4)  | leader epoch (4)      |  length: of all that follows it
 *   16 | magic (1) |      CRC-32C (4)     |             of all from 21 on
 *   21 | attributes (2)   | last offset delta (4) |
 *   27 |             base timestamp (8)              |
 *   35 |             max timestamp (8)               |
 *   43 |              producer id (8)                |
 *   51 | producer epoch (2) | base sequence (4)  |
 *   57 |  record count (4)  | records ...
 * </pre>
 *
 * Attributes: bits 0-2 compression, 3 timestamp type, 4 transactional, 5 control, 6 the base
 * timestamp is the delete horizon. Because base offset and leader epoch lie outside of the
 * checksum, a leader assigns both without reading the records.
 *
 * <p>Used by one thread at a time. The window keeps no reference to more than the last buffer.
 */
public final class RecordBatch {
  public static final int BASE_OFFSET = 0;
  public static final int LENGTH = 8;
  public static final int LEADER_EPOCH = 12;
  public static final int MAGIC = 16;
  public static final int CRC = 17;
  public static final int ATTRIBUTES = 21;
  public static final int LAST_OFFSET_DELTA = 23;
  public static final int BASE_TIMESTAMP = 27;
  public static final int MAX_TIMESTAMP = 35;
  public static final int PRODUCER_ID = 43;
  public static final int PRODUCER_EPOCH = 51;
  public static final int BASE_SEQUENCE = 53;
  public static final int RECORD_COUNT = 57;

  /** Bytes before the first record. */
  public static final int HEADER_SIZE = 61;

  /** Bytes before those that the batch length counts. */
  public static final int LENGTH_OVERHEAD = 12;

  /** The only version of the format that is written or understood. */
  public static final byte MAGIC_V2 = 2;

  public static final long NO_TIMESTAMP = -1;
  public static final long NO_PRODUCER_ID = -1;
  public static final short NO_PRODUCER_EPOCH = -1;
  public static final int NO_SEQUENCE = -1;
  public static final int NO_LEADER_EPOCH = -1;

  static final int COMPRESSION_MASK = 0x07;
  static final int LOG_APPEND_TIME_FLAG = 0x08;
  static final int TRANSACTIONAL_FLAG = 0x10;
  static final int CONTROL_FLAG = 0x20;
  static final int DELETE_HORIZON_FLAG = 0x40;

  private final CRC32C checksum = new CRC32C();
  private ByteBuffer source;
  private ByteBuffer bytes;
  private int at;

  /** A window that shows nothing until {@link #wrap}. */
  public RecordBatch() {}

  /** A new window on the batch that begins at this absolute position. */
  public static RecordBatch at(ByteBuffer buffer, int position) {
    return new RecordBatch().wrap(buffer, position);
  }

  /**
   * Moves the window to the batch that begins at this absolute position. The buffer's own position
   * and limit don't matter to it, and are never changed by it. The header must be there; whether
   * the batch is whole and sound is for {@link RecordBatches} and {@link #isCrcValid} to say.
   */
  public RecordBatch wrap(ByteBuffer buffer, int position) {
    if (position < 0 || buffer.capacity() - position < HEADER_SIZE) {
      throw new IndexOutOfBoundsException(
          "No batch header fits at " + position + " of " + buffer.capacity());
    }
    if (source != buffer) {
      source = buffer;
      bytes = buffer.duplicate().clear();
    }
    at = position;
    return this;
  }

  /** The buffer that the window is on. */
  public ByteBuffer buffer() {
    return source;
  }

  /** Where in {@link #buffer} the batch begins. */
  public int position() {
    return at;
  }

  public long baseOffset() {
    return bytes.getLong(at + BASE_OFFSET);
  }

  /** Size of the whole batch, header included. */
  public int sizeInBytes() {
    return LENGTH_OVERHEAD + bytes.getInt(at + LENGTH);
  }

  public int partitionLeaderEpoch() {
    return bytes.getInt(at + LEADER_EPOCH);
  }

  public byte magic() {
    return bytes.get(at + MAGIC);
  }

  /** The checksum that the batch carries, 0 to 2^32 - 1. */
  public long crc() {
    return Integer.toUnsignedLong(bytes.getInt(at + CRC));
  }

  /** Whether the batch carries the checksum of what it holds; reads every byte. */
  public boolean isCrcValid() {
    return sizeInBytes() >= HEADER_SIZE && crc() == computeCrc();
  }

  /** The checksum of what the batch holds; the whole batch must be in the buffer. */
  public long computeCrc() {
    checksum.reset();
    bytes.limit(at + sizeInBytes()).position(at + ATTRIBUTES);
    checksum.update(bytes);
    bytes.clear();
    return checksum.getValue();
  }

  public int attributes() {
    return bytes.getShort(at + ATTRIBUTES);
  }

  /** Bits of the codec, as {@link CompressionType#id}; may name none that exists. */
  public int compressionId() {
    return attributes() & COMPRESSION_MASK;
  }

  /**
   * @throws IllegalArgumentException when the bits name no codec
   */
  public CompressionType compressionType() {
    return CompressionType.forId(compressionId());
  }

  public boolean isCompressed() {
    return compressionId() != 0;
  }

  public TimestampType timestampType() {
    return (attributes() & LOG_APPEND_TIME_FLAG) == 0
        ? TimestampType.CREATE_TIME
        : TimestampType.LOG_APPEND_TIME;
  }

  public boolean isTransactional() {
    return (attributes() & TRANSACTIONAL_FLAG) != 0;
  }

  /** Whether the batch holds markers of the broker's own, which no consumer is shown. */
  public boolean isControl() {
    return (attributes() & CONTROL_FLAG) != 0;
  }

  /**
   * Whether compaction has stamped when the batch's tombstones may go; {@link #baseTimestamp} is
   * then that time.
   */
  public boolean hasDeleteHorizon() {
    return (attributes() & DELETE_HORIZON_FLAG) != 0;
  }

  /** When the batch's tombstones may go, {@link #NO_TIMESTAMP} when compaction hasn't said. */
  public long deleteHorizonMs() {
    return hasDeleteHorizon() ? baseTimestamp() : NO_TIMESTAMP;
  }

  public int lastOffsetDelta() {
    return bytes.getInt(at + LAST_OFFSET_DELTA);
  }

  public long lastOffset() {
    return baseOffset() + lastOffsetDelta();
  }

  /** The offset after the last. */
  public long nextOffset() {
    return lastOffset() + 1;
  }

  /** What the records' timestamp deltas count from. */
  public long baseTimestamp() {
    return bytes.getLong(at + BASE_TIMESTAMP);
  }

  public long maxTimestamp() {
    return bytes.getLong(at + MAX_TIMESTAMP);
  }

  public long producerId() {
    return bytes.getLong(at + PRODUCER_ID);
  }

  public boolean hasProducerId() {
    return producerId() > NO_PRODUCER_ID;
  }

  public short producerEpoch() {
    return bytes.getShort(at + PRODUCER_EPOCH);
  }

  public int baseSequence() {
    return bytes.getInt(at + BASE_SEQUENCE);
  }

  /** Sequence number of the last record; numbers wrap from 2^31 - 1 to 0. */
  public int lastSequence() {
    int base = baseSequence();
    return base == NO_SEQUENCE ? NO_SEQUENCE : (base + lastOffsetDelta()) & Integer.MAX_VALUE;
  }

  public int recordCount() {
    return bytes.getInt(at + RECORD_COUNT);
  }

  /** Writes what a leader assigns. The checksum stays true. */
  public void assign(long baseOffset, int leaderEpoch) {
    bytes.putLong(at + BASE_OFFSET, baseOffset);
    bytes.putInt(at + LEADER_EPOCH, leaderEpoch);
  }

  /** Makes this time that of all the batch's records, and renews the checksum. */
  public void stampAppendTime(long timestampMs) {
    bytes.putShort(at + ATTRIBUTES, (short) (attributes() | LOG_APPEND_TIME_FLAG));
    bytes.putLong(at + MAX_TIMESTAMP, timestampMs);
    renewCrc();
  }

  /** Says that the records' times are their producer's, and which is the largest. */
  void setCreateTime(long maxTimestampMs) {
    if (maxTimestamp() != maxTimestampMs || timestampType() != TimestampType.CREATE_TIME) {
      bytes.putShort(at + ATTRIBUTES, (short) (attributes() & ~LOG_APPEND_TIME_FLAG));
      bytes.putLong(at + MAX_TIMESTAMP, maxTimestampMs);
      renewCrc();
    }
  }

  void renewCrc() {
    bytes.putInt(at + CRC, (int) computeCrc());
  }

  /** The window's own view of the buffer, position 0 to capacity: for absolute reads only. */
  ByteBuffer bytes() {
    return bytes;
  }

  /** A read-only buffer of just this batch; it shares the bytes. */
  public ByteBuffer slice() {
    return bytes.slice(at, sizeInBytes()).asReadOnlyBuffer();
  }

  @Override
  public String toString() {
    return source == null
        ? "RecordBatch(nowhere)"
        : "RecordBatch(offsets "
            + baseOffset()
            + " to "
            + lastOffset()
            + ", "
            + recordCount()
            + " records, "
            + sizeInBytes()
            + " bytes, leader epoch "
            + partitionLeaderEpoch()
            + ", attributes 0x"
            + Integer.toHexString(attributes())
            + ")";
  }
}
