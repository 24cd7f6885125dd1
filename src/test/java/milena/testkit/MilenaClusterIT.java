package milena.testkit;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import milena.node.CannotStart;
import milena.testing.Described;
import milena.testing.EachBroker;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Assert;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Three nodes in one JVM are one cluster to Kafka's clients. */
public class MilenaClusterIT extends JUnitSuite {
  private static final int PARTITIONS = 6;
  private static final int LIMIT_SECONDS = 180;

  @Test
  public void aNewControllerGoesOnWhenOneIsKilledOrStops() throws Exception {
    try (MilenaCluster cluster = MilenaCluster.builder().nodes(3).start();
        Admin admin = admin(cluster.bootstrapServers())) {
      create(admin, "before");
      int first = EachBroker.controller(cluster);
      cluster.killNode(first);
      create(admin, "without-" + first);
      awaitLeaders(admin, "before", others(first));

      cluster.startNode(first);
      awaitLeaders(admin, "before", Set.of(1, 2, 3));
      create(admin, "together");
      int second = EachBroker.controller(cluster);
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
    admin
        .createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1)))
        .all()
        .get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Each partition with one replica is led by it, or by nobody while it is away. */
  private static void awaitLeaders(Admin admin, String topic, Set<Integer> expected)
      throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    Set<Integer> leaders = Set.of();
    while (!leaders.equals(expected)) {
      assertTrue(topic + " is led by " + leaders, System.nanoTime() < deadline);
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
            .createTopics(List.of(new NewTopic("wide", PARTITIONS, (short) 1)))
            .all()
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
      }
      // A node hears of a commit a moment after it was answered.
      EachBroker.awaitTopic(cluster, "wide");
      assertEquals(Set.of(Set.of(1, 2, 3)), EachBroker.leaders(cluster, "wide"));
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
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (true) {
      QuorumInfo quorum =
          admin.describeMetadataQuorum().quorumInfo().get(LIMIT_SECONDS, TimeUnit.SECONDS);
      if (quorum.leaderId() == cluster.controllerId()) {
        return quorum;
      }
      assertTrue("Who leads is not who controls: " + quorum, System.nanoTime() < deadline);
    }
  }

  /** As one broker tells of each partition that knows the topic; another may not yet. */
  private static Set<Integer> leaders(Admin admin, String topic) throws Exception {
    Set<Integer> leaders = new HashSet<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      Node leader = Described.partition(admin, new TopicPartition(topic, partition)).leader();
      if (leader != null && !leader.isEmpty()) {
        leaders.add(leader.id());
      }
    }
    return leaders;
  }

  private static void produce(MilenaCluster cluster, String topic, int count) throws Exception {
    Map<String, Object> config =
        Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < count; i++) {
        producer
            .send(new ProducerRecord<>(topic, i % PARTITIONS, "key", "" + i))
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
      }
    }
  }
}
