package milena.log;

import static org.junit.Assert.assertEquals;

import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.Assert;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

public class SegmentTest extends JUnitSuite {
  private static final long BASE = 100;
  private static final int BATCHES = 8;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path directory;

  @Before
  public void setUp() {
    directory = folder.getRoot().toPath();
  }

  @Test
  public void whoOpensASegmentWhileItIsRenamedFindsItsFiles() throws Exception {
    Segment segment = TestSegments.sealed(directory, BASE, BATCHES);
    int size = segment.size();
    int batch = size / BATCHES;
    segment.file().release();
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try {
      for (int round = 0; round < 300; round++) {
        Segment renamed = TestSegments.foundOnDisk(directory, BASE, size);
        Future<Integer> found =
            reader.submit(
                () -> {
                  renamed.file().channel();
                  return renamed.indexes().floorPosition(BASE + 5, Integer.MAX_VALUE);
                });
        renamed.rename(directory, LogFiles.DELETED);
        assertEquals(5 * batch, (int) found.get());
        renamed.rename(directory, "");
        renamed.file().release();
      }
    } finally {
      reader.shutdownNow();
    }
  }

  @Test
  public void aSegmentThatWasErasedBeforeItWasOpenedIsNoLongerInTheLog() throws Exception {
    Segment written = TestSegments.sealed(directory, BASE, BATCHES);
    Segment segment = TestSegments.foundOnDisk(directory, BASE, written.size());
    written.file().release();
    SegmentFile reader = segment.file().retain();
    segment.erase();
    Assert.assertThrows(OffsetOutOfLogException.class, reader::channel);
    reader.release();
    Assert.assertThrows(OffsetOutOfLogException.class, reader::retain);
  }
}
