package milena.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import milena.record.RecordBatch;
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

  /** A sealed segment of batches of one record, each of which the index knows but the first. */
  private Segment sealed() throws IOException {
    Segment segment = Segment.create(directory, BASE, "");
    ByteBuffer[] batches = new ByteBuffer[BATCHES];
    for (int i = 0; i < BATCHES; i++) {
      batches[i] = TestBatches.plain(TestBatches.NOW + i, "value");
      RecordBatch.at(batches[i], 0).assign(BASE + i, 0);
      segment.stage(BASE + i, TestBatches.NOW + i, batches[i].remaining(), 0);
    }
    segment.write(batches, BATCHES);
    segment.seal();
    return segment;
  }

  private Segment foundOnDisk(String suffix, int size) {
    Segment segment = new Segment(directory, BASE, suffix, size, false);
    segment.sealedOnDisk();
    return segment;
  }

  @Test
  public void whoOpensASegmentWhileItIsRenamedFindsItsFiles() throws Exception {
    Segment segment = sealed();
    int size = segment.size();
    int batch = size / BATCHES;
    segment.file().release();
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try {
      for (int round = 0; round < 300; round++) {
        Segment renamed = foundOnDisk("", size);
        Future<Integer> found =
            reader.submit(
                () -> {
                  renamed.file().channel();
                  return renamed.floorPosition(BASE + 5, Integer.MAX_VALUE);
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
    Segment segment = foundOnDisk("", sealed().size());
    SegmentFile reader = segment.file().retain();
    segment.erase();
    assertThrows(OffsetOutOfLogException.class, reader::channel);
    reader.release();
    assertThrows(OffsetOutOfLogException.class, reader::retain);
  }
}
