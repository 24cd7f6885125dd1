package milena.streams.engine;

import static org.junit.Assert.assertEquals;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class PartitionOutboxTest extends JUnitSuite {
  private int open;

  /** Counts the streams that have not been closed. */
  private final class Counting implements Compression {
    @Override
    public CompressionType type() {
      return CompressionType.GZIP;
    }

    @Override
    public OutputStream wrapForOutput(ByteBufferOutputStream out, byte version) {
      open++;
      return new FilterOutputStream(out) {
        @Override
        public void close() throws IOException {
          open--;
        }
      };
    }

    @Override
    public InputStream wrapForInput(ByteBuffer in, byte version, BufferSupplier buffers) {
      throw new AssertionError("Nobody is to read it");
    }
  }

  private final PartitionOutbox outbox =
      new PartitionOutbox(
          new TopicPartition("t", 0), 1_000, new Counting(), 1, ProducerIdentity.NONE);

  private void append() {
    outbox.append(1, null, new byte[600], new Header[0], null, 0);
  }

  @Test
  public void aStreamThatEndsLeavesNoBatchOpen() {
    append();
    append(); // closes the first batch
    assertEquals(1, outbox.closedBatches());
    assertEquals(1, open);
    outbox.abandon();
    assertEquals(0, open);
    outbox.abandon();
    assertEquals(0, open);
  }
}
