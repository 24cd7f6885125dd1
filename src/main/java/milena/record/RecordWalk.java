package milena.record;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.utils.BufferSupplier;
import org.xerial.snappy.SnappyError;

/**
 * Walks over a batch's records and looks only at what validation needs: their structure, offset and
 * timestamp deltas, and whether they have a key. Keys, values and headers are stepped over. Nothing
 * is allocated per record; a compressed batch is decompressed through one small window, so that its
 * expanded size does not matter.
 *
 * <p>Every method throws {@link InvalidRecordException} where the bytes can't be records.
 */
final class RecordWalk implements AutoCloseable {
  private static final int WINDOW_SIZE = 16 * 1024;

  private final BufferSupplier codecBuffers;
  private ByteBuffer chunk;
  private ByteBuffer window;
  private int at;
  private int end;
  private InputStream expanded;

  /** Bytes of the batch in front of the window. */
  private long before;

  private long timestampDelta;
  private int offsetDelta;
  private int keySize;

  RecordWalk(BufferSupplier codecBuffers) {
    this.codecBuffers = codecBuffers;
  }

  /** Starts at the first record of a batch that is whole. */
  RecordWalk start(RecordBatch batch) {
    ByteBuffer bytes = batch.bytes();
    int from = batch.position() + RecordBatch.HEADER_SIZE;
    int to = batch.position() + batch.sizeInBytes();
    before = 0;
    if (batch.isCompressed()) {
      if (chunk == null) {
        chunk = ByteBuffer.allocate(WINDOW_SIZE);
      }
      window = chunk;
      at = 0;
      end = 0;
      expanded = Decompression.open(batch, codecBuffers);
    } else {
      window = bytes;
      at = from;
      end = to;
    }
    return this;
  }

  /** Steps over the next record and remembers its deltas. */
  void next() {
    int size = varint();
    if (size < 0) {
      throw new InvalidRecordException("A record has the negative size " + size);
    }
    long from = consumed();
    read(); // attributes, of which none is in use
    timestampDelta = varlong();
    offsetDelta = varint();
    keySize = varint();
    skip(keySize);
    skip(varint());
    int headers = varint();
    if (headers < 0) {
      throw new InvalidRecordException("A record has the negative number of headers " + headers);
    }
    for (int i = 0; i < headers; i++) {
      int headerKeySize = varint();
      if (headerKeySize < 0) {
        throw new InvalidRecordException("A header's key has the negative size " + headerKeySize);
      }
      skip(headerKeySize);
      skip(varint());
    }
    if (consumed() - from != size) {
      throw new InvalidRecordException(
          "A record says that it has " + size + " bytes and has " + (consumed() - from));
    }
  }

  long timestampDelta() {
    return timestampDelta;
  }

  int offsetDelta() {
    return offsetDelta;
  }

  boolean hasKey() {
    return keySize >= 0;
  }

  /** Whether the last record has been walked over. */
  boolean atEnd() {
    return at == end && !refill();
  }

  /** Lets go of the codec's buffers; the walk may be started anew. */
  @Override
  public void close() {
    window = null;
    if (expanded != null) {
      try {
        expanded.close();
      } catch (IOException | RuntimeException e) {
        // Nothing but the codec's own buffers hangs on it.
      } finally {
        expanded = null;
      }
    }
  }

  private long consumed() {
    return before + at;
  }

  private byte read() {
    if (at == end && !refill()) {
      throw new InvalidRecordException("The batch ends within a record");
    }
    return window.get(at++);
  }

  private void skip(int size) {
    if (size <= 0) {
      return; // -1 stands for null
    }
    int left = size;
    while (left > end - at) {
      left -= end - at;
      at = end;
      if (!refill()) {
        throw new InvalidRecordException("The batch ends within a record");
      }
    }
    at += left;
  }

  private boolean refill() {
    if (expanded == null) {
      return false;
    }
    try {
      before += at;
      at = 0;
      end = Math.max(0, expanded.read(chunk.array(), 0, chunk.capacity()));
      return end > 0;
    } catch (IOException | RuntimeException | SnappyError e) {
      end = 0;
      throw Decompression.failed(e);
    }
  }

  private int varint() {
    int first = read();
    if (first >= 0) {
      return (first >>> 1) ^ -(first & 1);
    }
    int value = first & 0x7f;
    for (int shift = 7; shift < 35; shift += 7) {
      int next = read();
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new InvalidRecordException("A number of a record is longer than five bytes");
  }

  private long varlong() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      long next = read();
      value |= (next & 0x7f) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw new InvalidRecordException("A number of a record is longer than ten bytes");
  }
}
