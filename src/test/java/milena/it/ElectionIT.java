package milena.it;

import static org.junit.Assert.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import milena.testing.Described;
import milena.testkit.MilenaCluster;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.PreferredLeaderNotAvailableException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Assert;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Leaders go back, on demand and by themselves; and where nobody is left, an operator decides. */
public class ElectionIT extends JUnitSuite {
  private static final TopicPartition PARTITION = new TopicPartition("led", 0);

  private static Admin admin(MilenaCluster cluster) {
    return Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
  }

  private static void create(Admin admin, List<Integer> replicas) throws Exception {
    admin
        .createTopics(List.of(new NewTopic(PARTITION.topic(), Map.of(0, replicas))))
        .all()
        .get(180, TimeUnit.SECONDS);
  }

  private static TopicPartitionInfo partition(Admin admin) throws Exception {
    return Described.partition(admin, PARTITION);
  }

  private static int leader(Admin admin) throws Exception {
    return leaderOf(partition(admin));
  }

  private static int leaderOf(TopicPartitionInfo partition) {
    Node leader = partition.leader();
    return leader == null || leader.isEmpty() ? -1 : leader.id();
  }

  private static void elect(Admin admin, ElectionType type) throws Exception {
    admin.electLeaders(type, Set.of(PARTITION)).all().get(180, TimeUnit.SECONDS);
  }

  private static void assertRefused(
      Class<? extends Exception> error, Admin admin, ElectionType type) {
    ExecutionException refused =
        Assert.assertThrows(ExecutionException.class, () -> elect(admin, type));
    assertEquals(error, refused.getCause().getClass());
  }

  @Test
  public void leadershipGoesBackToThePreferredReplica() throws Exception {
    try (MilenaCluster cluster =
            MilenaCluster.builder()
                .nodes(3)
                .config("leader.imbalance.check.interval.seconds", "1")
                .start();
        Admin admin = admin(cluster)) {
      create(admin, List.of(3, 1));
      assertRefused(ElectionNotNeededException.class, admin, ElectionType.PREFERRED);
      cluster.stopNode(3);
      Await.until("another leads", () -> leader(admin) == 1);
      assertRefused(PreferredLeaderNotAvailableException.class, admin, ElectionType.PREFERRED);
      cluster.startNode(3);
      Await.until("it leads again, by itself", () -> leader(admin) == 3);

      StockTool.kafka(
              "org.apache.kafka.tools.FeatureCommand",
              "--bootstrap-server",
              cluster.bootstrapServers(),
              "describe")
          .printed("metadata.version", "eligible.leader.replicas.version");

      cluster.killNode(2);
      DescribeClusterOptions fencedToo = new DescribeClusterOptions().includeFencedBrokers(true);
      Await.until(
          "2 is fenced",
          () ->
              admin.describeCluster(fencedToo).nodes().get().stream()
                  .anyMatch(node -> node.id() == 2 && node.isFenced()));
      admin.unregisterBroker(2).all().get(180, TimeUnit.SECONDS);
      Await.until(
          "2 is gone",
          () ->
              admin.describeCluster(fencedToo).nodes().get().stream()
                  .map(Node::id)
                  .collect(Collectors.toSet())
                  .equals(Set.of(1, 3)));
      cluster.startNode(2);
      Await.until("2 is back", () -> admin.describeCluster().nodes().get().size() == 3);
    }
  }

  /** 2 has nothing, so that only an operator, or a setting, can make it lead. */
  @Test
  public void whereNobodyIsLeftAnOperatorDecides() throws Exception {
    try (MilenaCluster cluster =
            MilenaCluster.builder()
                .nodes(4)
                .config("auto.leader.rebalance.enable", "false")
                .start();
        Admin admin = admin(cluster)) {
      create(admin, List.of(1, 2));
      loseTheLeaderOf(cluster, admin, 1, 2);
      assertRefused(PreferredLeaderNotAvailableException.class, admin, ElectionType.PREFERRED);
      elect(admin, ElectionType.UNCLEAN);
      Await.until("2 leads", () -> leader(admin) == 2);
      assertRefused(ElectionNotNeededException.class, admin, ElectionType.UNCLEAN);
      cluster.startNode(1);
      Await.until("both are in sync", () -> partition(admin).isr().size() == 2);

      loseTheLeaderOf(cluster, admin, 2, 1);
      ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, PARTITION.topic());
      AlterConfigOp allow =
          new AlterConfigOp(
              new ConfigEntry("unclean.leader.election.enable", "true"), AlterConfigOp.OpType.SET);
      admin.incrementalAlterConfigs(Map.of(topic, List.of(allow))).all().get(180, TimeUnit.SECONDS);
      Await.until("1 leads", () -> leader(admin) == 1);
    }
  }

  /** Has a follower miss a record, then the leader die, then the follower return. */
  private static void loseTheLeaderOf(MilenaCluster cluster, Admin admin, int leader, int follower)
      throws Exception {
    cluster.killNode(follower);
    Await.until("one is in sync", () -> partition(admin).isr().size() == 1);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", cluster.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      producer
          .send(new ProducerRecord<>(PARTITION.topic(), 0, null, "missed"))
          .get(180, TimeUnit.SECONDS);
    }
    cluster.killNode(leader); // two of four voters are left: nothing is decided
    cluster.startNode(follower);
    Await.until(
        "nobody leads or is in sync, and the dead one may lead when it is back",
        () -> {
          TopicPartitionInfo now = partition(admin); // as one broker, of which others may be ahead
          return leaderOf(now) == -1 && now.isr().isEmpty() && !now.elr().isEmpty();
        });
  }
}
