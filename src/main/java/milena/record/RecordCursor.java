package milena.record;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.xerial.snappy.SnappyError;

/**
 * Steps through the records of one batch after another, decompressing where needed:
 *
 * <pre>{@code
 * try (RecordCursor records = new RecordCursor()) {
 *   records.start(batch);
 *   while (records.next()) {
 *     use(records.offset(), records.key(), records.value());
 *   }
 * }
 * }</pre>
 *
 * Keys and values are slices of the batch's buffer, or of the cursor's own when the batch is
 * compressed: they are good until the next step, and must be copied to be kept. Every record looks
 * like this, numbers being {@linkplain Varints varints}:
 *
 * <pre>
 *   size | attributes (1 byte, unused) | timestamp delta | offset delta
 *        | key size | key | value size | value
 *        | header count | { key size | key | value size | value } ...
 * </pre>
 *
 * where a key or value of size -1 is null. Steps throw {@link InvalidRecordException} where the
 * bytes can't be records, or there are fewer or more of them than the header says.
 */
public final class RecordCursor implements AutoCloseable {
  private static final Header[] NO_HEADERS = new Header[0];
  private static final int FIRST_ROOM = 4096;

  private final BufferSupplier codecBuffers = BufferSupplier.create();
  private InputStream expanded;
  private ByteBuffer room = ByteBuffer.allocate(0);

  private long baseOffset;
  private long baseTimestamp;
  private long fixedTimestamp;
  private boolean timestampFixed;
  private int recordsLeft;

  /** Uncompressed: all records from here on. Compressed: the current record. */
  private ByteBuffer body;

  private long offset;
  private long timestamp;
  private ByteBuffer key;
  private ByteBuffer value;
  private int headerCount;
  private int headersFrom;
  private int recordEnd;

  /** Goes before the first record of this batch; what was left of another one is forgotten. */
  public RecordCursor start(RecordBatch batch) {
    release();
    baseOffset = batch.baseOffset();
    baseTimestamp = batch.baseTimestamp();
    timestampFixed = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
    fixedTimestamp = batch.maxTimestamp();
    recordsLeft = batch.recordCount();
    int from = batch.position() + RecordBatch.HEADER_SIZE;
    int to = batch.position() + batch.sizeInBytes();
    body = batch.bytes().duplicate().limit(to).position(from);
    // Compaction leaves batches of no records behind, whatever their attributes say.
    recordEnd = recordsLeft == 0 ? to : from;
    if (batch.isCompressed() && recordsLeft != 0) {
      expanded = Decompression.open(batch, codecBuffers);
    }
    return this;
  }

  /** Steps to the next record; false when the batch has no further one. */
  public boolean next() {
    try {
      if (recordsLeft <= 0) {
        recordsLeft = 0;
        ensureNothingRemains();
        return false;
      }
      if (expanded == null) {
        body.position(recordEnd);
        int size = Varints.readInt(body);
        if (size < 0 || size > body.remaining()) {
          throw new InvalidRecordException("A record can't have the size " + size);
        }
        recordEnd = body.position() + size;
      } else {
        expandRecord();
      }
      parse();
      recordsLeft--;
      return true;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new InvalidRecordException("The batch ends within a record", e);
    } catch (IndexOutOfBoundsException | KafkaException e) {
      throw e instanceof InvalidRecordException invalid ? invalid : Decompression.failed(e);
    }
  }

  private void parse() {
    body.get(); // attributes, of which none is in use
    long timestampDelta = Varints.readLong(body);
    timestamp = timestampFixed ? fixedTimestamp : baseTimestamp + timestampDelta;
    offset = baseOffset + Varints.readInt(body);
    key = sliceOf(Varints.readInt(body));
    value = sliceOf(Varints.readInt(body));
    headerCount = Varints.readInt(body);
    headersFrom = body.position();
    if (headerCount < 0 || headerCount > body.remaining()) {
      throw new InvalidRecordException("A record can't have " + headerCount + " headers");
    }
    for (int i = 0; i < headerCount; i++) {
      int size = Varints.readInt(body);
      if (size < 0) {
        throw new InvalidRecordException("A header's key has the negative size " + size);
      }
      skip(size);
      skip(Varints.readInt(body));
    }
    if (body.position() != recordEnd) {
      throw new InvalidRecordException(
          "A record should end at " + recordEnd + " and ends at " + body.position());
    }
  }

  private ByteBuffer sliceOf(int size) {
    if (size < 0) {
      return null;
    }
    if (size > body.remaining()) {
      throw new BufferUnderflowException();
    }
    ByteBuffer slice = body.slice(body.position(), size);
    skip(size);
    return slice;
  }

  private void skip(int size) {
    if (size > 0) {
      body.position(body.position() + size);
    }
  }

  private void expandRecord() {
    try {
      int size = readExpandedInt();
      if (size < 0) {
        throw new InvalidRecordException("A record can't have the size " + size);
      }
      int have = 0;
      while (have < size) {
        if (have == room.capacity()) {
          // Grows with what has really come, whatever the record says its size is.
          int wanted = (int) Math.min(size, Math.max(FIRST_ROOM, 2L * have));
          room = ByteBuffer.wrap(Arrays.copyOf(room.array(), wanted));
        }
        int got = expanded.read(room.array(), have, Math.min(size, room.capacity()) - have);
        if (got <= 0) {
          throw new BufferUnderflowException();
        }
        have += got;
      }
      body = room.clear().limit(size);
      recordEnd = size;
    } catch (IOException | SnappyError e) {
      throw Decompression.failed(e);
    }
  }

  private int readExpandedInt() throws IOException {
    int value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int next = expanded.read();
      if (next < 0) {
        throw new BufferUnderflowException();
      }
      value |= (next & 0x7f) << shift;
      if (next < 0x80) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new InvalidRecordException("A number of a record is longer than five bytes");
  }

  private void ensureNothingRemains() {
    try {
      boolean remains = expanded == null ? recordEnd < body.limit() : expanded.read() >= 0;
      if (remains) {
        throw new InvalidRecordException("The batch holds more records than its header says");
      }
    } catch (IOException | SnappyError e) {
      throw Decompression.failed(e);
    }
  }

  public long offset() {
    return offset;
  }

  /** The record's own time, or the append time of a batch that was stamped with one. */
  public long timestamp() {
    return timestamp;
  }

  public boolean hasKey() {
    return key != null;
  }

  /** The key, or null; good until the next step. */
  public ByteBuffer key() {
    return key == null ? null : key.duplicate();
  }

  /** The value, or null, as of a tombstone; good until the next step. */
  public ByteBuffer value() {
    return value == null ? null : value.duplicate();
  }

  public boolean hasValue() {
    return value != null;
  }

  /** The headers, copied. */
  public Header[] headers() {
    if (headerCount == 0) {
      return NO_HEADERS;
    }
    ByteBuffer from = body.duplicate().position(headersFrom);
    Header[] headers = new Header[headerCount];
    for (int i = 0; i < headerCount; i++) {
      String name = new String(bytesOf(from), StandardCharsets.UTF_8);
      headers[i] = new RecordHeader(name, bytesOf(from));
    }
    return headers;
  }

  private static byte[] bytesOf(ByteBuffer from) {
    int size = Varints.readInt(from);
    if (size < 0) {
      return null;
    }
    byte[] bytes = new byte[size];
    from.get(bytes);
    return bytes;
  }

  /** Lets go of the buffers; the cursor may be started anew. */
  @Override
  public void close() {
    release();
    codecBuffers.close();
  }

  /** Forgets the batch, and keeps the buffers. */
  void release() {
    if (expanded != null) {
      try {
        expanded.close();
      } catch (IOException | RuntimeException e) {
        // Nothing but the codec's own buffers hangs on it.
      } finally {
        expanded = null;
      }
    }
    body = null;
    key = null;
    value = null;
  }
}
