package milena.record;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * Makes one record batch. What is not set stays as a plain producer leaves it: offsets from 0, no
 * leader epoch, no producer id, the records' own times.
 *
 * <pre>{@code
 * ByteBuffer batch =
 *     new BatchBuilder(Compression.NONE)
 *         .producer(producerId, producerEpoch, sequence)
 *         .append(nowMs, key, value)
 *         .build();
 * }</pre>
 *
 * A builder is used for one batch, by one thread. One of which no batch is built after all has to
 * be closed: zstd's memory is not the garbage collector's.
 */
public final class BatchBuilder implements AutoCloseable {
  private static final Header[] NO_HEADERS = new Header[0];
  private static final int FIRST_SIZE = 512;

  private final CompressionType codec;
  private final ByteBufferOutputStream out;

  /** Compresses; null where nothing is compressed, and once that is over. */
  private OutputStream records;

  private ByteBuffer scratch = ByteBuffer.allocate(0);

  private long baseOffset;
  private int leaderEpoch = RecordBatch.NO_LEADER_EPOCH;
  private long producerId = RecordBatch.NO_PRODUCER_ID;
  private short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
  private int baseSequence = RecordBatch.NO_SEQUENCE;
  private int flags;
  private long appendTimeMs;
  private boolean baseTimestampKnown;
  private long baseTimestamp;
  private long maxTimestamp = RecordBatch.NO_TIMESTAMP;
  private int lastOffsetDelta = -1;
  private int recordCount;
  private int plainSize = RecordBatch.HEADER_SIZE;

  public BatchBuilder(Compression compression) {
    this(compression, FIRST_SIZE);
  }

  /**
   * @param expectedSize how many bytes the batch may well have
   */
  public BatchBuilder(Compression compression, int expectedSize) {
    this.codec = compression.type();
    this.out =
        new ByteBufferOutputStream(
            ByteBuffer.allocate(Math.max(expectedSize, RecordBatch.HEADER_SIZE)));
    this.out.position(RecordBatch.HEADER_SIZE);
    this.records =
        codec == CompressionType.NONE ? null : compression.wrapForOutput(out, RecordBatch.MAGIC_V2);
  }

  /** Offset of the first record; set it before the first is appended. */
  public BatchBuilder baseOffset(long offset) {
    this.baseOffset = offset;
    return this;
  }

  public BatchBuilder leaderEpoch(int epoch) {
    this.leaderEpoch = epoch;
    return this;
  }

  public BatchBuilder producer(long id, short epoch, int sequence) {
    this.producerId = id;
    this.producerEpoch = epoch;
    this.baseSequence = sequence;
    return this;
  }

  public BatchBuilder transactional(boolean transactional) {
    return flag(RecordBatch.TRANSACTIONAL_FLAG, transactional);
  }

  /** Marks the batch as one that holds the broker's own markers. */
  public BatchBuilder control(boolean control) {
    return flag(RecordBatch.CONTROL_FLAG, control);
  }

  /** Makes this the time of all records, whatever their own. */
  public BatchBuilder appendTime(long timestampMs) {
    this.appendTimeMs = timestampMs;
    return flag(RecordBatch.LOG_APPEND_TIME_FLAG, true);
  }

  /** Makes the records' times their own, or all of them this one, as a topic's setting asks. */
  BatchBuilder timestampsOf(TimestampType type, long appendTimeMs) {
    this.appendTimeMs = appendTimeMs;
    return flag(RecordBatch.LOG_APPEND_TIME_FLAG, type == TimestampType.LOG_APPEND_TIME);
  }

  /** Keeps the flags, the producer and the time of another batch, of which this is a part. */
  public BatchBuilder like(RecordBatch batch) {
    producer(batch.producerId(), batch.producerEpoch(), batch.baseSequence());
    transactional(batch.isTransactional());
    control(batch.isControl());
    if (batch.timestampType() == TimestampType.LOG_APPEND_TIME) {
      appendTime(batch.maxTimestamp());
    }
    leaderEpoch(batch.partitionLeaderEpoch());
    return this;
  }

  /** Notes when the batch's tombstones may go; set it before the first record is appended. */
  public BatchBuilder deleteHorizon(long timestampMs) {
    this.baseTimestamp = timestampMs;
    this.baseTimestampKnown = true;
    return flag(RecordBatch.DELETE_HORIZON_FLAG, true);
  }

  private BatchBuilder flag(int flag, boolean set) {
    flags = set ? flags | flag : flags & ~flag;
    return this;
  }

  /** Appends a record behind the last one. */
  public BatchBuilder append(long timestampMs, byte[] key, byte[] value) {
    return append(
        timestampMs,
        key == null ? null : ByteBuffer.wrap(key),
        value == null ? null : ByteBuffer.wrap(value));
  }

  /** Appends a record behind the last one. */
  public BatchBuilder append(long timestampMs, ByteBuffer key, ByteBuffer value) {
    return append(baseOffset + lastOffsetDelta + 1, timestampMs, key, value, NO_HEADERS);
  }

  /** Appends a record behind the last one. */
  public BatchBuilder append(long timestampMs, ByteBuffer key, ByteBuffer value, Header[] headers) {
    return append(baseOffset + lastOffsetDelta + 1, timestampMs, key, value, headers);
  }

  /** Appends a record with an offset of its own, past the last one's. */
  public BatchBuilder append(
      long offset, long timestampMs, ByteBuffer key, ByteBuffer value, Header[] headers) {
    long offsetDelta = offset - baseOffset;
    if (offsetDelta <= lastOffsetDelta || offsetDelta > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Offset " + offset + " does not fit behind " + (baseOffset + lastOffsetDelta));
    }
    if (!baseTimestampKnown) {
      baseTimestamp = timestampMs;
      baseTimestampKnown = true;
    }
    write((int) offsetDelta, timestampMs - baseTimestamp, key, value, headers);
    lastOffsetDelta = (int) offsetDelta;
    maxTimestamp = Math.max(maxTimestamp, timestampMs);
    recordCount++;
    return this;
  }

  /** Lets the batch reach to this offset though its last records are gone, as compaction does. */
  public BatchBuilder lastOffset(long offset) {
    lastOffsetDelta = Math.toIntExact(offset - baseOffset);
    return this;
  }

  private void write(
      int offsetDelta, long timestampDelta, ByteBuffer key, ByteBuffer value, Header[] headers) {
    byte[][] names = new byte[headers.length][];
    int size = 1 + Varints.sizeOfLong(timestampDelta) + Varints.sizeOfInt(offsetDelta);
    size = Math.addExact(size, sizeOf(key));
    size = Math.addExact(size, sizeOf(value));
    size += Varints.sizeOfInt(headers.length);
    for (int i = 0; i < headers.length; i++) {
      names[i] = headers[i].key().getBytes(StandardCharsets.UTF_8);
      size = Math.addExact(size, Varints.sizeOfInt(names[i].length) + names[i].length);
      size = Math.addExact(size, sizeOf(wrapped(headers[i].value())));
    }
    int whole = Math.addExact(size, Varints.sizeOfInt(size));
    ByteBuffer to = roomFor(whole);
    Varints.writeInt(size, to);
    to.put((byte) 0);
    Varints.writeLong(timestampDelta, to);
    Varints.writeInt(offsetDelta, to);
    put(key, to);
    put(value, to);
    Varints.writeInt(headers.length, to);
    for (int i = 0; i < headers.length; i++) {
      put(ByteBuffer.wrap(names[i]), to);
      put(wrapped(headers[i].value()), to);
    }
    plainSize = Math.addExact(plainSize, whole);
    if (records != null) {
      try {
        records.write(to.array(), 0, to.position());
      } catch (IOException e) {
        throw new UncheckedIOException("Writing to memory can't fail", e);
      }
    }
  }

  private ByteBuffer roomFor(int size) {
    if (records == null) {
      out.ensureRemaining(size);
      return out.buffer();
    }
    if (scratch.capacity() < size) {
      scratch = ByteBuffer.allocate(Math.max(size, (int) Math.min(1 << 20, 2L * size)));
    }
    return scratch.clear();
  }

  private static ByteBuffer wrapped(byte[] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes);
  }

  private static int sizeOf(ByteBuffer bytes) {
    return bytes == null ? 1 : Varints.sizeOfInt(bytes.remaining()) + bytes.remaining();
  }

  private static void put(ByteBuffer bytes, ByteBuffer to) {
    if (bytes == null) {
      Varints.writeInt(-1, to);
    } else {
      Varints.writeInt(bytes.remaining(), to);
      to.put(bytes.duplicate());
    }
  }

  public int recordCount() {
    return recordCount;
  }

  /** Bytes of the batch so far, before compression. */
  public int plainSizeInBytes() {
    return plainSize;
  }

  /** Ends the batch: a heap buffer that holds just it. A batch without records is allowed. */
  public ByteBuffer build() {
    close();
    ByteBuffer batch = out.buffer();
    int size = batch.position();
    int attributes = flags | codec.id;
    long lastTimestamp =
        (flags & RecordBatch.LOG_APPEND_TIME_FLAG) == 0 ? maxTimestamp : appendTimeMs;
    batch
        .putLong(RecordBatch.BASE_OFFSET, baseOffset)
        .putInt(RecordBatch.LENGTH, size - RecordBatch.LENGTH_OVERHEAD)
        .putInt(RecordBatch.LEADER_EPOCH, leaderEpoch)
        .put(RecordBatch.MAGIC, RecordBatch.MAGIC_V2)
        .putShort(RecordBatch.ATTRIBUTES, (short) attributes)
        .putInt(RecordBatch.LAST_OFFSET_DELTA, lastOffsetDelta)
        .putLong(
            RecordBatch.BASE_TIMESTAMP,
            baseTimestampKnown ? baseTimestamp : RecordBatch.NO_TIMESTAMP)
        .putLong(RecordBatch.MAX_TIMESTAMP, lastTimestamp)
        .putLong(RecordBatch.PRODUCER_ID, producerId)
        .putShort(RecordBatch.PRODUCER_EPOCH, producerEpoch)
        .putInt(RecordBatch.BASE_SEQUENCE, baseSequence)
        .putInt(RecordBatch.RECORD_COUNT, recordCount);
    batch.flip();
    RecordBatch.at(batch, 0).renewCrc();
    return batch;
  }

  /** Lets go of the codec's memory; does nothing after {@link #build}. */
  @Override
  public void close() {
    OutputStream ending = records;
    records = null;
    if (ending != null) {
      try {
        ending.close();
      } catch (IOException e) {
        throw new UncheckedIOException("Writing to memory can't fail", e);
      }
    }
  }
}
