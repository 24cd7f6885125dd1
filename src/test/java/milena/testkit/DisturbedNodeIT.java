package milena.testkit;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import milena.testing.Described;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Nodes that stand still or are cut off: the others go on, and they themselves afterwards. */
public class DisturbedNodeIT extends JUnitSuite {
  private static final TopicPartition PARTITION = new TopicPartition("kept", 0);

  /** The session, a fence, an election of leaders, and a client's way to the new one. */
  private static final long LEADS_AGAIN_SECONDS = 5;

  private static final int LIMIT_SECONDS = 90;

  @Test
  public void thePausedLeaderIsReplacedAndFollowsWhenItWakes() throws Exception {
    leaderIsReplaced(MilenaCluster::pauseNode);
  }

  @Test
  public void theLeaderThatIsCutOffIsReplacedAndFollowsWhenItIsBack() throws Exception {
    leaderIsReplaced(MilenaCluster::cutNode);
  }

  /**
   * The node leads the partition, and the metadata quorum as well if chance has it. Only a fence
   * can have another lead in time: long before the node counts as dead, or Akka finds it silent.
   */
  private static void leaderIsReplaced(BiConsumer<MilenaCluster, Integer> disturb)
      throws Exception {
    try (MilenaCluster cluster =
            MilenaCluster.builder()
                .nodes(3)
                .config("min.insync.replicas", "2")
                .config("milena.akka.cluster.failure-detector.acceptable-heartbeat-pause", "1h")
                .start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 3))).all().get();
      send(cluster, 0, 50);
      awaitInSync(admin, Set.of(1, 2, 3));
      int leader = partition(admin).leader().id();
      disturb.accept(cluster, leader);
      Set<Integer> others = new TreeSet<>(Set.of(1, 2, 3));
      others.remove(leader);
      long began = System.nanoTime();
      send(cluster, 50, 100, others);
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
      assertTrue("It took " + seconds + " s", seconds < 3 * LEADS_AGAIN_SECONDS);
      cluster.healNode(leader);
      awaitInSync(admin, Set.of(1, 2, 3));
      send(cluster, 100, 150);
      List<String> expected = IntStream.range(0, 150).mapToObj(Integer::toString).toList();
      assertEquals(expected, read(cluster, expected.size()));
    }
  }

  @Test
  public void brokersServeWhileTheControllersStandStill() throws Exception {
    try (MilenaCluster cluster = MilenaCluster.builder().controllers(1).brokers(2).start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
      assertEquals(List.of(1, 2, 3), cluster.nodeIds());
      assertEquals(1, cluster.controllerId());
      admin.createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 2))).all().get();
      awaitInSync(admin, Set.of(2, 3));
      awaitBrokers(admin, 2);
      // It has its producer id from the controller.
      try (KafkaProducer<String, String> producer = producer(cluster.bootstrapServers())) {
        send(producer, 0, 20);
        // Without a controller nothing changes, and leaders go on.
        cluster.pauseNode(1);
        send(producer, 20, 40);
      }
      assertEquals(40, read(cluster, 40).size());
      cluster.healNode(1);
      assertEquals(2, partition(admin).replicas().size());
    }
  }

  private static TopicPartitionInfo partition(Admin admin) throws Exception {
    return Described.partition(admin, PARTITION);
  }

  /** The broker that is asked may hear of another a moment after the controller let that in. */
  private static void awaitBrokers(Admin admin, int expected) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    int there = 0;
    while (there != expected) {
      assertTrue("There are " + there, System.nanoTime() < deadline);
      there = admin.describeCluster().nodes().get().size();
    }
  }

  private static void awaitInSync(Admin admin, Set<Integer> expected) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    Set<Integer> inSync = Set.of();
    while (!inSync.equals(expected)) {
      assertTrue("In sync are " + inSync, System.nanoTime() < deadline);
      inSync = new TreeSet<>();
      for (var each : partition(admin).isr()) {
        inSync.add(each.id());
      }
    }
  }

  private static void send(MilenaCluster cluster, int from, int until) throws Exception {
    send(cluster, from, until, Set.copyOf(cluster.nodeIds()));
  }

  /** With a producer that has yet to hear of any leader. */
  private static void send(MilenaCluster cluster, int from, int until, Set<Integer> through)
      throws Exception {
    String servers =
        String.join(",", through.stream().map(id -> cluster.node(id).bootstrapServers()).toList());
    try (KafkaProducer<String, String> producer = producer(servers)) {
      send(producer, from, until);
    }
  }

  private static KafkaProducer<String, String> producer(String servers) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", servers, "request.timeout.ms", 2000),
        new StringSerializer(),
        new StringSerializer());
  }

  private static void send(KafkaProducer<String, String> producer, int from, int until)
      throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = from; i < until; i++) {
      sent.add(producer.send(new ProducerRecord<>(PARTITION.topic(), 0, null, "" + i)));
    }
    for (Future<RecordMetadata> each : sent) {
      each.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }

  private static List<String> read(MilenaCluster cluster, int count) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", cluster.bootstrapServers()),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
      while (values.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
          values.add(each.value());
        }
      }
    }
    return values;
  }
}
