package milena.testkit;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import milena.testing.Described;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** A stock consumer that says where it stands reads from the follower in its rack (KIP-392). */
public class FollowerFetchIT extends JUnitSuite {
  private static final TopicPartition PARTITION = new TopicPartition("near", 0);
  private static final int RECORDS = 300;
  private static final int LIMIT_SECONDS = 180;

  @Test
  public void aConsumerReadsInItsOwnRackAndFromTheLeaderWhenThatIsGone() throws Exception {
    try (MilenaCluster cluster =
            MilenaCluster.builder()
                .nodes(3)
                .config("replica.selector.class", SELECTOR)
                .config(1, "broker.rack", "rack-1")
                .config(2, "broker.rack", "rack-2")
                .config(3, "broker.rack", "rack-3")
                .start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
        KafkaProducer<String, String> producer =
            new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
      admin
          .createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 3)))
          .all()
          .get(LIMIT_SECONDS, TimeUnit.SECONDS);
      int leader = Described.partition(admin, PARTITION).leader().id();
      int near = 1 + leader % 3;
      try (KafkaConsumer<String, String> consumer = consumer(cluster, "rack-" + near)) {
        consumer.assign(List.of(PARTITION));
        List<String> sent = new ArrayList<>();
        List<String> read = new ArrayList<>();
        // The leader sends it there once it knows that the other has the records and where it is.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (sentTo(consumer) != near) {
          assertTrue("it is never sent to " + near, System.nanoTime() < deadline);
          read.addAll(poll(consumer, Duration.ofMillis(50)));
        }
        double beforeNear = receivedFrom(consumer, near);
        double beforeLeader = receivedFrom(consumer, leader);
        for (int i = 0; i < RECORDS; i++) {
          sent.add("v" + i);
          producer
              .send(new ProducerRecord<>(PARTITION.topic(), "v" + i))
              .get(LIMIT_SECONDS, TimeUnit.SECONDS);
          read.addAll(poll(consumer, Duration.ofMillis(1)));
        }
        pollUntil(consumer, read, RECORDS);
        assertEquals(sent, read);
        double fromNear = receivedFrom(consumer, near) - beforeNear;
        double fromLeader = receivedFrom(consumer, leader) - beforeLeader;
        assertTrue(fromNear + " " + fromLeader, fromNear > RECORDS / 2.0 * "v000".length());
        assertTrue(fromNear + " " + fromLeader, fromNear > 2 * fromLeader);

        cluster.killNode(near);
        for (int i = 0; i < RECORDS; i++) {
          sent.add("w" + i);
          producer.send(new ProducerRecord<>(PARTITION.topic(), "w" + i));
        }
        producer.flush();
        pollUntil(consumer, read, 2 * RECORDS);
        assertEquals(sent, read);
      }
    }
  }

  private static final String SELECTOR = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

  private static KafkaConsumer<String, String> consumer(MilenaCluster cluster, String rack) {
    return new KafkaConsumer<>(
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            cluster.bootstrapServers(),
            ConsumerConfig.CLIENT_RACK_CONFIG,
            rack,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "earliest"),
        new StringDeserializer(),
        new StringDeserializer());
  }

  private static List<String> poll(KafkaConsumer<String, String> consumer, Duration wait) {
    List<String> values = new ArrayList<>();
    for (ConsumerRecord<String, String> record : consumer.poll(wait)) {
      values.add(record.value());
    }
    return values;
  }

  private static void pollUntil(
      KafkaConsumer<String, String> consumer, List<String> read, int count) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (read.size() < count && System.nanoTime() < deadline) {
      read.addAll(poll(consumer, Duration.ofMillis(200)));
    }
  }

  /** The replica that the leader has sent it to; -1 as long as it has not. */
  private static int sentTo(KafkaConsumer<String, String> consumer) {
    return consumer.metrics().values().stream()
        .filter(metric -> metric.metricName().name().equals("preferred-read-replica"))
        .mapToInt(metric -> ((Number) metric.metricValue()).intValue())
        .max()
        .orElse(-1);
  }

  /** The bytes that a node's connection has brought. */
  private static double receivedFrom(KafkaConsumer<String, String> consumer, int node) {
    return consumer.metrics().values().stream()
        .filter(metric -> metric.metricName().group().equals("consumer-node-metrics"))
        .filter(metric -> metric.metricName().name().equals("incoming-byte-total"))
        .filter(metric -> metric.metricName().tags().get("node-id").equals("node-" + node))
        .map(Metric::metricValue)
        .mapToDouble(value -> (Double) value)
        .sum();
  }
}
