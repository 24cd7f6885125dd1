package milena.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.EOFException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import milena.common.OffsetAndEpoch;
import milena.common.config.LogConfig;
import milena.record.RecordBatch;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.Assert;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

public class PartitionLogTest extends JUnitSuite {
  private static final TopicPartition NAME = new TopicPartition("orders", 3);
  private static final Uuid TOPIC_ID = new Uuid(1, 2);
  private static final long NOW = TestBatches.NOW;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path directory;

  @Before
  public void setUp() {
    directory = folder.getRoot().toPath().resolve("orders-3");
  }

  private PartitionLog open(PartitionLog.OpenOptions options) throws Exception {
    return PartitionLog.open(directory, NAME, TOPIC_ID, LogConfig.DEFAULT, options, NOW);
  }

  private PartitionLog openNew() throws Exception {
    return open(PartitionLog.OpenOptions.NEW);
  }

  private static PartitionLog.OpenOptions crashed(long recoveryPoint) {
    return new PartitionLog.OpenOptions(recoveryPoint, 0, 0, false, 86_400_000);
  }

  private static PartitionLog.OpenOptions clean() {
    return PartitionLog.OpenOptions.NEW;
  }

  private static AppendOutcome append(PartitionLog log, ByteBuffer batch) throws Exception {
    return log.append(batch, 5, AppendSource.CLIENT, NOW);
  }

  private static List<String> values(LogView view) throws Exception {
    return TestBatches.readAll(view, view.logStartOffset(), view.logEndOffset(), 1 << 20).stream()
        .map(TestBatches.Read::value)
        .toList();
  }

  @Test
  public void whatIsStagedIsInvisibleUntilWritten() throws Exception {
    try (PartitionLog log = openNew()) {
      assertEquals(new AppendOutcome.Appended(0, 1), append(log, TestBatches.plain(NOW, "a", "b")));
      assertEquals(new AppendOutcome.Appended(2, 2), append(log, TestBatches.plain(NOW, "c")));
      assertEquals(0, log.view().logEndOffset());
      assertEquals(3, log.logEndOffset());
      log.writeStaged();
      assertEquals(List.of("a", "b", "c"), values(log.view()));
    }
  }

  @Test
  public void aSliceEndsAtTheLastWholeBatchWithinItsBounds() throws Exception {
    try (PartitionLog log = openNew()) {
      append(log, TestBatches.plain(NOW, "a", "b"));
      append(log, TestBatches.plain(NOW, "c"));
      append(log, TestBatches.plain(NOW, "d"));
      log.writeStaged();
      LogView view = log.view();
      int first = TestBatches.plain(NOW, "a", "b").remaining();
      int second = TestBatches.plain(NOW, "c").remaining();
      assertEquals(first + 2 * second, size(view, 0, 4, 1 << 20, false));
      assertEquals(first + second, size(view, 0, 4, first + 2 * second - 1, false));
      assertEquals(first, size(view, 1, 2, 1 << 20, false));
      assertEquals(first, size(view, 1, 4, 1, true));
      assertEquals(0, size(view, 1, 4, 1, false));
      assertEquals("a batch that ends past the bound", 0, size(view, 0, 1, 1 << 20, true));
      assertEquals(0, size(view, 4, 4, 1 << 20, true));
      Assert.assertThrows(OffsetOutOfLogException.class, () -> view.read(5, 5, 100, true));
    }
  }

  @Test
  public void damageInTheMiddleIsToldApartFromTheEnd() throws Exception {
    int size = TestBatches.plain(NOW, "a").remaining();
    try (PartitionLog log = openNew()) {
      append(log, TestBatches.plain(NOW, "a"));
      append(log, TestBatches.plain(NOW + 1, "b"));
      append(log, TestBatches.plain(NOW + 2, "c"));
      log.writeStaged();
      overwrite(size + 8, new byte[] {0, 0, 0, 1});
      LogView view = log.view();
      assertEquals(size, size(view, 0, 3, size, true));
      DamagedLogException damage =
          Assert.assertThrows(DamagedLogException.class, () -> view.read(1, 3, size, true));
      assertTrue(damage.getMessage(), damage.getMessage().contains("at byte " + size + " of "));
    }
  }

  private void overwrite(int position, byte[] with) throws Exception {
    Path segment = directory.resolve("00000000000000000000.log");
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.seek(position);
      file.write(with);
    }
  }

  private static int size(LogView view, long from, long upTo, int maxBytes, boolean atLeastOne)
      throws Exception {
    try (LogSlice slice = view.read(from, upTo, maxBytes, atLeastOne)) {
      return slice.sizeInBytes();
    }
  }

  @Test
  public void aFollowerBeginsASegmentWhereTheFirstBatchIsTooFarFromTheLogsStart() throws Exception {
    long far = 3L << 31;
    try (PartitionLog log = openNew()) {
      ByteBuffer left = TestBatches.plain(NOW, "left");
      RecordBatch.at(left, 0).assign(far, 5);
      log.appendAsFollower(left, NOW);
      log.writeStaged();
      log.flush(NOW);
      log.closeWithoutFlush();
    }
    try (PartitionLog log = open(crashed(0))) {
      assertEquals(far + 1, log.logEndOffset());
      assertEquals(List.of("left"), values(log.view()));
      assertEquals(far, log.view().offsetForTimestamp(NOW).orElseThrow().offset());
    }
  }

  @Test
  public void aCleanlyClosedLogComesBackAsItWas() throws Exception {
    try (PartitionLog log = openNew()) {
      log.beginEpoch(5);
      append(log, TestBatches.of(7, 0, 0, "a", "b"));
      append(log, TestBatches.of(7, 0, 2, "c"));
    }
    assertTrue(Files.exists(directory.resolve("00000000000000000003.snapshot")));
    try (PartitionLog log = open(clean())) {
      assertEquals(List.of("a", "b", "c"), values(log.view()));
      assertEquals(3, log.recoveryPoint());
      assertEquals(new OffsetAndEpoch(3, 5), log.view().endOffsetForEpoch(5));
      assertEquals(1, log.view().activeProducers().size());
      assertEquals(
          new AppendOutcome.Duplicate(2, 2, NOW), append(log, TestBatches.of(7, 0, 2, "c")));
      assertEquals(new AppendOutcome.Appended(3, 3), append(log, TestBatches.of(7, 0, 3, "d")));
    }
  }

  @Test
  public void aTornTailIsCutAtTheLastWholeBatch() throws Exception {
    PartitionLog log = openNew();
    append(log, TestBatches.of(7, 0, 0, "a"));
    log.writeStaged();
    log.flush(NOW);
    assertEquals(1, log.recoveryPoint());
    append(log, TestBatches.of(7, 0, 1, "b"));
    append(log, TestBatches.of(7, 0, 2, "c"));
    log.writeStaged();
    log.closeWithoutFlush();
    Path file = directory.resolve("00000000000000000000.log");
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.setLength(bytes.length() - 1);
    }
    try (PartitionLog recovered = open(crashed(1))) {
      assertEquals(List.of("a", "b"), values(recovered.view()));
      assertEquals(1, recovered.recoveryPoint());
      assertEquals(
          new AppendOutcome.Appended(2, 2), append(recovered, TestBatches.of(7, 0, 2, "c")));
    }
    try (PartitionLog again = open(clean())) {
      assertEquals(List.of("a", "b", "c"), values(again.view()));
    }
  }

  @Test
  public void aWrongChecksumEndsTheLogAfterACrash() throws Exception {
    PartitionLog log = openNew();
    append(log, TestBatches.plain(NOW, "a"));
    append(log, TestBatches.plain(NOW, "b"));
    append(log, TestBatches.plain(NOW, "c"));
    log.writeStaged();
    log.closeWithoutFlush();
    int size = TestBatches.plain(NOW, "a").remaining();
    Path file = directory.resolve("00000000000000000000.log");
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(2 * size - 1);
      bytes.write(0x55);
    }
    try (PartitionLog recovered = open(crashed(0))) {
      assertEquals(List.of("a"), values(recovered.view()));
    }
  }

  @Test
  public void aClosedLogSaysSoRatherThanThatTheOffsetIsGone() throws Exception {
    PartitionLog log = openNew();
    append(log, TestBatches.plain(NOW, "a"));
    log.writeStaged();
    LogView view = log.view();
    log.close();
    Assert.assertThrows(LogClosedException.class, () -> view.read(0, 1, 100, true));
  }

  @Test
  public void whatTheFileHasLostCannotBeBroughtIntoMemory() throws Exception {
    try (PartitionLog log = openNew()) {
      append(log, TestBatches.plain(NOW, "a"));
      log.writeStaged();
      try (LogSlice slice = log.view().read(0, 1, 100, true)) {
        slice.load();
        slice.channel().truncate(slice.sizeInBytes() - 1);
        Assert.assertThrows(EOFException.class, slice::load);
      }
    }
  }

  @Test
  public void whatIsThereWhenALogOpensIsOld() throws Exception {
    try (PartitionLog log = openNew()) {
      append(log, TestBatches.plain(NOW, "a"));
      log.writeStaged();
      assertTrue(log.view().isRecent(0, NOW));
    }
    try (PartitionLog log = openNew()) {
      append(log, TestBatches.plain(NOW, "b"));
      log.writeStaged();
      assertFalse(log.view().isRecent(0, NOW));
      assertTrue(log.view().isRecent(1, NOW));
    }
  }

  @Test
  public void aSliceOutlivesTheDeletionOfItsSegment() throws Exception {
    try (PartitionLog log = openNew()) {
      append(log, TestBatches.plain(NOW - LogConfig.DEFAULT.retentionMs() - 1, "old"));
      log.writeStaged();
      LogView before = log.view();
      LogSlice slice = before.read(0, 1, 100, true);
      RetentionPlan plan = log.cleanup().planRetention(NOW, 1);
      assertEquals(new RetentionPlan(1, RetentionPlan.Reason.TIME), plan);
      DeletedSegments deleted = log.cleanup().delete(plan, NOW);
      assertEquals(List.of("old"), values(before));
      deleted.erase();
      ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
      assertEquals(bytes.capacity(), slice.channel().read(bytes, slice.position()));
      slice.close();
      assertFalse(slice.channel().isOpen());
      Assert.assertThrows(OffsetOutOfLogException.class, () -> before.read(0, 1, 100, true));
      assertEquals(1, log.view().logStartOffset());
      assertEquals(new AppendOutcome.Appended(1, 1), append(log, TestBatches.plain(NOW, "new")));
    }
  }
}
