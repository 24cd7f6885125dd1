package milena.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import milena.common.config.LogConfig;
import milena.record.BatchBuilder;
import milena.record.ControlRecord;
import milena.testing.SeedRule;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

public class CompactionTest extends JUnitSuite {
  private static final long NOW = TestBatches.NOW;
  private static final long DAY = 24L * 3600 * 1000;

  @Rule public final SeedRule seeds = new SeedRule();
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private static LogConfig compacting(int segmentBytes) {
    LogConfig d = LogConfig.DEFAULT;
    return new LogConfig(
        segmentBytes,
        d.segmentMs(),
        0,
        d.segmentIndexBytes(),
        100,
        d.flushMessages(),
        d.flushMs(),
        -1,
        -1,
        false,
        true,
        DAY,
        d.fileDeleteDelayMs(),
        0.01,
        0,
        Long.MAX_VALUE,
        d.maxMessageBytes(),
        Optional.empty(),
        d.timestampType(),
        d.timestampBeforeMaxMs(),
        d.timestampAfterMaxMs(),
        1,
        false,
        false);
  }

  private Path directory() {
    return folder.getRoot().toPath().resolve("t-0");
  }

  private PartitionLog open(int segmentBytes, PartitionLog.OpenOptions options) throws Exception {
    return PartitionLog.open(
        directory(),
        new TopicPartition("t", 0),
        new Uuid(1, 1),
        compacting(segmentBytes),
        options,
        NOW);
  }

  private PartitionLog openNew(int segmentBytes) throws Exception {
    return open(segmentBytes, PartitionLog.OpenOptions.NEW);
  }

  private static void put(PartitionLog log, String key, String value) throws Exception {
    append(
        log,
        new BatchBuilder(Compression.NONE)
            .append(NOW, TestBatches.bytes(key), TestBatches.bytes(value))
            .build());
  }

  private static void append(PartitionLog log, ByteBuffer batch) throws Exception {
    AppendOutcome outcome = log.append(batch, 0, AppendSource.COORDINATOR, NOW);
    assertTrue(outcome.toString(), outcome instanceof AppendOutcome.Appended);
    log.writeStaged();
  }

  /** Every batch becomes a segment, but the last, which can't be compacted. */
  private static int segmentPerBatch() {
    return 1;
  }

  private static boolean compact(PartitionLog log, long nowMs) throws Exception {
    Optional<Compaction> due =
        log.cleanup().planCompaction(nowMs, log.lastStableOffset(log.logEndOffset()));
    if (due.isEmpty()) {
      return false;
    }
    due.get().run(CompactionLimits.DEFAULT);
    log.cleanup().finishCompaction(due.get()).erase();
    return true;
  }

  private static List<String> contents(PartitionLog log) throws Exception {
    LogView view = log.view();
    return TestBatches.readAll(view, view.logStartOffset(), view.logEndOffset(), 1 << 20).stream()
        .map(read -> read.offset() + ":" + read.key() + "=" + read.value())
        .toList();
  }

  @Test
  public void theLastValueOfEachKeyStaysWithItsOffset() throws Exception {
    try (PartitionLog log = openNew(segmentPerBatch())) {
      put(log, "a", "1");
      put(log, "b", "1");
      put(log, "a", "2");
      put(log, "c", "1");
      put(log, "c", "2");
      assertTrue(compact(log, NOW));
      assertEquals(4, log.cleanup().cleanedUpTo());
      assertEquals(
          "the last one is still to grow",
          contents(log),
          List.of("1:b=1", "2:a=2", "3:c=1", "4:c=2"));
      assertFalse("nothing is dirty", compact(log, NOW));
    }
  }

  @Test
  public void aTombstoneGoesOnceItsHorizonHasPassed() throws Exception {
    try (PartitionLog log = openNew(segmentPerBatch())) {
      put(log, "a", "1");
      put(log, "a", null);
      put(log, "b", "1");
      put(log, "end", "1");
      assertTrue(compact(log, NOW));
      assertEquals(List.of("1:a=null", "2:b=1", "3:end=1"), contents(log));
      put(log, "end", "2");
      assertTrue(compact(log, NOW + DAY - 1));
      assertEquals(List.of("1:a=null", "2:b=1", "3:end=1", "4:end=2"), contents(log));
      put(log, "end", "3");
      assertTrue(compact(log, NOW + DAY));
      assertEquals(List.of("2:b=1", "4:end=2", "5:end=3"), contents(log));
    }
  }

  @Test
  public void aProducersLastBatchLeavesItsSequenceNumber() throws Exception {
    try (PartitionLog log = openNew(segmentPerBatch())) {
      append(log, keyed(7, 0, 0, false, "a"));
      append(log, keyed(7, 0, 1, false, "a"));
      put(log, "a", "newest");
      put(log, "end", "1");
      put(log, "end", "2");
      assertTrue(compact(log, NOW));
      assertEquals(List.of("2:a=newest", "3:end=1", "4:end=2"), contents(log));
    }
    // No snapshot: all that is known of the producer must be in the log.
    for (String name : directory().toFile().list()) {
      if (name.endsWith(LogFiles.PRODUCER_SNAPSHOT)) {
        Files.delete(directory().resolve(name));
      }
    }
    PartitionLog.OpenOptions crashed = new PartitionLog.OpenOptions(0, 0, 4, false, 86_400_000);
    try (PartitionLog log = open(segmentPerBatch(), crashed)) {
      assertEquals(List.of("2:a=newest", "3:end=1", "4:end=2"), contents(log));
      assertEquals(1, log.view().activeProducers().get(0).lastSequence());
    }
  }

  private static ByteBuffer keyed(
      long producerId, int epoch, int sequence, boolean transactional, String key) {
    return new BatchBuilder(Compression.NONE)
        .producer(producerId, (short) epoch, sequence)
        .transactional(transactional)
        .append(NOW, TestBatches.bytes(key), TestBatches.bytes("by " + producerId))
        .build();
  }

  @Test
  public void abortedRecordsGoFirstAndTheirMarkerLater() throws Exception {
    try (PartitionLog log = openNew(segmentPerBatch())) {
      append(log, keyed(7, 0, 0, true, "a"));
      append(log, keyed(8, 0, 0, true, "b"));
      append(log, new ControlRecord(false, 0).toBatch(7, (short) 0, NOW));
      append(log, new ControlRecord(true, 0).toBatch(8, (short) 0, NOW));
      append(log, keyed(7, 0, 1, true, "c"));
      append(log, new ControlRecord(true, 0).toBatch(7, (short) 0, NOW));
      put(log, "end", "1");
      put(log, "end", "2");
      assertEquals(8, log.lastStableOffset(8));
      assertTrue(compact(log, NOW));
      assertEquals(List.of("1:b=by 8", "4:c=by 7", "6:end=1", "7:end=2"), contents(log));
      assertEquals(
          List.of(new LogView.AbortedTransaction(7, 0, 2)), log.view().abortedTransactions(0, 8));
      put(log, "end", "3");
      assertTrue(compact(log, NOW));
      put(log, "end", "4");
      assertTrue(compact(log, NOW + 2 * DAY));
      assertEquals(List.of(), log.view().abortedTransactions(0, 8));
      assertEquals(List.of("1:b=by 8", "4:c=by 7", "8:end=3", "9:end=4"), contents(log));
    }
  }

  @Test
  public void aCompactionThatMeetsDamageLeavesNothingBehind() throws Exception {
    try (PartitionLog log = openNew(segmentPerBatch())) {
      put(log, "a", "1");
      put(log, "b", "1");
      put(log, "c", "1");
      Path damaged = directory().resolve("00000000000000000001.log");
      byte[] bytes = Files.readAllBytes(damaged);
      bytes[bytes.length - 2]++;
      Files.write(damaged, bytes);
      Compaction due = log.cleanup().planCompaction(NOW, log.logEndOffset()).orElseThrow();
      Assert.assertThrows(DamagedLogException.class, () -> due.run(CompactionLimits.DEFAULT));
      assertEquals(List.of(), List.of(directory().toFile().list((in, name) -> isNew(name))));
    }
  }

  private static boolean isNew(String name) {
    return name.endsWith(LogFiles.CLEANED);
  }

  @Test
  public void anOpenTransactionIsNotTouched() throws Exception {
    try (PartitionLog log = openNew(segmentPerBatch())) {
      append(log, keyed(7, 0, 0, true, "a"));
      put(log, "a", "1");
      put(log, "a", "2");
      put(log, "a", "3");
      assertFalse(compact(log, NOW));
    }
  }

  @Test
  public void aCrashAtAnyStepOfTheSwapLosesNothing() throws Exception {
    for (int step = 0; step < 4; step++) {
      try (PartitionLog log = openNew(10_000)) {
        for (int i = 0; i < 300; i++) {
          put(log, "k" + i % 7, "step " + step + " value " + i);
        }
        Compaction compaction = log.cleanup().planCompaction(NOW, log.logEndOffset()).orElseThrow();
        compaction.run(CompactionLimits.DEFAULT);
        Map<String, String> before = lastValues(log);
        Compaction.Group group = compaction.groups().get(0);
        if (step > 0) {
          group.compacted().rename(directory(), LogFiles.SWAP);
        }
        if (step > 1) {
          group.sources().get(0).rename(directory(), LogFiles.DELETED);
        }
        if (step > 2) {
          for (String kind : List.of(LogFiles.OFFSET_INDEX, LogFiles.TIME_INDEX)) {
            long base = group.compacted().baseOffset();
            Files.move(
                LogFiles.path(directory(), base, kind + LogFiles.SWAP),
                LogFiles.path(directory(), base, kind));
          }
        }
        long end = log.logEndOffset();
        log.closeWithoutFlush();
        PartitionLog.OpenOptions crashed = new PartitionLog.OpenOptions(0, 0, 0, false, 86_400_000);
        try (PartitionLog recovered = open(10_000, crashed)) {
          assertEquals("step " + step, end, recovered.logEndOffset());
          assertEquals("step " + step, before, lastValues(recovered));
          recovered.truncateFullyAndStartAt(0);
        }
      }
    }
  }

  private static Map<String, String> lastValues(PartitionLog log) throws Exception {
    Map<String, String> values = new HashMap<>();
    LogView view = log.view();
    for (TestBatches.Read read :
        TestBatches.readAll(view, view.logStartOffset(), view.logEndOffset(), 1 << 20)) {
      if (read.value() == null) {
        values.remove(read.key());
      } else {
        values.put(read.key(), read.value());
      }
    }
    return values;
  }

  @Test
  public void atRandomTheLastValuesStay() throws Exception {
    Random random = seeds.random();
    long nowMs = NOW;
    try (PartitionLog log = openNew(1500)) {
      for (int round = 0; round < 60; round++) {
        for (int i = random.nextInt(80); i >= 0; i--) {
          Compression codec = random.nextBoolean() ? Compression.NONE : Compression.gzip().build();
          BatchBuilder batch = new BatchBuilder(codec);
          for (int records = random.nextInt(5); records >= 0; records--) {
            String value = random.nextInt(4) == 0 ? null : "v" + random.nextInt();
            batch.append(
                NOW, TestBatches.bytes("k" + random.nextInt(50)), TestBatches.bytes(value));
          }
          append(log, batch.build());
        }
        Map<String, String> before = lastValues(log);
        long end = log.logEndOffset();
        LogView old = log.view();
        Optional<Compaction> due = log.cleanup().planCompaction(nowMs, end);
        if (due.isPresent()) {
          due.get().run(CompactionLimits.DEFAULT);
          DeletedSegments replaced = log.cleanup().finishCompaction(due.get());
          assertEquals("an older view can still be read", end, lastOffset(old) + 1);
          replaced.erase();
        }
        assertEquals(before, lastValues(log));
        assertEquals(end, log.logEndOffset());
        nowMs += random.nextInt((int) DAY);
      }
      assertTrue("most has gone", log.view().sizeInBytes() < 40_000);
    }
  }

  private static long lastOffset(LogView view) throws Exception {
    List<TestBatches.Read> all =
        new ArrayList<>(TestBatches.readAll(view, 0, view.logEndOffset(), 1 << 20));
    return all.get(all.size() - 1).offset();
  }
}
