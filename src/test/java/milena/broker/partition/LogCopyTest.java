package milena.broker.partition;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import milena.log.AppendSource;
import milena.log.LogSlice;
import milena.log.PartitionLog;
import milena.record.RecordBatches;
import org.apache.kafka.common.TopicPartition;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** A copy becomes what the other log is, whatever that has gone through. */
public class LogCopyTest extends JUnitSuite {
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final int STEPS_MAX = 20;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private PartitionLog source;
  private LogCopy copy;

  @Before
  public void open() throws IOException {
    source = log();
    copy = new LogCopy(log());
  }

  @After
  public void close() throws IOException {
    source.close();
    copy.log().close();
  }

  private PartitionLog log() throws IOException {
    return PartitionLog.open(
        folder.newFolder().toPath().resolve("t-0"),
        new TopicPartition("t", 0),
        Replicas.TOPIC,
        LogConfigs.with(config -> {}),
        PartitionLog.OpenOptions.NEW,
        NOW_MS);
  }

  @Test
  public void itTakesWhatIsThereAndWhatComes() throws IOException {
    append(0, "a", "b");
    catchUp();
    append(0, "c");
    append(3, "d");
    assertSame();
  }

  @Test
  public void oneStepTakesNoMoreThanItMay() throws IOException {
    byte[] large = new byte[LogCopy.STEP_BYTES / 4];
    Arrays.fill(large, (byte) 'x');
    for (int i = 0; i < 8; i++) {
      append(0, new String(large));
    }
    assertFalse(copy.step(source.view(), NOW_MS));
    assertTrue(copy.log().logEndOffset() < 8);
    assertSame();
  }

  @Test
  public void itIsCutWhereTheOtherWasCut() throws IOException {
    append(0, "a");
    append(1, "b");
    append(1, "c");
    catchUp();
    source.truncateTo(1);
    append(2, "B");
    append(2, "C");
    append(2, "D");
    assertSame();
  }

  @Test
  public void itBeginsWhereTheOtherBegins() throws IOException {
    append(0, "a");
    catchUp();
    source.truncateFullyAndStartAt(40);
    append(5, "b");
    assertSame();
    assertEquals(40, copy.log().logStartOffset());
  }

  private void append(int epoch, String... values) throws IOException {
    source.append(Replicas.batch(NOW_MS, values), epoch, AppendSource.CLIENT, NOW_MS);
    source.writeStaged();
  }

  private void catchUp() throws IOException {
    int steps = 0;
    while (!copy.step(source.view(), NOW_MS)) {
      assertTrue("It gets nowhere", ++steps < STEPS_MAX);
    }
  }

  private void assertSame() throws IOException {
    catchUp();
    assertEquals(source.logEndOffset(), copy.log().logEndOffset());
    assertEquals(source.latestEpoch(), copy.log().latestEpoch());
    assertEquals(batchesOf(source), batchesOf(copy.log()));
  }

  private static String batchesOf(PartitionLog log) throws IOException {
    StringBuilder told = new StringBuilder();
    long from = log.logStartOffset();
    try (LogSlice slice = log.view().read(from, log.logEndOffset(), Integer.MAX_VALUE, true)) {
      ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
      while (bytes.hasRemaining()) {
        slice.channel().read(bytes, slice.position() + bytes.position());
      }
      var batches = new RecordBatches();
      batches.wrap(bytes.flip());
      while (batches.next()) {
        told.append(batches.batch().baseOffset()).append(':').append(batches.batch().lastOffset());
        told.append(batches.batch().partitionLeaderEpoch()).append(' ');
      }
    }
    return told.toString();
  }
}
