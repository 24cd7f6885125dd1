package milena.log;

import static org.junit.Assert.assertEquals;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import milena.common.config.LogConfig;
import milena.record.BatchBuilder;
import milena.record.ControlRecord;
import milena.testing.SeedRule;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.junit.Assume;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Kafka's own {@code kafka-dump-log} reads a log's files, in a process with a class path of its
 * own: the directory of jars named by {@code kafka.tools.classpath.dir}.
 */
public class DumpLogIT extends JUnitSuite {
  private static final long NOW = TestBatches.NOW;
  private static final Path JARS =
      Path.of(System.getProperty("kafka.tools.classpath.dir", "target/kafka-tools"));

  @Rule public final SeedRule seeds = new SeedRule();
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void kafkaReadsAllFilesWithoutAComplaint() throws Exception {
    Assume.assumeTrue("Kafka's jars are in " + JARS, JARS.toFile().isDirectory());
    Path directory = folder.getRoot().toPath().resolve("t-0");
    write(directory);
    List<String> said = new ArrayList<>();
    said.addAll(dump(directory, List.of(".log", ".index", ".timeindex"), "--deep-iteration"));
    said.addAll(dump(directory, List.of(".index", ".timeindex"), "--index-sanity-check"));
    said.addAll(dump(directory, List.of(".snapshot", ".txnindex")));
    said.removeIf(DumpLogIT::isExpected);
    assertEquals(List.of(), said);
  }

  /** The tool starts to count at -1 in each file, and says so of any but the first segment. */
  private static boolean isExpected(String line) {
    return line.startsWith("Dumping ")
        || line.startsWith("Log starting offset: ")
        || line.startsWith("baseOffset: ") && line.endsWith("isvalid: true")
        || line.startsWith("| offset: ")
        || line.startsWith("offset: ")
        || line.startsWith("timestamp: ")
        || line.startsWith("version: 0 producerId: ")
        || line.startsWith("producerId: ")
        || line.endsWith("passed sanity check.")
        || line.startsWith("Non-consecutive offsets in ")
        || line.matches("  -1 is followed by [1-9]\\d*")
        || line.startsWith("SLF4J");
  }

  private void write(Path directory) throws Exception {
    Random random = seeds.random();
    LogConfig d = LogConfig.DEFAULT;
    LogConfig config =
        new LogConfig(
            60_000,
            d.segmentMs(),
            0,
            d.segmentIndexBytes(),
            500,
            d.flushMessages(),
            d.flushMs(),
            -1,
            -1,
            true,
            false,
            d.deleteRetentionMs(),
            d.fileDeleteDelayMs(),
            d.minCleanableDirtyRatio(),
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
    int[] sequences = new int[3];
    try (PartitionLog log =
        PartitionLog.open(
            directory,
            new TopicPartition("t", 0),
            new Uuid(1, 1),
            config,
            PartitionLog.OpenOptions.NEW,
            NOW)) {
      for (int i = 0; i < 1000; i++) {
        int producer = random.nextInt(3);
        Compression codec = i % 3 == 0 ? Compression.gzip().build() : Compression.NONE;
        BatchBuilder batch =
            new BatchBuilder(codec)
                .producer(producer, (short) 0, sequences[producer])
                .transactional(producer == 2);
        for (int k = random.nextInt(4); k >= 0; k--) {
          String value = "x".repeat(random.nextInt(200));
          batch.append(
              NOW + i + random.nextInt(100), TestBatches.bytes("k"), TestBatches.bytes(value));
          sequences[producer]++;
        }
        append(log, batch.build());
        if (producer == 2 && random.nextInt(3) == 0) {
          append(log, new ControlRecord(random.nextBoolean(), 1).toBatch(2, (short) 0, NOW + i));
        }
        if (random.nextInt(10) == 0) {
          log.writeStaged();
        }
      }
    }
  }

  private static void append(PartitionLog log, ByteBuffer batch) throws Exception {
    log.append(batch, 3, AppendSource.COORDINATOR, NOW);
  }

  private static List<String> dump(Path directory, List<String> suffixes, String... options)
      throws Exception {
    List<String> files = new ArrayList<>();
    for (File file : directory.toFile().listFiles()) {
      if (suffixes.stream().anyMatch(file.getName()::endsWith)) {
        files.add(file.getPath());
      }
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                JARS.resolve("*").toString(),
                "org.apache.kafka.tools.DumpLogSegments",
                "--files",
                String.join(",", files)));
    command.addAll(Arrays.asList(options));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(said, 0, process.waitFor());
    return new ArrayList<>(said.lines().toList());
  }
}
