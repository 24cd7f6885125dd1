package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
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
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Three replicas of topics that grow, shrink and go while they are written to. */
public class TopicChangesIT extends JUnitSuite {
  private static final TopicPartition KEPT = new TopicPartition("kept", 0);

  @Test
  public void topicsGrowAndGoUnderLoadAndDeletedRecordsAreGoneEverywhere() throws Exception {
    try (MilenaCluster cluster =
            MilenaCluster.builder()
                .nodes(3)
                .config("min.insync.replicas", "2")
                // A producer whose topic has gone asks for it, and would have it made again.
                .config("auto.create.topics.enable", "false")
                .start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
        KafkaProducer<String, String> producer =
            new KafkaProducer<>(
                Map.of(
                    "bootstrap.servers",
                    cluster.bootstrapServers(),
                    // What was under way to the topic that goes is given up in time.
                    "delivery.timeout.ms",
                    "30000",
                    "request.timeout.ms",
                    "10000"),
                new StringSerializer(),
                new StringSerializer())) {
      create(admin, KEPT.topic());
      create(admin, "doomed");
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        sent.add(producer.send(new ProducerRecord<>(KEPT.topic(), 0, null, "r" + i)));
        if (i <= 100) {
          producer.send(new ProducerRecord<>("doomed", 0, null, "r" + i));
        }
        if (i == 100) {
          admin.createPartitions(Map.of(KEPT.topic(), NewPartitions.increaseTo(6)));
          admin.deleteTopics(List.of("doomed"));
        }
      }
      for (Future<RecordMetadata> each : sent) {
        each.get(30, TimeUnit.SECONDS);
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
            .get(60, TimeUnit.SECONDS);
      }
      Await.until("the other is gone", () -> !admin.listTopics().names().get().contains("doomed"));
      deletedRecordsAreGone(cluster, admin);
    }
  }

  private static void create(Admin admin, String topic) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 3))).all().get(30, TimeUnit.SECONDS);
  }

  /** Once the deletion is answered whoever leads next does not show them. */
  private static void deletedRecordsAreGone(MilenaCluster cluster, Admin admin) throws Exception {
    long began = System.nanoTime();
    long low =
        admin
            .deleteRecords(Map.of(KEPT, RecordsToDelete.beforeOffset(60)))
            .lowWatermarks()
            .get(KEPT)
            .get(30, TimeUnit.SECONDS)
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
            .get(30, TimeUnit.SECONDS)
            .offset());
  }

  private static int leader(Admin admin) throws Exception {
    var leader =
        admin
            .describeTopics(List.of(KEPT.topic()))
            .allTopicNames()
            .get(30, TimeUnit.SECONDS)
            .get(KEPT.topic())
            .partitions()
            .get(0)
            .leader();
    return leader == null ? -1 : leader.id();
  }
}
