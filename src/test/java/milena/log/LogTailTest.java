package milena.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import milena.common.config.ConfigLayers;
import milena.common.config.LogConfig;
import milena.record.RecordBatch;
import org.apache.kafka.common.TopicPartition;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

public class LogTailTest extends JUnitSuite {
  private static final long NOW = TestBatches.NOW;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private LogSegments segments;
  private EpochHistory epochs;
  private ProducerSnapshots snapshots;
  private LogTail tail;

  @Before
  public void setUp() throws Exception {
    Path directory = folder.getRoot().toPath();
    segments =
        new LogSegments(directory, new ArrayList<>(List.of(Segment.create(directory, 0, ""))));
    epochs = new EpochHistory(directory, LeaderEpochs.EMPTY, LeaderEpochs.EMPTY);
    snapshots = new ProducerSnapshots(directory, List.of());
    tail =
        new LogTail(
            new TopicPartition("t", 0), segments, epochs, new ProducerStates(), snapshots, 0, NOW);
  }

  @After
  public void tearDown() {
    segments.release();
  }

  private void stage(long offset, LogConfig config) throws Exception {
    ByteBuffer bytes = TestBatches.of(7, 0, (int) offset, "value");
    RecordBatch batch = RecordBatch.at(bytes, 0);
    batch.assign(offset, 3);
    tail.stage(batch, bytes, config, NOW);
  }

  private List<Long> bases() {
    return segments.all().stream().map(Segment::baseOffset).toList();
  }

  @Test
  public void whatIsStagedIsWrittenInOneGo() throws Exception {
    stage(0, LogConfig.DEFAULT);
    stage(1, LogConfig.DEFAULT);
    assertTrue(tail.hasStaged());
    assertEquals(2, tail.stagedEnd());
    assertEquals(0, tail.writtenEnd());
    assertEquals(0, segments.active().size());
    tail.write();
    assertFalse(tail.hasStaged());
    assertEquals(2, tail.writtenEnd());
    assertEquals(segments.active().stagedSize(), segments.active().size());
    assertEquals(3, epochs.current().latest());
  }

  @Test
  public void aFullSegmentIsWrittenAndSealedBeforeTheNextBegins() throws Exception {
    LogConfig oneBatchEach =
        LogConfig.of(Map.of("internal.segment.bytes", "1"), ConfigLayers.of(Map.of()));
    stage(0, oneBatchEach);
    stage(5, oneBatchEach); // after a gap, as behind a leader whose log was compacted
    assertEquals(List.of(0L, 5L), bases());
    assertTrue(segments.first().isSealed());
    assertTrue(segments.first().size() > 0);
    assertEquals(1, tail.writtenEnd());
    assertEquals("the producers as of the next one's begin", 5, snapshots.newest(100));
    tail.write();
    assertEquals(6, tail.writtenEnd());
  }

  @Test
  public void rollingAnEmptySegmentMovesIt() throws Exception {
    tail.truncatedTo(9);
    tail.roll(NOW);
    assertEquals(List.of(9L), bases());
    assertEquals("there is nothing to remember", -1, snapshots.newest(100));
  }

  @Test
  public void whatIsDroppedIsNotWritten() throws Exception {
    stage(0, LogConfig.DEFAULT);
    tail.drop();
    tail.truncatedTo(0);
    tail.write();
    assertEquals(0, tail.writtenEnd());
    assertEquals(0, segments.active().size());
  }
}
