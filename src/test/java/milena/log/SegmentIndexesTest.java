package milena.log;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

public class SegmentIndexesTest extends JUnitSuite {
  private static final long BASE = 100;

  /** As many as it takes for an index that is made anew to have entries. */
  private static final int BATCHES = 200;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Segment written;

  @Before
  public void setUp() throws Exception {
    written = TestSegments.sealed(folder.getRoot().toPath(), BASE, BATCHES);
  }

  @After
  public void tearDown() {
    written.file().release();
  }

  private SegmentIndexes found() {
    Path directory = folder.getRoot().toPath();
    return TestSegments.foundOnDisk(directory, BASE, written.size()).indexes();
  }

  @Test
  public void thoseOfASealedSegmentAreReadWhenTheyAreNeeded() throws Exception {
    int batch = written.size() / BATCHES;
    SegmentIndexes indexes = found();
    assertEquals(57 * batch, indexes.floorPosition(BASE + 57, Integer.MAX_VALUE));
    assertEquals(20 * batch, indexes.floorPosition(BASE + 57, 21 * batch - 1));
    assertEquals(BASE + 56, indexes.offsetBefore(TestBatches.NOW + 57));
    assertEquals(lastOfAll(), indexes.largest());
    assertEquals((BATCHES - 1) * TimeIndex.ENTRY_SIZE, indexes.sizeInBytes());
  }

  private static SegmentIndexes.Largest lastOfAll() {
    return new SegmentIndexes.Largest(TestBatches.NOW + BATCHES - 1, BASE + BATCHES - 1);
  }

  @Test
  public void oneThatIsMissingIsMadeAnewFromTheBatches() throws Exception {
    Files.delete(written.indexes().times().path());
    assertEquals(lastOfAll(), found().largest());
    assertEquals(lastOfAll(), found().largest());
  }

  @Test
  public void oneThatCantBeRightIsMadeAnewFromTheBatches() throws Exception {
    Path path = written.indexes().offsets().path();
    Files.write(path, new byte[2 * OffsetIndex.ENTRY_SIZE]);
    SegmentIndexes indexes = found();
    int position = indexes.floorPosition(BASE + BATCHES - 1, Integer.MAX_VALUE);
    assertEquals(0, position % (written.size() / BATCHES));
    assertTrue("" + position, position > written.size() - 2 * LogRecovery.REBUILT_INDEX_INTERVAL);
    byte[] anew = Files.readAllBytes(path);
    indexes.rebuild();
    assertArrayEquals(anew, Files.readAllBytes(path));
  }
}
