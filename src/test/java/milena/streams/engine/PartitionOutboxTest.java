package milena.streams.engine;

import static org.junit.Assert.assertEquals;

import milena.testing.CountingCodec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class PartitionOutboxTest extends JUnitSuite {
  private final CountingCodec codec = new CountingCodec();

  private final PartitionOutbox outbox =
      new PartitionOutbox(new TopicPartition("t", 0), 1_000, codec, 1, ProducerIdentity.NONE);

  private int open() {
    return codec.opened() - codec.closed();
  }

  private void append() {
    outbox.append(1, null, new byte[600], new Header[0], null, 0);
  }

  @Test
  public void aStreamThatEndsLeavesNoBatchOpen() {
    append();
    append(); // closes the first batch
    assertEquals(1, outbox.closedBatches());
    assertEquals(1, open());
    outbox.abandon();
    assertEquals(0, open());
    outbox.abandon();
    assertEquals(0, open());
  }
}
