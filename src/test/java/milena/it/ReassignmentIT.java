package milena.it;

import static org.junit.Assert.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import milena.testing.EachBroker;
import milena.testkit.MilenaCluster;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Partitions move between four nodes while they are written to, and nothing is lost. */
public class ReassignmentIT extends JUnitSuite {
  private static final String TOPIC = "moved";
  private static final long LIMIT_SECONDS = Await.LIMIT.toSeconds();
  private static final String TOOL = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  /** Writes about a record a millisecond until it is closed, and keeps what was acknowledged. */
  private static final class Writer implements AutoCloseable {
    private final KafkaProducer<String, String> producer;
    private final ConcurrentLinkedQueue<Future<RecordMetadata>> sent =
        new ConcurrentLinkedQueue<>();
    private final Thread thread = new Thread(this::write, "writer");
    private volatile boolean closed;

    Writer(MilenaCluster cluster) {
      producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", cluster.bootstrapServers()),
              new StringSerializer(),
              new StringSerializer());
      thread.start();
    }

    private void write() {
      for (int i = 0; !closed; i++) {
        sent.add(producer.send(new ProducerRecord<>(TOPIC, i % 3, null, "record " + i)));
        LockSupport.parkNanos(1_000_000);
      }
    }

    /** Ends it once 100 more records are on their way; how many all of them are, acknowledged. */
    int stop() throws Exception {
      int before = sent.size();
      Await.until("writing goes on", () -> sent.size() >= before + 100);
      closed = true;
      thread.join();
      for (Future<RecordMetadata> each : sent) {
        each.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      }
      return sent.size();
    }

    @Override
    public void close() {
      closed = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      producer.close();
    }
  }

  private static Admin admin(MilenaCluster cluster) {
    return Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
  }

  private static void create(MilenaCluster cluster, Admin admin) throws Exception {
    Map<Integer, List<Integer>> places =
        Map.of(0, List.of(1, 2, 3), 1, List.of(2, 3, 1), 2, List.of(3, 1, 2));
    admin
        .createTopics(List.of(new NewTopic(TOPIC, places)))
        .all()
        .get(LIMIT_SECONDS, TimeUnit.SECONDS);
    EachBroker.awaitTopic(cluster, TOPIC);
  }

  private static List<TopicPartitionInfo> partitions(Admin admin) throws Exception {
    return admin
        .describeTopics(List.of(TOPIC))
        .allTopicNames()
        .get(LIMIT_SECONDS, TimeUnit.SECONDS)
        .get(TOPIC)
        .partitions();
  }

  private static List<Integer> ids(List<Node> nodes) {
    return nodes.stream().map(Node::id).toList();
  }

  private static Map<TopicPartition, PartitionReassignment> underWay(Admin admin) throws Exception {
    return admin.listPartitionReassignments().reassignments().get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private static StockTool tool(MilenaCluster cluster, String... arguments) {
    List<String> all = new ArrayList<>(List.of("--bootstrap-server", cluster.bootstrapServers()));
    all.addAll(List.of(arguments));
    return StockTool.kafka(TOOL, all.toArray(String[]::new));
  }

  @Test
  public void theStockToolMovesPartitionsUnderLoad() throws Exception {
    Path file = folder.newFile("plan.json").toPath();
    Files.writeString(file, "{\"version\":1,\"topics\":[{\"topic\":\"" + TOPIC + "\"}]}");
    try (MilenaCluster cluster =
            MilenaCluster.builder().nodes(4).config("min.insync.replicas", "2").start();
        Admin admin = admin(cluster)) {
      create(cluster, admin);
      try (Writer writer = new Writer(cluster)) {
        String proposed =
            tool(
                    cluster,
                    "--generate",
                    "--topics-to-move-json-file",
                    file.toString(),
                    "--broker-list",
                    "2,3,4")
                .printed("Proposed partition reassignment configuration");
        Files.writeString(file, proposed.substring(proposed.lastIndexOf("{\"version\"")));
        tool(
                cluster,
                "--execute",
                "--reassignment-json-file",
                file.toString(),
                "--throttle",
                "50000000")
            .printed("Successfully started partition reassignments");
        // Who is asked may hear of it a moment after the tool was answered.
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "2");
        Await.until("the throttle is set", () -> !settings(admin, broker).isEmpty());
        awaitReplicas(admin, Set.of(2, 3, 4));
        awaitNothingUnderWay(cluster);
        tool(cluster, "--verify", "--reassignment-json-file", file.toString())
            .printed("Reassignment of partition moved-2 is completed", "Clearing broker-level");
        Await.until("no throttle is left", () -> settings(admin, broker).isEmpty());
        assertWhole(cluster, writer.stop());
      }
    }
  }

  /** The names of the throttles that a resource has. */
  private static Set<String> settings(Admin admin, ConfigResource resource) throws Exception {
    return admin
        .describeConfigs(List.of(resource))
        .all()
        .get(LIMIT_SECONDS, TimeUnit.SECONDS)
        .get(resource)
        .entries()
        .stream()
        .filter(entry -> entry.name().contains("throttled"))
        .filter(entry -> entry.source().name().startsWith("DYNAMIC"))
        .map(entry -> entry.name())
        .collect(Collectors.toSet());
  }

  @Test
  public void aMoveOutlivesTheControllerAndCanBeGivenUp() throws Exception {
    try (MilenaCluster cluster =
            MilenaCluster.builder().nodes(4).config("min.insync.replicas", "2").start();
        Admin admin = admin(cluster)) {
      create(cluster, admin);
      try (Writer writer = new Writer(cluster)) {
        cluster.killNode(4);
        TopicPartition first = new TopicPartition(TOPIC, 0);
        TopicPartition second = new TopicPartition(TOPIC, 1);
        Optional<NewPartitionReassignment> withFour =
            Optional.of(new NewPartitionReassignment(List.of(4, 2, 3)));
        admin
            .alterPartitionReassignments(Map.of(first, withFour, second, withFour))
            .all()
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        Await.until("both are under way", () -> underWay(admin).size() == 2);
        int controller = EachBroker.controller(cluster);
        cluster.killNode(controller); // two of four voters are left: nothing is decided
        cluster.startNode(controller);
        Await.until("all is as it was", () -> isAsItWas(underWay(admin), Set.of(first, second)));
        admin
            .alterPartitionReassignments(Map.of(second, Optional.empty()))
            .all()
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        Await.until("one is given up", () -> underWay(admin).keySet().equals(Set.of(first)));
        Await.until(
            "it is where it was",
            () -> Set.copyOf(ids(partitions(admin).get(1).replicas())).equals(Set.of(1, 2, 3)));
        cluster.startNode(4);
        Await.until(
            "the other ends",
            () -> ids(partitions(admin).get(0).replicas()).equals(List.of(4, 2, 3)));
        Await.until("nothing is under way", () -> underWay(admin).isEmpty());
        assertWhole(cluster, writer.stop());
      }
    }
  }

  /** All partitions are on these nodes, each of which is in sync. */
  private static void awaitReplicas(Admin admin, Set<Integer> expected) {
    Await.until(
        "all have moved to " + expected,
        () ->
            partitions(admin).stream()
                .allMatch(
                    partition ->
                        Set.copyOf(ids(partition.replicas())).equals(expected)
                            && Set.copyOf(ids(partition.isr())).equals(expected)));
  }

  /** As each broker tells, so that it is all the same which one a tool asks then. */
  private static void awaitNothingUnderWay(MilenaCluster cluster) {
    for (int id : cluster.nodeIds()) {
      Map<String, Object> asked = Map.of("bootstrap.servers", cluster.node(id).bootstrapServers());
      try (Admin asking = Admin.create(asked)) {
        Await.until("nothing is under way for " + id, () -> underWay(asking).isEmpty());
      }
    }
  }

  /** As one broker tells, to which it may come later than to others. */
  private static boolean isAsItWas(
      Map<TopicPartition, PartitionReassignment> underWay, Set<TopicPartition> expected) {
    return underWay.keySet().equals(expected)
        && underWay.values().stream()
            .allMatch(
                each ->
                    each.addingReplicas().equals(List.of(4))
                        && each.removingReplicas().equals(List.of(1)));
  }

  /** Every record that was sent is there, once and in order. */
  private static void assertWhole(MilenaCluster cluster, int sent) {
    Map<Integer, List<Integer>> found =
        Map.of(0, new ArrayList<>(), 1, new ArrayList<>(), 2, new ArrayList<>());
    int count = 0;
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                cluster.bootstrapServers(),
                "auto.offset.reset",
                "earliest",
                "group.id",
                "readers"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(found.keySet().stream().map(i -> new TopicPartition(TOPIC, i)).toList());
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
      while (count < sent && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          found.get(record.partition()).add(Integer.parseInt(record.value().substring(7)));
          count++;
        }
      }
    }
    for (int partition = 0; partition < 3; partition++) {
      List<Integer> expected = new ArrayList<>();
      for (int i = partition; i < sent; i += 3) {
        expected.add(i);
      }
      assertEquals("partition " + partition, expected, found.get(partition));
    }
  }
}
