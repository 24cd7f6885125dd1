package milena.record;

import static org.junit.Assert.assertEquals;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.junit.Assert;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class BatchBuilderTest extends JUnitSuite {
  private int opened;
  private int closed;
  private boolean failing;

  /** Counts whether what a codec takes is given back. */
  private final class Counting implements Compression {
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
          if (failing) {
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

  @Test
  public void aBatchThatIsBuiltGivesTheCodecsMemoryBackOnce() {
    try (BatchBuilder builder = new BatchBuilder(new Counting())) {
      builder.append(1, null, new byte[3]).build();
      assertEquals(1, closed);
    }
    assertEquals(1, opened);
    assertEquals(1, closed);
  }

  @Test
  public void oneThatIsNotDoesSoToo() {
    try (BatchBuilder builder = new BatchBuilder(new Counting())) {
      builder.append(1, null, new byte[3]);
    }
    assertEquals(1, closed);
  }

  @Test
  public void aBatchWhoseCompressionDidNotEndIsNone() {
    BatchBuilder builder = new BatchBuilder(new Counting());
    failing = true;
    Assert.assertThrows(UncheckedIOException.class, builder::build);
  }
}
