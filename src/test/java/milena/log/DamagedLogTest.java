package milena.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import milena.common.OffsetAndEpoch;
import milena.common.config.ConfigLayers;
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

/** What was once acknowledged is not cut because a file was damaged since. */
public class DamagedLogTest extends JUnitSuite {
  private static final long NOW = TestBatches.NOW;
  private static final int BATCH = TestBatches.plain(NOW, "a").remaining();

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path directory;

  @Before
  public void setUp() {
    directory = folder.getRoot().toPath().resolve("orders-3");
  }

  private PartitionLog open(boolean clean, long recoveryPoint) throws IOException {
    return PartitionLog.open(
        directory,
        new TopicPartition("orders", 3),
        new Uuid(1, 2),
        LogConfig.DEFAULT,
        new PartitionLog.OpenOptions(recoveryPoint, 0, 0, clean, 86_400_000),
        NOW);
  }

  /** A log of a batch for each value, in epoch 5 and, from the fourth on, 6. */
  private void write(boolean close, String... values) throws Exception {
    PartitionLog log = open(true, 0);
    int epoch = 5;
    for (int i = 0; i < values.length; i++) {
      epoch = i < 3 ? 5 : 6;
      log.append(TestBatches.plain(NOW + i, values[i]), epoch, AppendSource.CLIENT, NOW);
    }
    log.writeStaged();
    if (close) {
      log.close();
    } else {
      log.closeWithoutFlush();
    }
  }

  private Path segment(long base) {
    return directory.resolve(LogFiles.name(base, LogFiles.LOG));
  }

  private void overwrite(int position, byte... with) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(segment(0).toFile(), "rw")) {
      file.seek(position);
      file.write(with);
    }
  }

  private static List<String> values(PartitionLog log, long from) throws Exception {
    return TestBatches.readAll(log.view(), from, log.writtenEndOffset(), BATCH).stream()
        .map(TestBatches.Read::value)
        .toList();
  }

  private static AppendOutcome append(PartitionLog log, String value) throws Exception {
    AppendOutcome outcome = log.append(TestBatches.plain(NOW, value), 7, AppendSource.CLIENT, NOW);
    log.writeStaged();
    return outcome;
  }

  @Test
  public void damageInAClosedLogStaysAndWhatFollowsCanBeRead() throws Exception {
    write(true, "a", "b", "c", "d");
    overwrite(BATCH + RecordBatch.LENGTH, (byte) 0x7f);
    for (int opening = 0; opening < 2; opening++) {
      try (PartitionLog log = open(true, 4 + opening)) {
        assertEquals("found once", opening == 0 ? 1 : -1, log.damagedFrom());
        assertEquals((4L + opening) * BATCH, Files.size(segment(0)));
        Assert.assertThrows(DamagedLogException.class, () -> values(log, 1));
        List<String> behind = opening == 0 ? List.of("c", "d") : List.of("c", "d", "e");
        assertEquals(behind, values(log, 2));
        assertEquals(
            new AppendOutcome.Appended(4 + opening, 4 + opening),
            append(log, opening == 0 ? "e" : "f"));
      }
    }
  }

  @Test
  public void whoAsksForTheLatestRecordIsToldOfDamageWhereTheLogStarts() throws Exception {
    try (PartitionLog log = open(true, 0)) {
      log.append(TestBatches.plain(NOW + 9, "a"), 5, AppendSource.CLIENT, NOW);
      log.append(TestBatches.plain(NOW, "b", "c"), 5, AppendSource.CLIENT, NOW);
      log.writeStaged();
      log.raiseLogStart(2);
      assertEquals(2, log.view().offsetOfMaxTimestamp().orElseThrow().offset());
      overwrite(BATCH + RecordBatch.HEADER_SIZE, (byte) 0x7f);
      Assert.assertThrows(DamagedLogException.class, () -> log.view().offsetOfMaxTimestamp());
    }
  }

  @Test
  public void aClosedLogWhoseEndIsDamagedGoesOnBehindIt() throws Exception {
    write(true, "a", "b", "c", "d");
    overwrite(2 * BATCH + RecordBatch.LENGTH, (byte) 0x7f);
    overwrite(3 * BATCH + RecordBatch.LENGTH, (byte) 0x7f);
    try (PartitionLog log = open(true, 4)) {
      assertEquals(2, log.damagedFrom());
      assertEquals(4, log.logEndOffset());
      assertEquals(4L * BATCH, Files.size(segment(0)));
      Assert.assertThrows(DamagedLogException.class, () -> values(log, 2));
      Assert.assertThrows(DamagedLogException.class, () -> values(log, 3));
      assertEquals(new AppendOutcome.Appended(4, 4), append(log, "e"));
      assertEquals(List.of("e"), values(log, 4));
    }
    try (PartitionLog log = open(true, 5)) {
      assertEquals("no more is known to be damaged than before", -1, log.damagedFrom());
      assertEquals(List.of("e"), values(log, 4));
      Assert.assertThrows(DamagedLogException.class, () -> values(log, 3));
    }
  }

  @Test
  public void offsetsOfRecordsThatHaveGoneAreNotGivenToOthers() throws Exception {
    write(true, "a", "b", "c", "d");
    try (RandomAccessFile file = new RandomAccessFile(segment(0).toFile(), "rw")) {
      file.setLength(2L * BATCH);
    }
    try (PartitionLog log = open(true, 4)) {
      assertEquals(2, log.damagedFrom());
      assertEquals(new AppendOutcome.Appended(4, 4), append(log, "e"));
      assertEquals(List.of("a", "b", "e"), values(log, 0));
    }
    Files.delete(segment(0));
    Files.delete(segment(4));
    try (PartitionLog log = open(true, 5)) {
      assertEquals(new AppendOutcome.Appended(5, 5), append(log, "f"));
    }
  }

  @Test
  public void aFollowerCutsWhatIsDamagedAndGetsItAgain() throws Exception {
    write(true, "a", "b", "c", "d");
    overwrite(2 * BATCH + RecordBatch.LENGTH, (byte) 0x7f);
    try (PartitionLog log = open(true, 4)) {
      assertTrue(log.truncateTo(log.damagedFrom()));
      assertEquals(-1, log.damagedFrom());
      assertEquals(2, log.logEndOffset());
      assertEquals(List.of("a", "b"), values(log, 0));
      assertEquals(new AppendOutcome.Appended(2, 2), append(log, "C"));
      assertEquals(List.of("a", "b", "C"), values(log, 0));
    }
  }

  @Test
  public void whatLiesBehindTheEndOfAClosedLogIsCut() throws Exception {
    write(true, "a", "b");
    overwrite(2 * BATCH, new byte[100]);
    try (PartitionLog log = open(true, 2)) {
      assertEquals(-1, log.damagedFrom());
      assertEquals(2L * BATCH, Files.size(segment(0)));
      assertEquals(new AppendOutcome.Appended(2, 2), append(log, "c"));
    }
  }

  @Test
  public void afterACrashWhatWasForcedToDiskIsNotTakenForATornTail() throws Exception {
    write(false, "a", "b", "c", "d");
    overwrite(BATCH + RecordBatch.LENGTH, (byte) 0x7f);
    overwrite(4 * BATCH - 1, (byte) 0x55);
    try (PartitionLog log = open(false, 3)) {
      assertEquals(1, log.damagedFrom());
      assertEquals(List.of("c"), values(log, 2));
      assertEquals("the torn tail", 3, log.logEndOffset());
    }
  }

  @Test
  public void afterACrashARecoveryPointPastAllThatIsThereIsNotBelieved() throws Exception {
    write(false, "a", "b");
    try (RandomAccessFile file = new RandomAccessFile(segment(0).toFile(), "rw")) {
      file.setLength(2L * BATCH - 1);
    }
    try (PartitionLog log = open(false, 100)) {
      assertEquals(-1, log.damagedFrom());
      assertEquals(1, log.logEndOffset());
    }
  }

  @Test
  public void theHistoryOfLeadersIsMadeAnewFromTheBatches() throws Exception {
    write(true, "a", "b", "c", "d");
    Path history = directory.resolve(LogFiles.LEADER_EPOCHS);
    String before = Files.readString(history);
    for (byte[] bad : new byte[][] {{1, 2, 3}, {}, {(byte) 0xff, 0}}) {
      Files.write(history, bad);
      try (PartitionLog log = open(true, 4)) {
        assertEquals(new OffsetAndEpoch(3, 5), log.endOffsetForEpoch(5));
        assertEquals(6, log.latestEpoch());
      }
      assertEquals(before, Files.readString(history));
    }
    Files.delete(history);
    open(true, 4).close();
    assertEquals(before, Files.readString(history));
  }

  @Test
  public void compactionLeavesADamagedSegmentAlone() throws Exception {
    LogConfig compacted =
        LogConfig.of(
            Map.of(
                "cleanup.policy", "compact",
                "internal.segment.bytes", "" + 2 * BATCH,
                "min.cleanable.dirty.ratio", "0"),
            ConfigLayers.of(Map.of()));
    try (PartitionLog log = open(true, 0)) {
      log.reconfigure(compacted);
      for (String value : List.of("a", "b", "c", "d", "e")) {
        append(log, value);
      }
      overwrite(2 * BATCH - 1, (byte) 0x55);
      Compaction compaction = log.cleanup().planCompaction(NOW, 5).orElseThrow();
      Assert.assertThrows(
          DamagedLogException.class, () -> compaction.run(CompactionLimits.DEFAULT));
    }
  }
}
