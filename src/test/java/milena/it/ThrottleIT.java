package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import milena.testing.EachBroker;
import milena.testkit.MilenaCluster;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Partitions move no faster than they are told (KIP-73), by Kafka's tool and by our own. */
public class ThrottleIT extends JUnitSuite {
  private static final String TOOL = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand";
  private static final TopicPartition HEAVY = new TopicPartition("heavy", 0);
  private static final TopicPartition LIGHT = new TopicPartition("heavy", 1);

  /** In which a thousand bytes a second are less than the records of one fetch. */
  private static final int LONG_WINDOW_SECONDS = 600;

  private static final int RECORDS = 80;
  private static final long LIMIT_SECONDS = Await.LIMIT.toSeconds();
  private static final int RECORD_BYTES = 100_000;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private MilenaCluster cluster;
  private Admin admin;
  private KafkaProducer<byte[], byte[]> producer;

  /**
   * As Kafka's, a throttle is of the bytes in some windows of time, and lets a fetch pass again
   * when the last one is in none of them.
   */
  private void start(int windowSeconds) throws Exception {
    cluster =
        MilenaCluster.builder()
            .nodes(3)
            .config("replication.quota.window.size.seconds", "" + windowSeconds)
            .start();
    Map<String, Object> client = Map.of("bootstrap.servers", cluster.bootstrapServers());
    admin = Admin.create(client);
    producer = new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
    Map<Integer, List<Integer>> places = Map.of(0, List.of(1, 2), 1, List.of(2, 3));
    admin
        .createTopics(List.of(new NewTopic("heavy", places)))
        .all()
        .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    EachBroker.awaitTopic(cluster, "heavy");
    for (int i = 0; i < RECORDS; i++) {
      producer.send(new ProducerRecord<>("heavy", 0, null, new byte[RECORD_BYTES]));
    }
    producer.flush();
  }

  @After
  public void stop() {
    if (producer != null) {
      producer.close();
    }
    if (admin != null) {
      admin.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private Path plan(TopicPartition partition, int... replicas) throws Exception {
    Path file = folder.newFile().toPath();
    Files.writeString(
        file,
        String.format(
            "{\"version\":1,\"partitions\":[{\"topic\":\"%s\",\"partition\":%d,\"replicas\":[%d,%d]}]}",
            partition.topic(), partition.partition(), replicas[0], replicas[1]));
    return file;
  }

  private StockTool tool(Path plan, String action, String... arguments) {
    List<String> all =
        new ArrayList<>(List.of("--bootstrap-server", cluster.bootstrapServers(), action));
    if (plan != null) {
      all.addAll(List.of("--reassignment-json-file", plan.toString()));
    }
    all.addAll(List.of(arguments));
    return StockTool.kafka(TOOL, all.toArray(String[]::new));
  }

  private StockTool milena(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("-b", cluster.bootstrapServers()));
    return ToolProcess.milena("", all.toArray(String[]::new));
  }

  private List<Integer> replicas(TopicPartition partition) throws Exception {
    return admin
        .describeTopics(List.of(partition.topic()))
        .allTopicNames()
        .get(LIMIT_SECONDS, TimeUnit.SECONDS)
        .get(partition.topic())
        .partitions()
        .get(partition.partition())
        .replicas()
        .stream()
        .map(Node::id)
        .toList();
  }

  /** The throttles that are set anywhere. */
  private Set<String> throttles() throws Exception {
    return admin
        .describeConfigs(
            List.of(
                new ConfigResource(ConfigResource.Type.BROKER, "1"),
                new ConfigResource(ConfigResource.Type.BROKER, "3"),
                new ConfigResource(ConfigResource.Type.TOPIC, "heavy")))
        .all()
        .get(LIMIT_SECONDS, TimeUnit.SECONDS)
        .values()
        .stream()
        .flatMap(config -> config.entries().stream())
        .filter(entry -> entry.source().name().startsWith("DYNAMIC"))
        .map(entry -> entry.name())
        .collect(Collectors.toSet());
  }

  /** Who is asked may hear of it a moment after the tool was answered. */
  private void awaitThrottles(Set<String> expected) {
    Await.until("the throttles are " + expected, () -> throttles().equals(expected));
  }

  /** As each broker tells, so that it is all the same which one a tool asks then. */
  private void awaitUnderWay(Set<TopicPartition> expected) {
    for (int id : cluster.nodeIds()) {
      Map<String, Object> asked = Map.of("bootstrap.servers", cluster.node(id).bootstrapServers());
      try (Admin asking = Admin.create(asked)) {
        Await.until(
            "under way are " + expected + " for " + id,
            () ->
                asking
                    .listPartitionReassignments()
                    .reassignments()
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS)
                    .keySet()
                    .equals(expected));
      }
    }
  }

  /** How much of the heavy partition is with a broker. */
  private long heavyBytesAt(int broker) throws Exception {
    return admin
        .describeLogDirs(List.of(broker))
        .allDescriptions()
        .get(LIMIT_SECONDS, TimeUnit.SECONDS)
        .get(broker)
        .values()
        .stream()
        .map(directory -> directory.replicaInfos().get(HEAVY))
        .filter(replica -> replica != null)
        .mapToLong(replica -> replica.size())
        .sum();
  }

  @Test
  public void aMoveTakesAsLongAsItsRateSaysAndOthersDoNotWait() throws Exception {
    start(1);
    Path heavy = plan(HEAVY, 2, 3);
    long rate = 1_000_000;
    long expectedMs = 1000 * heavyBytesAt(2) / rate; // 8 s
    long begunAt = System.nanoTime();
    // At first so slowly that it is under way however slow the machine is.
    tool(heavy, "--execute", "--throttle", "1000").printed("Successfully started");
    Await.until(
        "the throttles are known",
        () -> throttles().contains("follower.replication.throttled.replicas"));
    producer
        .send(new ProducerRecord<>("heavy", 0, null, new byte[10]))
        .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    producer
        .send(new ProducerRecord<>("heavy", 1, null, new byte[10]))
        .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    awaitUnderWay(Set.of(HEAVY));
    tool(heavy, "--execute", "--additional", "--throttle", "" + rate)
        .printed("Successfully started");
    awaitUnderWay(Set.of());
    long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunAt);
    // As a whole it went no faster than it might at any time; a fetch or two may go over the rate.
    assertTrue("took " + tookMs + " ms instead of " + expectedMs, tookMs > expectedMs / 2);
    tool(heavy, "--verify").printed("Reassignment of partition heavy-0 is completed", "Clearing");
    awaitThrottles(Set.of());
    assertEquals(List.of(2, 3), replicas(HEAVY));
  }

  @Test
  public void aMoveThatWouldTakeHoursIsListedAddedToAndCancelled() throws Exception {
    start(LONG_WINDOW_SECONDS);
    Path heavy = plan(HEAVY, 1, 3);
    Path light = plan(LIGHT, 2, 1);
    tool(heavy, "--execute", "--throttle", "1000").printed("Successfully started");
    awaitUnderWay(Set.of(HEAVY));
    tool(null, "--list").printed("heavy-0: replicas: 1,3,2. adding: 3. removing: 2.");
    StockTool second = tool(light, "--execute");
    assertTrue(second.output(), second.exitCode() != 0);
    tool(light, "--execute", "--additional", "--throttle", "1000").printed("Successfully started");
    Await.until("the light one has moved", () -> replicas(LIGHT).equals(List.of(2, 1)));
    awaitUnderWay(Set.of(HEAVY));
    tool(heavy, "--verify").printed("Reassignment of partition heavy-0 is still in progress");
    tool(heavy, "--cancel").printed("Successfully cancelled");
    awaitUnderWay(Set.of());
    Await.until("it is there", () -> replicas(HEAVY).equals(List.of(1, 2)));
    Await.until("it is there", () -> replicas(LIGHT).equals(List.of(2, 1)));
    awaitThrottles(Set.of());
  }

  @Test
  public void ourOwnToolMovesAndCancelsToo() throws Exception {
    start(LONG_WINDOW_SECONDS);
    Path heavy = plan(HEAVY, 1, 3);
    milena("reassign", "start", heavy.toString(), "--throttle", "1000").printed("Begun");
    awaitUnderWay(Set.of(HEAVY));
    milena("reassign", "status").printed("heavy", "1,3,2");
    Set<String> set =
        Set.of(
            "leader.replication.throttled.rate",
            "follower.replication.throttled.rate",
            "leader.replication.throttled.replicas",
            "follower.replication.throttled.replicas");
    awaitThrottles(set);
    milena("reassign", "cancel", plan(LIGHT, 2, 1).toString()).printed("for 0 partitions");
    awaitThrottles(set); // the heavy one still moves by them
    milena("reassign", "cancel", "--preserve-throttles").printed("Cancelled for 1 partitions");
    awaitThrottles(set);
    awaitUnderWay(Set.of());
    milena("reassign", "status", "--clear-throttle").printed("Nothing is being moved");
    awaitThrottles(Set.of());
    Await.until("it is there", () -> replicas(HEAVY).equals(List.of(1, 2)));
    milena("reassign", "start", heavy.toString(), "--throttle", "1000").printed("Begun");
    awaitUnderWay(Set.of(HEAVY));
    awaitThrottles(set);
    milena("reassign", "cancel").printed("Cancelled for 1 partitions");
    awaitThrottles(Set.of()); // as Kafka's tool does it
  }
}
