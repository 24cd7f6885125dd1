package milena.testkit;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import milena.testing.Described;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Three replicas of a partition on three nodes in one JVM, and clients that lose nothing. */
public class ReplicationIT extends JUnitSuite {
  private static final TopicPartition PARTITION = new TopicPartition("kept", 0);

  @Test
  public void whatIsAcknowledgedOutlivesItsLeader() throws Exception {
    try (MilenaCluster cluster =
            MilenaCluster.builder().nodes(3).config("min.insync.replicas", "2").start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
        KafkaProducer<String, String> producer = producer(cluster)) {
      admin
          .createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 3)))
          .all()
          .get(180, TimeUnit.SECONDS);
      Set<String> acknowledged = new LinkedHashSet<>();
      for (int round = 0; round < 3; round++) {
        awaitInSync(admin, 3);
        acknowledged.addAll(send(producer, round + "-a-", 200));
        int leader = partition(admin).leader().id();
        cluster.killNode(leader);
        acknowledged.addAll(send(producer, round + "-b-", 200));
        cluster.startNode(leader);
      }
      awaitInSync(admin, 3);
      assertEquals(
          new ArrayList<>(acknowledged),
          read(cluster, values -> values.size() >= acknowledged.size()));
    }
  }

  @Test
  public void tooFewInSyncTakeNothingUntilTheOthersAreBack() throws Exception {
    try (MilenaCluster cluster =
            MilenaCluster.builder().nodes(3).config("min.insync.replicas", "3").start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
        KafkaProducer<String, String> producer = producer(cluster)) {
      admin
          .createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 3)))
          .all()
          .get(180, TimeUnit.SECONDS);
      List<String> acknowledged = send(producer, "before-", 50);
      int follower = 1 + partition(admin).leader().id() % 3;
      cluster.stopNode(follower);
      try (KafkaProducer<String, String> impatient =
          new KafkaProducer<>(
              Map.of(
                  ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                  cluster.bootstrapServers(),
                  ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                  false,
                  ProducerConfig.RETRIES_CONFIG,
                  0),
              new StringSerializer(),
              new StringSerializer())) {
        awaitRefusal(impatient);
      }
      cluster.startNode(follower);
      acknowledged.addAll(send(producer, "after-", 50));
      List<String> read = read(cluster, values -> values.contains("after-49"));
      read.removeIf(value -> value.equals("early"));
      assertEquals(acknowledged, read);
    }
  }

  /**
   * Sends until a record is refused for want of replicas before it is written. The leader may hear
   * a moment after the controller that a follower has gone; what it takes before that is in the
   * log, acknowledged or not.
   */
  private static void awaitRefusal(KafkaProducer<String, String> producer) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
    Throwable refusal = null;
    while (!(refusal instanceof NotEnoughReplicasException)) {
      assertTrue("Not refused: " + refusal, System.nanoTime() < deadline);
      try {
        producer.send(record("early")).get(180, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        refusal = e.getCause();
      }
    }
  }

  private static ProducerRecord<String, String> record(String value) {
    return new ProducerRecord<>(PARTITION.topic(), 0, null, value);
  }

  private static KafkaProducer<String, String> producer(MilenaCluster cluster) {
    return new KafkaProducer<>(
        Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers()),
        new StringSerializer(),
        new StringSerializer());
  }

  private static List<String> send(KafkaProducer<String, String> producer, String prefix, int count)
      throws Exception {
    List<String> values = new ArrayList<>();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(prefix + i);
      sent.add(producer.send(record(prefix + i)));
    }
    for (Future<RecordMetadata> each : sent) {
      each.get(180, TimeUnit.SECONDS);
    }
    return values;
  }

  private static TopicPartitionInfo partition(Admin admin) throws Exception {
    return Described.partition(admin, PARTITION);
  }

  private static void awaitInSync(Admin admin, int count) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
    TopicPartitionInfo now = partition(admin);
    while (now.isr().size() < count) {
      assertTrue("not in sync again: " + now, System.nanoTime() < deadline);
      Thread.sleep(50);
      now = partition(admin);
    }
  }

  private static List<String> read(MilenaCluster cluster, Predicate<List<String>> whole) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                cluster.bootstrapServers(),
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
      while (!whole.test(values) && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }
}
