package milena.it;

import static org.junit.Assert.assertTrue;

import java.util.function.ToLongFunction;
import milena.it.RequestAllocation.PerRequest;
import milena.node.MilenaNode;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** A request costs the heap the same, however many records it has. */
public class RequestAllocationIT extends JUnitSuite {
  private static final int REQUESTS = 2000;
  private static final int RECORDS = 1000;

  /** The smallest object there is. */
  private static final int OBJECT_BYTES = 16;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void noRecordAllocatesAnything() throws Exception {
    try (MilenaNode node = MilenaNode.builder().dataDir(folder.getRoot().toPath()).start();
        RequestAllocation allocation = new RequestAllocation(node.bootstrapServers())) {
      allocation.of(1, CompressionType.NONE, REQUESTS);
      PerRequest one = allocation.of(1, CompressionType.NONE, REQUESTS);
      PerRequest many = allocation.of(RECORDS, CompressionType.NONE, REQUESTS);
      assertNotPerRecord("produce", one, many, PerRequest::produce);
      assertNotPerRecord("fetch of a batch", one, many, PerRequest::fetch);
      // A mebibyte is thousands of the ones and ten of the others.
      assertNotPerRecord("fetch of a mebibyte", many, one, PerRequest::largeFetch);
    }
  }

  private static void assertNotPerRecord(
      String what, PerRequest few, PerRequest many, ToLongFunction<PerRequest> bytes) {
    long more = bytes.applyAsLong(many) - bytes.applyAsLong(few);
    assertTrue(
        what + ": " + more + " bytes more for " + RECORDS + " records: " + few + ", " + many,
        more < (long) RECORDS * OBJECT_BYTES / 2);
  }
}
