package milena.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import milena.broker.controller.ControllerShell;
import milena.metadata.ImageSource;
import milena.metadata.PartitionImage;
import milena.testkit.MilenaCluster;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/**
 * A broker tells how it ended: after a clean stop, or the death of its process alone, it may lead
 * what it could lead before; after the machine's crash it may not (KIP-966). The controller is node
 * 1, the replicas are on 2 and 3.
 */
public class EligibleReplicasIT extends JUnitSuite {
  private static final TopicPartition PARTITION = new TopicPartition("kept", 0);
  private static final int RECORDS = 20;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private MilenaCluster.Builder builder;

  @Before
  public void describeCluster() {
    builder =
        MilenaCluster.builder()
            .controllers(1)
            .brokers(2)
            .config("min.insync.replicas", "2")
            // Longer than anything here may take: who is fenced had its port refused.
            .config("broker.session.timeout.ms", "120000")
            .directory(folder.getRoot().toPath());
  }

  private static PartitionImage await(MilenaCluster cluster, Predicate<PartitionImage> condition)
      throws Exception {
    ImageSource images = cluster.node(1).run().core().images();
    return ImageWait.until(
            images,
            now ->
                now.topic(PARTITION.topic()) != null
                    && condition.test(now.topic(PARTITION.topic()).partition(0)))
        .topic(PARTITION.topic())
        .partition(0);
  }

  private static boolean inSync(PartitionImage partition, Integer... expected) {
    return Set.copyOf(partition.isr()).equals(Set.of(expected));
  }

  private static void fill(MilenaCluster cluster) throws Exception {
    try (Admin admin = admin(cluster)) {
      admin
          .createTopics(List.of(new NewTopic(PARTITION.topic(), Map.of(0, List.of(2, 3)))))
          .all()
          .get(180, TimeUnit.SECONDS);
    }
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", cluster.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        producer
            .send(new ProducerRecord<>(PARTITION.topic(), 0, null, "" + i))
            .get(180, TimeUnit.SECONDS);
      }
    }
  }

  private static Admin admin(MilenaCluster cluster) {
    return Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
  }

  private static void assertComplete(MilenaCluster cluster) throws Exception {
    try (Admin admin = admin(cluster)) {
      ListOffsetsResultInfo end =
          admin
              .listOffsets(Map.of(PARTITION, OffsetSpec.latest()))
              .partitionResult(PARTITION)
              .get(180, TimeUnit.SECONDS);
      assertEquals(RECORDS, end.offset());
    }
  }

  /** As if the machine had been started anew since the node last ran. */
  private void pretendNewBoot(int node) throws Exception {
    Path mark = folder.getRoot().toPath().resolve(node + "/milena.boot");
    assertTrue(Files.exists(mark));
    Files.writeString(mark, "another\n");
  }

  /** 3 leaves, so that it is eligible only; then 2, the last that is in sync. */
  private static void loseBoth(MilenaCluster cluster, boolean cleanly) throws Exception {
    if (cleanly) {
      cluster.stopNode(3);
    } else {
      cluster.killNode(3);
    }
    await(cluster, now -> inSync(now, 2) && now.elr().equals(List.of(3)));
    cluster.killNode(2);
    await(cluster, now -> now.leader() == PartitionImage.NO_LEADER);
  }

  @Test
  public void whoKeptWhatItHadLeadsAgainAndWhoMayHaveLostItDoesNot() throws Exception {
    try (MilenaCluster cluster = builder.start()) {
      fill(cluster);
      await(cluster, now -> inSync(now, 2, 3));

      loseBoth(cluster, false);
      cluster.startNode(3);
      assertEquals(3, await(cluster, now -> now.leader() != PartitionImage.NO_LEADER).leader());
      cluster.startNode(2);
      await(cluster, now -> inSync(now, 2, 3));
      assertComplete(cluster);

      loseBoth(cluster, true);
      pretendNewBoot(3);
      cluster.startNode(3);
      assertEquals(3, await(cluster, now -> now.leader() != PartitionImage.NO_LEADER).leader());
      cluster.startNode(2);
      await(cluster, now -> inSync(now, 2, 3));

      loseBoth(cluster, false);
      pretendNewBoot(3);
      cluster.startNode(3);
      // It serves, is no longer eligible, and waits for 2, which is.
      PartitionImage without = await(cluster, now -> now.elr().equals(List.of(2)));
      assertEquals(PartitionImage.NO_LEADER, without.leader());
      cluster.startNode(2);
      assertEquals(2, await(cluster, now -> now.leader() != PartitionImage.NO_LEADER).leader());
      await(cluster, now -> inSync(now, 2, 3));
      assertComplete(cluster);
    }
  }

  @Test
  public void whereNobodyIsEligibleAnyMoreTheLastLeaderAloneGoesOn() throws Exception {
    try (Warnings warnings = new Warnings(ControllerShell.class);
        MilenaCluster cluster = builder.start()) {
      fill(cluster);
      await(cluster, now -> inSync(now, 2, 3));
      loseBoth(cluster, false);
      pretendNewBoot(2);
      pretendNewBoot(3);
      cluster.startNode(3);
      assertTrue(await(cluster, now -> !now.elr().contains(3)).leader() < 0);
      cluster.startNode(2);
      assertEquals(2, await(cluster, now -> now.leader() != PartitionImage.NO_LEADER).leader());
      await(cluster, now -> inSync(now, 2, 3));
      assertComplete(cluster);
      List<String> told = warnings.containing("its last known leader");
      assertEquals("The operator is told: " + told, 1, told.size());
      assertTrue(told.get(0), told.get(0).contains("is led by broker 2"));
      assertTrue(told.get(0), told.get(0).endsWith("since it started: 1."));
    }
  }
}
