package milena.testkit;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import milena.node.CannotStart;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Assert;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Three nodes in one JVM are one cluster to Kafka's clients. */
public class MilenaClusterIT extends JUnitSuite {

  @Test
  public void aNewControllerGoesOnWhenOneIsKilledOrStops() throws Exception {
    try (MilenaCluster cluster = MilenaCluster.builder().nodes(3).start();
        Admin admin = admin(cluster.bootstrapServers())) {
      create(admin, "before");
      int first = cluster.controllerId();
      cluster.killNode(first);
      create(admin, "without-" + first);
      awaitLeaders(admin, "before", others(first));

      cluster.startNode(first);
      awaitLeaders(admin, "before", Set.of(1, 2, 3));
      create(admin, "together");
      int second = cluster.controllerId();
      cluster.stopNode(second);
      create(admin, "without-" + second);
      cluster.startNode(second);
      awaitLeaders(admin, "together", Set.of(1, 2, 3));
    }
  }

  private static Set<Integer> others(int id) {
    Set<Integer> others = new HashSet<>(Set.of(1, 2, 3));
    others.remove(id);
    return others;
  }

  private static void create(Admin admin, String topic) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 6, (short) 1))).all().get(60, TimeUnit.SECONDS);
  }

  /** Each partition with one replica is led by it, or by nobody while it is away. */
  private static void awaitLeaders(Admin admin, String topic, Set<Integer> expected)
      throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    Set<Integer> leaders = Set.of();
    while (!leaders.equals(expected)) {
      assertTrue(topic + " is led by " + leaders, System.nanoTime() < deadline);
      awaitTopic(admin, topic);
      leaders = leaders(admin, topic);
    }
  }

  private static Admin admin(String servers) {
    return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers));
  }

  /** The others can't begin a cluster without it, and would wait as long as it takes. */
  @Test
  public void whereOneNodeCannotStartTheOthersAreGivenUp() {
    MilenaCluster.Builder builder =
        MilenaCluster.builder().nodes(3).config(2, "min.insync.replicas", "many");
    CannotStart refused = Assert.assertThrows(CannotStart.class, builder::start);
    assertTrue(refused.toString(), refused.getMessage().contains("min.insync.replicas"));
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().startsWith("milena-cluster-start")));
  }

  @Test
  public void aTopicMadeAtOneNodeIsLedByAllAndSeenAtEach() throws Exception {
    try (MilenaCluster cluster = MilenaCluster.builder().nodes(3).start()) {
      try (Admin admin = admin(cluster.node(1).bootstrapServers())) {
        admin
            .createTopics(List.of(new NewTopic("wide", 6, (short) 1)))
            .all()
            .get(30, TimeUnit.SECONDS);
      }
      for (int id : cluster.nodeIds()) {
        try (Admin admin = admin(cluster.node(id).bootstrapServers())) {
          awaitTopic(admin, "wide");
          assertEquals(Set.of(1, 2, 3), leaders(admin, "wide"));
        }
      }
      produce(cluster, "wide", 60);
      try (Admin admin = admin(cluster.bootstrapServers())) {
        QuorumInfo quorum = awaitLeaderOfQuorum(cluster, admin);
        assertEquals(3, quorum.voters().size());
        assertTrue(quorum.highWatermark() > 0);
      }
    }
  }

  /** It may change between two questions. */
  private static QuorumInfo awaitLeaderOfQuorum(MilenaCluster cluster, Admin admin)
      throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      QuorumInfo quorum = admin.describeMetadataQuorum().quorumInfo().get(30, TimeUnit.SECONDS);
      if (quorum.leaderId() == cluster.controllerId()) {
        return quorum;
      }
      assertTrue("Who leads is not who controls: " + quorum, System.nanoTime() < deadline);
    }
  }

  /** A node hears of a commit a moment after it was answered. */
  private static void awaitTopic(Admin admin, String topic) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(topic)) {
      assertTrue("the topic is never seen", System.nanoTime() < deadline);
    }
  }

  private static Set<Integer> leaders(Admin admin, String topic) throws Exception {
    TopicDescription description =
        admin.describeTopics(List.of(topic)).allTopicNames().get(30, TimeUnit.SECONDS).get(topic);
    return description.partitions().stream()
        .filter(partition -> partition.leader() != null && !partition.leader().isEmpty())
        .map(partition -> partition.leader().id())
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static void produce(MilenaCluster cluster, String topic, int count) throws Exception {
    Map<String, Object> config =
        Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < count; i++) {
        producer.send(new ProducerRecord<>(topic, i % 6, "key", "" + i)).get(30, TimeUnit.SECONDS);
      }
    }
  }
}
