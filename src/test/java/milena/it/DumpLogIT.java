package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** What a broker leaves on disk is read by Kafka's own DumpLogSegments without a complaint. */
public class DumpLogIT extends JUnitSuite {
  private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

  /**
   * What the tool prints about files that are not as they should be. It also takes a segment that
   * does not begin at offset 0 for one with a gap before it ("-1 is followed by 1264").
   */
  private static final List<String> COMPLAINTS =
      List.of(
          "mismatch",
          "Mismatch",
          "out of order",
          "is followed by",
          "isvalid: false",
          "invalid bytes",
          "not found in the log",
          "corrupt",
          "xception");

  private TestBroker broker;

  @Before
  public void fillABroker() throws Exception {
    broker = TestBroker.start(Map.of("offsets.topic.num.partitions", "2"));
    try (Admin admin = Admin.create(BrokerRule.config(broker.bootstrapServers()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic("dumped", 1, (short) 1)
                      .configs(Map.of("segment.bytes", "1048576", "index.interval.bytes", "1000"))))
          .all()
          .get();
    }
    Random random = new Random(3);
    for (String codec : CODECS) {
      var config =
          BrokerRule.config(
              broker.bootstrapServers(), "compression.type", codec, "batch.size", 4096);
      try (var producer =
          new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
        for (int i = 0; i < 1000; i++) {
          byte[] value = new byte[800];
          random.nextBytes(value);
          producer.send(new ProducerRecord<>("dumped", ("k" + i).getBytes(), value));
        }
      }
    }
    var config =
        BrokerRule.config(
            broker.bootstrapServers(), "group.id", "dumpers", "auto.offset.reset", "earliest");
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of("dumped"));
      Read.exactly(5000, consumer);
      consumer.commitSync(
          Map.of(new TopicPartition("dumped", 0), new OffsetAndMetadata(4321, "noted")));
    }
  }

  @After
  public void stopIt() {
    broker.close();
  }

  private static String dump(List<Path> files, String... options) {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.add("--files");
    arguments.add(files.stream().map(Path::toString).collect(Collectors.joining(",")));
    StockTool tool =
        StockTool.kafka("org.apache.kafka.tools.DumpLogSegments", arguments.toArray(String[]::new));
    String output = tool.succeeded();
    for (String complaint : COMPLAINTS) {
      String line =
          (output + tool.errors())
              .lines()
              .filter(l -> l.contains(complaint) && !l.contains("-1 is followed by"))
              .findFirst()
              .orElse("");
      assertEquals(options.length + " options, " + files, "", line);
    }
    return output;
  }

  private List<Path> files(String partition, String suffix) throws Exception {
    try (Stream<Path> files = Files.list(broker.logDir().resolve(partition))) {
      return files.filter(f -> f.toString().endsWith(suffix)).sorted().toList();
    }
  }

  private void everythingIsReadable() throws Exception {
    List<Path> logs = files("dumped-0", ".log");
    assertTrue(logs + " are several segments", logs.size() >= 4);
    StringBuilder dumped = new StringBuilder();
    for (Path log : logs) {
      // One by one: the tool takes the files of one call for one file.
      dumped.append(dump(List.of(log), "--deep-iteration"));
    }
    String records = dumped.toString();
    for (int offset : new int[] {0, 1, 2500, 4999}) {
      assertTrue("offset " + offset, records.contains("| offset: " + offset + " "));
    }
    for (String codec : CODECS) {
      assertTrue(codec, records.contains("compresscodec: " + codec));
    }
    List<Path> indexes = new ArrayList<>(files("dumped-0", ".index"));
    indexes.addAll(files("dumped-0", ".timeindex"));
    assertEquals(2 * logs.size(), indexes.size());
    assertTrue(dump(indexes).lines().filter(l -> l.startsWith("offset: ")).count() > 500);
    dump(indexes, "--index-sanity-check");
    List<Path> snapshots = files("dumped-0", ".snapshot");
    assertFalse(snapshots.isEmpty());
    String producers = dump(snapshots);
    assertTrue(producers, producers.contains("producerId: "));
    assertTrue(producers, producers.contains("lastSequence: 999"));
    String committed =
        dump(files("__consumer_offsets-0", ".log"), "--offsets-decoder")
            + dump(files("__consumer_offsets-1", ".log"), "--offsets-decoder");
    assertTrue(committed, committed.contains("dumpers"));
    assertTrue(committed, committed.contains("4321"));
    assertTrue(committed, committed.contains("noted"));
  }

  @Test
  public void filesOfAStoppedBrokerAreReadable() throws Exception {
    int exitCode = broker.stop();
    if (!TestBroker.isApacheKafka()) {
      assertEquals("exit code of a clean stop", 0, exitCode);
    }
    everythingIsReadable();
    assertTrue(Files.exists(broker.logDir().resolve(".kafka_cleanshutdown")));
  }

  @Test
  public void filesOfAKilledBrokerAreReadableOnceItHasRecovered() throws Exception {
    broker.kill();
    assertFalse(Files.exists(broker.logDir().resolve(".kafka_cleanshutdown")));
    broker.start();
    broker.stop();
    everythingIsReadable();
  }
}
