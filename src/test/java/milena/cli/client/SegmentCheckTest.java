package milena.cli.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import milena.record.BatchBuilder;
import milena.record.RecordBatch;
import org.apache.kafka.common.compress.Compression;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Damage in segment files, found without a node. */
public class SegmentCheckTest extends JUnitSuite {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path log;
  private Path index;
  private Path timeIndex;
  private int batchSize;

  /** Three batches of two records from offset 100 on, and indexes of the second. */
  @Before
  public void writeASegment() throws IOException {
    Path directory = folder.getRoot().toPath();
    log = directory.resolve("00000000000000000100.log");
    index = directory.resolve("00000000000000000100.index");
    timeIndex = directory.resolve("00000000000000000100.timeindex");
    ByteBuffer bytes = ByteBuffer.allocate(1000);
    for (int i = 0; i < 3; i++) {
      ByteBuffer batch =
          new BatchBuilder(Compression.NONE)
              .append(1000 + i, null, ByteBuffer.wrap(new byte[] {1}))
              .append(1000 + i, null, ByteBuffer.wrap(new byte[] {2}))
              .build();
      RecordBatch.at(batch, batch.position()).assign(100 + 2 * i, 0);
      batchSize = batch.remaining();
      bytes.put(batch);
    }
    Files.write(log, java.util.Arrays.copyOf(bytes.array(), bytes.position()));
    Files.write(index, ByteBuffer.allocate(8).putInt(3).putInt(batchSize).array());
    Files.write(timeIndex, ByteBuffer.allocate(12).putLong(1001).putInt(3).array());
  }

  @Test
  public void aSoundSegmentIsSound() throws IOException {
    SegmentCheck check = check();
    assertEquals(check.toString(), 0, check.problems().size());
    assertEquals(3, check.batches());
    assertEquals(6, check.records());
    assertEquals(3L * batchSize, check.bytes());
  }

  @Test
  public void aFlippedBitFailsTheChecksum() throws IOException {
    byte[] bytes = Files.readAllBytes(log);
    bytes[batchSize + 65] ^= 4;
    Files.write(log, bytes);
    found("the batch at byte " + batchSize + " (offset 102) fails its checksum");
  }

  @Test
  public void aTornTailIsTold() throws IOException {
    byte[] bytes = Files.readAllBytes(log);
    Files.write(log, java.util.Arrays.copyOf(bytes, bytes.length - 5));
    found("the last batch is torn: " + (batchSize - 5) + " bytes");
  }

  @Test
  public void offsetsThatGoBackAreTold() throws IOException {
    byte[] bytes = Files.readAllBytes(log);
    RecordBatch.at(ByteBuffer.wrap(bytes), 2 * batchSize).assign(101, 0);
    Files.write(log, bytes);
    found("comes after offset 103");
  }

  @Test
  public void anIndexThatPointsNowhereIsTold() throws IOException {
    Files.write(index, ByteBuffer.allocate(8).putInt(3).putInt(batchSize + 1).array());
    found("sends offset 103 to byte " + (batchSize + 1));
  }

  @Test
  public void aTimeIndexThatGoesBackIsTold() throws IOException {
    Files.write(
        timeIndex, ByteBuffer.allocate(24).putLong(1001).putInt(3).putLong(1000).putInt(5).array());
    found("goes back to time 1000");
  }

  @Test
  public void roomThatIsNotUsedYetIsNoDamage() throws IOException {
    Files.write(log, java.util.Arrays.copyOf(Files.readAllBytes(log), 4096));
    Files.write(index, java.util.Arrays.copyOf(Files.readAllBytes(index), 80));
    Files.write(timeIndex, java.util.Arrays.copyOf(Files.readAllBytes(timeIndex), 120));
    assertEquals(0, check().problems().size());
  }

  private void found(String problem) throws IOException {
    SegmentCheck check = check();
    assertEquals(check.toString(), 1, check.problems().size());
    assertTrue(check.toString(), check.problems().get(0).contains(problem));
  }

  private SegmentCheck check() throws IOException {
    return SegmentCheck.read(log, true, batch -> {});
  }
}
