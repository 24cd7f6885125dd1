package milena.testing;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** Compresses nothing, and counts whether what a codec takes is given back. One thread's. */
public final class CountingCodec implements Compression {
  private int opened;
  private int closed;
  private boolean fails;

  /** How many streams have been opened. */
  public int opened() {
    return opened;
  }

  /** How often a stream has been closed. */
  public int closed() {
    return closed;
  }

  /** From now on no stream can be closed. */
  public void fail() {
    fails = true;
  }

  @Override
  public CompressionType type() {
    return CompressionType.GZIP;
  }

  @Override
  public OutputStream wrapForOutput(ByteBufferOutputStream out, byte version) {
    opened++;
    return new FilterOutputStream(out) {
      @Override
      public void close() throws IOException {
        closed++;
        if (fails) {
          throw new IOException("in a test");
        }
      }
    };
  }

  @Override
  public InputStream wrapForInput(ByteBuffer in, byte version, BufferSupplier buffers) {
    throw new AssertionError("Nobody is to read it");
  }
}
