package milena.record;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.xerial.snappy.SnappyError;

/**
 * Opens compressed records. What was compressed may come from anyone: a codec's own complaint
 * becomes an {@link InvalidRecordException}, and snappy, whose decoder allocates as many bytes as a
 * chunk says it has, is only given chunks that say what can be.
 */
final class Decompression {
  /** Snappy's best is a copy of 64 bytes said in 3. */
  private static final int SNAPPY_RATIO_MAX = 22;

  private static final long SNAPPY_MAGIC = 0x82534e4150505900L;
  private static final int SNAPPY_HEADER_SIZE = 16;

  private Decompression() {}

  /** The batch's records as they were before compression. */
  static InputStream open(RecordBatch batch, BufferSupplier buffers) {
    ByteBuffer compressed =
        batch
            .bytes()
            .duplicate()
            .limit(batch.position() + batch.sizeInBytes())
            .position(batch.position() + RecordBatch.HEADER_SIZE);
    try {
      CompressionType codec = batch.compressionType();
      if (codec == CompressionType.SNAPPY) {
        checkSnappy(compressed.duplicate().order(ByteOrder.BIG_ENDIAN));
      }
      return Compression.of(codec).build().wrapForInput(compressed, RecordBatch.MAGIC_V2, buffers);
    } catch (InvalidRecordException e) {
      throw e;
    } catch (RuntimeException | SnappyError e) {
      throw failed(e);
    }
  }

  static InvalidRecordException failed(Throwable e) {
    return new InvalidRecordException("The batch can't be decompressed: " + e.getMessage(), e);
  }

  /**
   * A stream is a header and chunks, each its length (4 bytes) and a block; else one bare block.
   */
  private static void checkSnappy(ByteBuffer in) {
    if (in.remaining() < SNAPPY_HEADER_SIZE || in.getLong(in.position()) != SNAPPY_MAGIC) {
      checkSnappyBlock(in, in.remaining());
      return;
    }
    in.position(in.position() + SNAPPY_HEADER_SIZE);
    while (in.hasRemaining()) {
      if (in.remaining() >= SNAPPY_HEADER_SIZE && in.getLong(in.position()) == SNAPPY_MAGIC) {
        in.position(in.position() + SNAPPY_HEADER_SIZE); // streams may stand one behind another
        continue;
      }
      int size = in.remaining() < 4 ? -1 : in.getInt();
      if (size <= 0 || size > in.remaining()) {
        throw new InvalidRecordException("A snappy chunk can't have the size " + size);
      }
      checkSnappyBlock(in, size);
      in.position(in.position() + size);
    }
  }

  /** A block begins with its expanded size, seven bits a byte, the lowest first. */
  private static void checkSnappyBlock(ByteBuffer in, int size) {
    long expanded = 0;
    for (int i = 0; i < Math.min(size, 5); i++) {
      long next = in.get(in.position() + i);
      expanded |= (next & 0x7f) << (7 * i);
      if (next >= 0) {
        break;
      }
    }
    if (expanded > (long) SNAPPY_RATIO_MAX * size + 64) {
      throw new InvalidRecordException(
          "A snappy block of " + size + " bytes can't hold " + expanded);
    }
  }
}
