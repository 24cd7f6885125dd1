package milena.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import milena.common.config.LogConfig;
import milena.record.BatchBuilder;
import milena.testing.SeedRule;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Does what may happen to a log in random order, to the log and to its {@link LogTwin}, and
 * compares what both show. A crash loses any suffix of what was not flushed, at any byte, and
 * damages any index that recovery must not trust.
 */
public class RandomLogTest extends JUnitSuite {
  private static final TopicPartition NAME = new TopicPartition("t", 0);
  private static final long NOW = TestBatches.NOW;
  private static final int ROUNDS = 60;
  private static final int STEPS = 120;

  @Rule public final SeedRule seeds = new SeedRule();
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Random random;
  private Path directory;
  private LogConfig config;
  private PartitionLog log;
  private LogTwin twin;
  private List<LogTwin.Batch> staged;
  private Map<Long, Integer> nextSequence;
  private long flushed;
  private int epoch;
  private LogFlush aside;
  private boolean truncatedAside;

  @Test
  public void theLogShowsWhatAPlainListWould() throws Exception {
    random = seeds.random();
    for (int round = 0; round < ROUNDS; round++) {
      begin(round);
      for (int step = 0; step < STEPS; step++) {
        act();
        compare();
      }
      dropAside();
      log.close();
    }
  }

  private void begin(int round) throws Exception {
    directory = folder.newFolder("t-" + round).toPath();
    config = smallSegments();
    twin = new LogTwin();
    staged = new ArrayList<>();
    nextSequence = new TreeMap<>();
    flushed = 0;
    epoch = 0;
    open(PartitionLog.OpenOptions.NEW);
  }

  private LogConfig smallSegments() {
    LogConfig d = LogConfig.DEFAULT;
    return new LogConfig(
        200 + random.nextInt(3000),
        d.segmentMs(),
        0,
        random.nextBoolean() ? 64 : d.segmentIndexBytes(),
        random.nextInt(300),
        d.flushMessages(),
        d.flushMs(),
        1000,
        -1,
        true,
        false,
        d.deleteRetentionMs(),
        d.fileDeleteDelayMs(),
        d.minCleanableDirtyRatio(),
        d.minCompactionLagMs(),
        d.maxCompactionLagMs(),
        d.maxMessageBytes(),
        Optional.empty(),
        d.timestampType(),
        d.timestampBeforeMaxMs(),
        d.timestampAfterMaxMs(),
        1,
        false,
        false);
  }

  private void open(PartitionLog.OpenOptions options) throws Exception {
    log = PartitionLog.open(directory, NAME, new Uuid(1, 1), config, options, NOW);
  }

  private void act() throws Exception {
    int dice = random.nextInt(100);
    if (dice < 50) {
      append();
    } else if (dice < 75) {
      write();
    } else if (dice < 82) {
      write();
      log.flush(NOW);
      flushed = twin.end();
    } else if (dice < 84) {
      flushAside();
    } else if (dice < 86) {
      truncate();
    } else if (dice < 89) {
      raiseStart();
    } else if (dice < 91) {
      retain();
    } else if (dice < 93) {
      log.beginEpoch(epoch += 1 + random.nextInt(2));
    } else if (dice < 96) {
      dropAside();
      write();
      log.close();
      flushed = twin.end();
      open(new PartitionLog.OpenOptions(flushed, twin.start(), 0, true, Integer.MAX_VALUE));
    } else {
      crash();
    }
  }

  private void append() throws Exception {
    long producerId = random.nextInt(4) - 1;
    int sequence = producerId < 0 ? -1 : nextSequence.getOrDefault(producerId, 0);
    Compression codec = random.nextInt(4) == 0 ? Compression.gzip().build() : Compression.NONE;
    BatchBuilder builder = new BatchBuilder(codec);
    if (producerId >= 0) {
      builder.producer(producerId, (short) 0, sequence);
    }
    List<TestBatches.Read> records = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    long base = log.logEndOffset();
    for (int i = 0; i < count; i++) {
      String value = "v" + random.nextInt(1000) + "x".repeat(random.nextInt(80));
      long timestampMs = NOW + random.nextInt(1000);
      builder.append(timestampMs, null, TestBatches.bytes(value));
      records.add(new TestBatches.Read(base + i, timestampMs, null, value));
    }
    AppendOutcome outcome = log.append(builder.build(), epoch, AppendSource.CLIENT, NOW);
    assertEquals(new AppendOutcome.Appended(base, base + count - 1), outcome);
    staged.add(new LogTwin.Batch(base, epoch, producerId, sequence, records));
    if (producerId >= 0) {
      nextSequence.put(producerId, sequence + count);
    }
  }

  private void write() throws Exception {
    log.writeStaged();
    staged.forEach(twin::append);
    staged.clear();
  }

  /** A roll writes what was staged before it. */
  private void takeRolled(long end) {
    while (!staged.isEmpty() && staged.get(0).nextOffset() <= end) {
      twin.append(staged.remove(0));
    }
  }

  /** Begins a flush, or ends the one that is under way. */
  private void flushAside() throws Exception {
    if (aside == null) {
      write();
      aside = log.startFlush();
      truncatedAside = false;
      return;
    }
    aside.force();
    log.flushed(aside, NOW);
    if (!truncatedAside) {
      flushed = Math.max(flushed, aside.endOffset());
    }
    assertTrue(log.recoveryPoint() <= flushed);
    aside = null;
  }

  private void dropAside() throws Exception {
    if (aside != null) {
      aside.force();
      aside = null;
    }
  }

  private void truncate() throws Exception {
    write();
    long offset = twin.start() + random.nextInt((int) (twin.end() - twin.start()) + 2);
    truncatedAside |= offset < twin.end();
    assertEquals(offset < twin.end(), log.truncateTo(offset));
    twin.truncateTo(offset);
    afterLoss();
  }

  private void afterLoss() {
    flushed = Math.min(flushed, twin.end());
    assertTrue(log.recoveryPoint() <= twin.end());
    nextSequence.clear();
    for (LogView.ProducerStateView state : log.view().activeProducers()) {
      nextSequence.put(state.producerId(), state.lastSequence() + 1);
    }
  }

  private void raiseStart() throws Exception {
    long offset = twin.start() + random.nextInt((int) (twin.end() - twin.start()) + 1);
    assertEquals(offset > twin.start(), log.raiseLogStart(offset));
    twin.raiseStart(offset);
  }

  private void retain() throws Exception {
    write();
    log.cleanup().delete(log.cleanup().planRetention(NOW, twin.end()), NOW).erase();
    twin.raiseStart(log.logStartOffset());
  }

  /** Staged batches are lost, and whatever part of what was not flushed. */
  private void crash() throws Exception {
    dropAside();
    log.closeWithoutFlush();
    staged.clear();
    long recoveryPoint =
        twin.start() + random.nextInt((int) Math.max(1, flushed - twin.start() + 1));
    recoveryPoint = Math.min(recoveryPoint, flushed);
    long start = twin.start();
    boolean power = random.nextBoolean();
    long survives = power ? losePart() : twin.end();
    open(new PartitionLog.OpenOptions(recoveryPoint, twin.start(), 0, false, Integer.MAX_VALUE));
    assertTrue(log.logEndOffset() >= Math.min(flushed, twin.end()));
    if (survives < start) {
      twin.restartAt(start);
    } else {
      twin.truncateTo(survives);
    }
    assertEquals("the log's end after a crash", twin.end(), log.logEndOffset());
    afterLoss();
  }

  /** Cuts one of the files at any byte past what was flushed; returns the offset that survives. */
  private long losePart() throws Exception {
    List<Long> bases = new ArrayList<>();
    for (String name : directory.toFile().list()) {
      long base = LogFiles.offsetOf(name, LogFiles.LOG);
      if (base >= 0) {
        bases.add(base);
      }
    }
    bases.sort(null);
    List<Long> unflushed = new ArrayList<>();
    for (int i = 0; i < bases.size(); i++) {
      long end = i + 1 < bases.size() ? bases.get(i + 1) : twin.end();
      if (end > flushed || i + 1 == bases.size()) {
        unflushed.add(bases.get(i));
      }
    }
    long victim = unflushed.get(random.nextInt(unflushed.size()));
    Path file = LogFiles.path(directory, victim, LogFiles.LOG);
    long survives = victim;
    long keep = 0;
    List<Long> ends = new ArrayList<>();
    List<Long> offsets = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file)) {
      BatchHeaders headers = new BatchHeaders(channel, 0, (int) channel.size());
      while (headers.next()) {
        ends.add((long) headers.position() + headers.header().sizeInBytes());
        offsets.add(headers.header().nextOffset());
        if (headers.header().nextOffset() <= flushed) {
          keep = ends.get(ends.size() - 1);
          survives = headers.header().nextOffset();
        }
      }
    }
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      long cut = keep + random.nextInt((int) (bytes.length() - keep) + 1);
      for (int i = 0; i < ends.size(); i++) {
        if (ends.get(i) <= cut) {
          survives = Math.max(survives, offsets.get(i));
        }
      }
      bytes.setLength(cut);
      if (random.nextInt(3) == 0) {
        byte[] garbage = new byte[1 + random.nextInt(200)];
        random.nextBytes(garbage);
        if (random.nextBoolean()) {
          Arrays.fill(garbage, (byte) 0);
        }
        garbage[0] = 0x7b; // not what was there: records end in zeros
        bytes.seek(cut);
        bytes.write(garbage);
      }
      int next = bases.indexOf(victim) + 1;
      boolean whole = cut == (ends.isEmpty() ? 0 : ends.get(ends.size() - 1));
      if (whole && bytes.length() == cut && next < bases.size()) {
        return twin.end();
      }
    }
    damageIndexes(victim, bases);
    return survives;
  }

  private void damageIndexes(long from, List<Long> bases) throws Exception {
    for (long base : bases) {
      for (String kind : List.of(LogFiles.OFFSET_INDEX, LogFiles.TIME_INDEX)) {
        Path index = LogFiles.path(directory, base, kind);
        if (!Files.exists(index) || random.nextBoolean()) {
          continue;
        }
        if (base < from) {
          Files.delete(index);
        } else {
          byte[] garbage = new byte[random.nextInt(100)];
          random.nextBytes(garbage);
          Files.write(index, garbage);
        }
      }
    }
  }

  private void compare() throws Exception {
    LogView view = log.view();
    takeRolled(view.logEndOffset());
    assertEquals(twin.start(), view.logStartOffset());
    assertEquals(twin.end(), view.logEndOffset());
    int length = (int) (twin.end() - twin.start());
    long from = twin.start() + random.nextInt(length + 1);
    long upTo = from + random.nextInt((int) (twin.end() - from) + 1);
    int maxBytes = random.nextBoolean() ? 1 << 20 : 1 + random.nextInt(500);
    assertEquals(twin.records(from, upTo), TestBatches.readAll(view, from, upTo, maxBytes));

    long timestampMs = NOW + random.nextInt(1010);
    assertEquals(
        twin.offsetForTimestamp(timestampMs),
        view.offsetForTimestamp(timestampMs).map(LogView.TimestampAndOffset::offset));
    assertEquals(
        twin.withMaxTimestamp().map(TestBatches.Read::offset),
        view.offsetOfMaxTimestamp().map(LogView.TimestampAndOffset::offset));
    for (LogTwin.Batch batch : twin.batches()) {
      assertEquals(batch.epoch(), view.epochOfOffset(Math.max(batch.baseOffset(), twin.start())));
    }
    if (staged.isEmpty()) {
      Map<Long, Integer> sequences = new TreeMap<>();
      view.activeProducers().forEach(p -> sequences.put(p.producerId(), p.lastSequence()));
      sequences.keySet().retainAll(twin.lastSequences().keySet());
      assertEquals(twin.lastSequences(), sequences);
    }
  }
}
