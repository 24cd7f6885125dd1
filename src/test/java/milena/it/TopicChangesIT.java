package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import milena.testkit.MilenaCluster;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Three replicas of topics that grow, shrink and go while they are written to. */
public class TopicChangesIT extends JUnitSuite {
  private static final TopicPartition KEPT = new TopicPartition("kept", 0);
  private static final long LIMIT_SECONDS = Await.LIMIT.toSeconds();

  @Test
  public void topicsGrowAndGoUnderLoadAndDeletedRecordsAreGoneEverywhere() throws Exception {
    try (MilenaCluster cluster =
            MilenaCluster.builder()
                .nodes(3)
                .config("min.insync.replicas", "2")
                // A producer whose topic has gone asks for it, and would have it made again.
                .config("auto.create.topics.enable", "false")
                // So long that nobody is left out because it says nothing.
                .config("replica.lag.time.max.ms", "" + 2000 * LIMIT_SECONDS)
                .start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
        KafkaProducer<String, String> producer = producer(cluster, Map.of());
        // What was under way to the topic that goes is given up in time.
        KafkaProducer<String, String> toDoomed =
            producer(
                cluster, Map.of("delivery.timeout.ms", "10000", "request.timeout.ms", "5000"))) {
      create(admin, KEPT.topic());
      create(admin, "doomed");
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      List<KafkaFuture<Void>> changes = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        sent.add(producer.send(new ProducerRecord<>(KEPT.topic(), 0, null, "r" + i)));
        if (i <= 100) {
          toDoomed.send(new ProducerRecord<>("doomed", 0, null, "r" + i));
        }
        if (i == 100) {
          changes.add(
              admin.createPartitions(Map.of(KEPT.topic(), NewPartitions.increaseTo(6))).all());
          changes.add(admin.deleteTopics(List.of("doomed")).all());
        }
      }
      for (Future<RecordMetadata> each : sent) {
        each.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      }
      for (KafkaFuture<Void> each : changes) {
        each.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      }
      Await.until(
          "there are six partitions",
          () ->
              admin
                      .describeTopics(List.of(KEPT.topic()))
                      .allTopicNames()
                      .get()
                      .get(KEPT.topic())
                      .partitions()
                      .size()
                  == 6);
      for (int partition = 0; partition < 6; partition++) {
        producer
            .send(new ProducerRecord<>(KEPT.topic(), partition, null, "last"))
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
      }
      Await.until("the other is gone", () -> !admin.listTopics().names().get().contains("doomed"));
      deletedRecordsAreGone(cluster, admin);
    }
  }

  private static void create(Admin admin, String topic) throws Exception {
    admin
        .createTopics(List.of(new NewTopic(topic, 1, (short) 3)))
        .all()
        .get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  private static KafkaProducer<String, String> producer(
      MilenaCluster cluster, Map<String, Object> more) {
    Map<String, Object> config = new HashMap<>(more);
    config.put("bootstrap.servers", cluster.bootstrapServers());
    return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
  }

  /**
   * The deletion is answered when all followers have said that they have heard of it, and then
   * whoever leads next does not show them.
   */
  private static void deletedRecordsAreGone(MilenaCluster cluster, Admin admin) throws Exception {
    long began = System.nanoTime();
    long low =
        admin
            .deleteRecords(Map.of(KEPT, RecordsToDelete.beforeOffset(60)))
            .lowWatermarks()
            .get(KEPT)
            .get(LIMIT_SECONDS, TimeUnit.SECONDS)
            .lowWatermark();
    long tookMs = (System.nanoTime() - began) / 1_000_000;
    assertEquals(60, low);
    assertTrue("took " + tookMs + " ms", tookMs < 10_000);
    int leader = leader(admin);
    cluster.killNode(leader);
    Await.until("another leads", () -> leader(admin) > 0 && leader(admin) != leader);
    assertEquals(
        60,
        admin
            .listOffsets(Map.of(KEPT, OffsetSpec.earliest()))
            .partitionResult(KEPT)
            .get(LIMIT_SECONDS, TimeUnit.SECONDS)
            .offset());
  }

  private static int leader(Admin admin) throws Exception {
    var leader =
        admin
            .describeTopics(List.of(KEPT.topic()))
            .allTopicNames()
            .get(LIMIT_SECONDS, TimeUnit.SECONDS)
            .get(KEPT.topic())
            .partitions()
            .get(0)
            .leader();
    return leader == null ? -1 : leader.id();
  }
}
