package milena.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import milena.common.config.ConfigLayers;
import milena.common.config.LogConfig;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

public class RecoveryPointTest extends JUnitSuite {
  private static final LogConfig CONFIG = LogConfig.DEFAULT;
  private static final long OPENED_MS = 1_000;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private LogSegments segments;
  private RecoveryPoint point;

  @Before
  public void setUp() throws Exception {
    Path directory = folder.getRoot().toPath();
    segments =
        new LogSegments(directory, new ArrayList<>(List.of(Segment.create(directory, 0, ""))));
    EpochHistory epochs = new EpochHistory(directory, LeaderEpochs.EMPTY, LeaderEpochs.EMPTY);
    point = new RecoveryPoint(directory, segments, epochs, 0, OPENED_MS);
  }

  @After
  public void tearDown() {
    segments.release();
  }

  private boolean isDue(LogConfig config, long endOffset, long sinceMs) {
    return point.isFlushDue(config, endOffset, OPENED_MS + sinceMs);
  }

  @Test
  public void aFlushIsDueForSoManyRecordsOrAfterSoLongOrBehindASegment() throws Exception {
    LogConfig bounded =
        LogConfig.of(Map.of("flush.messages", "10", "flush.ms", "500"), ConfigLayers.of(Map.of()));
    assertFalse(isDue(bounded, 9, 499));
    assertTrue(isDue(bounded, 10, 0));
    assertTrue(isDue(bounded, 1, 500));
    assertFalse("there is nothing to flush", isDue(bounded, 0, 500));
    assertFalse(isDue(CONFIG, 1_000, 1_000_000));
    segments.active().seal();
    segments.begin(1_000);
    assertTrue(isDue(CONFIG, 1_001, 0));
  }

  @Test
  public void aFlushMovesItToWhereTheLogEndedWhenItBegan() throws Exception {
    LogFlush earlier = point.startFlush(5);
    LogFlush later = point.startFlush(8);
    later.force();
    earlier.force();
    point.flushed(later, OPENED_MS);
    point.flushed(earlier, OPENED_MS);
    assertEquals(8, point.offset());
  }

  @Test
  public void aFlushThatBeganBeforeTheLogWasCutTellsNothing() throws Exception {
    LogFlush flush = point.startFlush(8);
    flush.force();
    point.truncatedTo(6);
    point.flushed(flush, OPENED_MS);
    assertEquals(0, point.offset());
  }

  @Test
  public void whatIsCutIsNotOnDisk() throws Exception {
    LogFlush flush = point.startFlush(8);
    flush.force();
    point.flushed(flush, OPENED_MS);
    point.truncatedTo(6);
    assertEquals(6, point.offset());
    point.truncatedTo(7);
    assertEquals("7 was not written again", 6, point.offset());
    point.restartedAt(20);
    assertEquals(20, point.offset());
  }
}
