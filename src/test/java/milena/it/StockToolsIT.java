package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** The tools that come with Apache Kafka, on a class path of their own, in another process. */
public class StockToolsIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  private static final String TOPICS = "org.apache.kafka.tools.TopicCommand";
  private static final String CONFIGS = "kafka.admin.ConfigCommand";
  private static final String GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
  private static final String CONSOLE_PRODUCER = "org.apache.kafka.tools.ConsoleProducer";
  private static final String CONSOLE_CONSUMER = "org.apache.kafka.tools.consumer.ConsoleConsumer";
  private static final String GET_OFFSETS = "org.apache.kafka.tools.GetOffsetShell";
  private static final String LOG_DIRS = "org.apache.kafka.tools.LogDirsCommand";
  private static final String DELETE_RECORDS = "org.apache.kafka.tools.DeleteRecordsCommand";
  private static final String API_VERSIONS = "org.apache.kafka.tools.BrokerApiVersionsCommand";
  private static final String ALL_GROUPS = "org.apache.kafka.tools.GroupsCommand";

  @BeforeClass
  public static void brokerIsUp() {
    kafka.broker();
  }

  private static StockTool tool(String mainClass, String... arguments) {
    return StockTool.kafka(mainClass, withBootstrap(arguments));
  }

  /** As a process that an operator would start. */
  private static StockTool alone(String mainClass, String... arguments) {
    return StockTool.kafkaAlone(mainClass, withBootstrap(arguments));
  }

  private static String[] withBootstrap(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--bootstrap-server", kafka.bootstrapServers()));
    all.addAll(Arrays.asList(arguments));
    return all.toArray(String[]::new);
  }

  private static void produce(String topic, String lines) {
    StockTool.kafkaReading(lines, CONSOLE_PRODUCER, withBootstrap("--topic", topic)).succeeded();
  }

  private static List<String> consume(String topic, int count, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--topic", topic, "--max-messages", "" + count, "--timeout-ms", "120000"));
    arguments.addAll(List.of(more));
    return tool(CONSOLE_CONSUMER, arguments.toArray(String[]::new)).lines();
  }

  @Test
  public void topicsCommandManagesATopic() {
    String topic = BrokerRule.fresh("tool-topics");
    tool(TOPICS, "--create", "--topic", topic, "--partitions", "2", "--config", "segment.ms=70000")
        .printed("Created topic " + topic);
    tool(TOPICS, "--create", "--topic", topic, "--if-not-exists").succeeded();
    StockTool again = tool(TOPICS, "--create", "--topic", topic);
    assertNotEquals(0, again.exitCode());
    assertTrue(again.output().contains("already exists"));
    assertTrue(tool(TOPICS, "--list").lines().contains(topic));
    tool(TOPICS, "--describe", "--topic", topic)
        .printed(
            "Topic: " + topic,
            "PartitionCount: 2",
            "ReplicationFactor: 1",
            "segment.ms=70000",
            "Partition: 1",
            "Leader: 1",
            "Isr: 1");
    assertEquals("", tool(TOPICS, "--describe", "--under-replicated-partitions").succeeded());
    assertEquals("", tool(TOPICS, "--describe", "--unavailable-partitions").succeeded());
    tool(TOPICS, "--alter", "--topic", topic, "--partitions", "5").succeeded();
    tool(TOPICS, "--describe", "--topic", topic).printed("PartitionCount: 5", "Partition: 4");
    tool(TOPICS, "--delete", "--topic", topic).succeeded();
    assertFalse(tool(TOPICS, "--list").lines().contains(topic));
  }

  @Test
  public void configsCommandDescribesAndAlters() throws Exception {
    String topic = kafka.topic("tool-configs", 1);
    String[] of = {"--entity-type", "topics", "--entity-name", topic};
    tool(CONFIGS, concat(of, "--alter", "--add-config", "retention.ms=4321,max.message.bytes=9999"))
        .printed("Completed updating config for topic " + topic);
    // A broker may acknowledge a change before it has read it.
    Await.until("the change is seen", () -> described(of).contains("retention.ms=4321"));
    tool(CONFIGS, concat(of, "--describe"))
        .printed("retention.ms=4321", "max.message.bytes=9999", "DYNAMIC_TOPIC_CONFIG");
    tool(CONFIGS, concat(of, "--alter", "--delete-config", "retention.ms")).succeeded();
    Await.until("this one, too", () -> !described(of).contains("retention.ms"));
    tool(CONFIGS, concat(of, "--describe", "--all")).printed("retention.ms=604800000");
    StockTool bad = tool(CONFIGS, concat(of, "--alter", "--add-config", "retention.ms=soon"));
    assertNotEquals(0, bad.exitCode());
    tool(CONFIGS, "--entity-type", "brokers", "--entity-name", "1", "--describe", "--all")
        .printed("node.id=1", "log.dirs=" + kafka.broker().logDir(), "STATIC_BROKER_CONFIG");
    tool(CONFIGS, "--entity-type", "brokers", "--entity-default", "--describe").succeeded();
  }

  private static String described(String... of) {
    return tool(CONFIGS, concat(of, "--describe")).succeeded();
  }

  private static String[] concat(String[] first, String... more) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  public void consoleProducerAndConsumerPassLines() throws Exception {
    String topic = kafka.topic("tool-console", 1);
    produce(topic, "one\ntwo\nthree\n");
    assertEquals(List.of("one", "two", "three"), consume(topic, 3, "--from-beginning"));
    assertEquals(List.of("three"), consume(topic, 1, "--partition", "0", "--offset", "2"));
    StockTool.kafkaReading(
            "h1:a,h2:b\tkey\tvalue\n",
            CONSOLE_PRODUCER,
            withBootstrap(
                "--topic",
                topic,
                "--compression-codec",
                "zstd",
                "--reader-property",
                "parse.key=true",
                "--reader-property",
                "parse.headers=true"))
        .succeeded();
    List<String> printed =
        consume(
            topic,
            1,
            "--partition",
            "0",
            "--offset",
            "3",
            "--formatter-property",
            "print.key=true",
            "--formatter-property",
            "print.headers=true",
            "--formatter-property",
            "print.offset=true",
            "--isolation-level",
            "read_committed");
    assertEquals(List.of("Offset:3\th1:a,h2:b\tkey\tvalue"), printed);
  }

  @Test
  public void consumerGroupsCommandShowsAndResetsAGroup() throws Exception {
    String topic = kafka.topic("tool-groups", 1);
    String group = BrokerRule.fresh("tool-group");
    produce(
        topic, IntStream.range(0, 10).mapToObj(i -> "v" + i + "\n").collect(Collectors.joining()));
    consume(topic, 10, "--from-beginning", "--group", group);
    assertTrue(tool(GROUPS, "--list").lines().contains(group));
    String[] of = {"--group", group};
    assertEquals("10 of 10, lag 0", position(group, topic));
    tool(GROUPS, concat(of, "--describe", "--state")).printed(group, "Empty", "0");
    tool(GROUPS, concat(of, "--describe", "--members")).succeeded();
    String[] reset = concat(of, "--reset-offsets", "--topic", topic);
    tool(GROUPS, concat(reset, "--to-offset", "3", "--dry-run")).printed(group, topic, "3");
    assertEquals("10 of 10, lag 0", position(group, topic));
    tool(GROUPS, concat(reset, "--to-offset", "3", "--execute")).succeeded();
    assertEquals("3 of 10, lag 7", position(group, topic));
    tool(GROUPS, concat(reset, "--shift-by", "2", "--execute")).succeeded();
    assertEquals("5 of 10, lag 5", position(group, topic));
    tool(GROUPS, concat(reset, "--to-earliest", "--execute")).succeeded();
    assertEquals("0 of 10, lag 10", position(group, topic));
    tool(GROUPS, concat(reset, "--to-latest", "--execute")).succeeded();
    assertEquals("10 of 10, lag 0", position(group, topic));
    tool(GROUPS, concat(reset, "--to-datetime", "2020-01-01T00:00:00.000", "--execute"))
        .succeeded();
    assertEquals("0 of 10, lag 10", position(group, topic));
    tool(GROUPS, concat(of, "--delete-offsets", "--topic", topic)).printed("Successful");
    tool(GROUPS, concat(of, "--delete")).succeeded();
    assertFalse(tool(GROUPS, "--list").lines().contains(group));
  }

  /** What the describe command's one line says of a partition. */
  private static String position(String group, String topic) {
    List<String> lines = tool(GROUPS, "--describe", "--group", group).lines();
    String line = lines.stream().filter(l -> l.contains(topic)).findFirst().orElseThrow();
    String[] columns = line.trim().split("\\s+");
    return columns[3] + " of " + columns[4] + ", lag " + columns[5];
  }

  @Test
  public void offsetsAreGotAndRecordsDeleted() throws Exception {
    String topic = kafka.topic("tool-offsets", 2);
    try (var producer = kafka.producer()) {
      for (int i = 0; i < 20; i++) {
        producer.send(new ProducerRecord<>(topic, i % 2, null, "v" + i));
      }
    }
    assertEquals(List.of(topic + ":0:10", topic + ":1:10"), offsets(topic, "-1"));
    Path json = kafka.broker().scratchDir().resolve(topic + ".json");
    Files.writeString(
        json,
        "{\"version\":1,\"partitions\":[{\"topic\":\"%s\",\"partition\":1,\"offset\":4}]}"
            .formatted(topic));
    tool(DELETE_RECORDS, "--offset-json-file", json.toString()).printed("low_watermark: 4");
    assertEquals(List.of(topic + ":0:0", topic + ":1:4"), offsets(topic, "-2"));
    assertEquals(List.of(topic + ":0:0", topic + ":1:4"), offsets(topic, "earliest"));
    assertEquals(2, offsets(topic, "max-timestamp").size());
  }

  private static List<String> offsets(String topic, String time) {
    return tool(GET_OFFSETS, "--topic", topic, "--time", time).lines();
  }

  @Test
  public void logDirsCommandTellsSizes() throws Exception {
    String topic = kafka.topic("tool-dirs", 1);
    produce(topic, "something\n");
    tool(LOG_DIRS, "--describe", "--topic-list", topic)
        .printed(
            "\"partition\":\"" + topic + "-0\"",
            "\"logDir\":\"" + kafka.broker().logDir() + "\"",
            "\"error\":null");
  }

  /** They leave half of their work to the end of their JVM. */
  @Test
  public void verifiableProducerAndConsumerAgree() throws Exception {
    String topic = kafka.topic("tool-verifiable", 3);
    List<String> produced =
        alone(
                "org.apache.kafka.tools.VerifiableProducer",
                "--topic",
                topic,
                "--max-messages",
                "1000",
                "--acks",
                "-1")
            .lines();
    assertEquals(1000, produced.stream().filter(l -> l.contains("producer_send_success")).count());
    assertTrue(produced.toString(), produced.stream().noneMatch(l -> l.contains("send_error")));
    List<String> consumed =
        alone(
                "org.apache.kafka.tools.VerifiableConsumer",
                "--topic",
                topic,
                "--group-id",
                BrokerRule.fresh("verifiable"),
                "--max-messages",
                "1000",
                "--verbose")
            .lines();
    assertEquals(1000, consumed.stream().filter(l -> l.contains("\"record_data\"")).count());
    assertTrue(consumed.stream().anyMatch(l -> l.contains("\"offsets_committed\"")));
    assertTrue(consumed.stream().noneMatch(l -> l.contains("\"success\":false")));
  }

  @Test
  public void performanceToolsRunThrough() throws Exception {
    String topic = kafka.topic("tool-perf", 3);
    tool(
            "org.apache.kafka.tools.ProducerPerformance",
            "--topic",
            topic,
            "--num-records",
            "50000",
            "--record-size",
            "200",
            "--throughput",
            "-1")
        .printed("50000 records sent");
    String consumed =
        tool(
                "org.apache.kafka.tools.ConsumerPerformance",
                "--topic",
                topic,
                "--num-records",
                "50000",
                "--timeout",
                "120000",
                "--hide-header")
            .succeeded();
    String[] fields = consumed.strip().split(", ");
    assertEquals(consumed, "50000", fields[4]);
  }

  @Test
  public void versionsAndGroupsAreToldToTheRemainingTools() throws Exception {
    tool(API_VERSIONS).printed("Produce(0): ", "ApiVersions(18): ");
    String group = BrokerRule.fresh("tool-all-groups");
    String topic = kafka.topic("tool-all", 1);
    produce(topic, "v\n");
    consume(topic, 1, "--from-beginning", "--group", group);
    tool(ALL_GROUPS, "--list").printed(group, "Classic", "consumer");
  }
}
