package milena.cli.client;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** How fast replicas may move (KIP-73): settings of the brokers and topics that take part. */
final class MoveThrottles {
  private static final List<String> BROKER_SETTINGS =
      List.of("leader.replication.throttled.rate", "follower.replication.throttled.rate");
  private static final List<String> TOPIC_SETTINGS =
      List.of("leader.replication.throttled.replicas", "follower.replication.throttled.replicas");

  private MoveThrottles() {}

  /** As Kafka's tool sets it: the sources may be read, and the targets written, so fast. */
  static void set(
      Admin admin,
      ReassignmentPlan plan,
      Map<TopicPartition, List<Integer>> before,
      long bytesPerSecond)
      throws Exception {
    Set<Integer> brokers = new TreeSet<>();
    Map<String, TreeSet<String>> sources = new TreeMap<>();
    Map<String, TreeSet<String>> targets = new TreeMap<>();
    plan.replicas()
        .forEach(
            (partition, after) -> {
              List<Integer> now = before.getOrDefault(partition, List.of());
              brokers.addAll(now);
              brokers.addAll(after);
              add(sources, partition, now);
              add(targets, partition, after.stream().filter(b -> !now.contains(b)).toList());
            });
    for (int broker : brokers) {
      ConfigsCommand.alter(
          admin,
          new ConfigResource(ConfigResource.Type.BROKER, "" + broker),
          BROKER_SETTINGS.stream().collect(Collectors.toMap(n -> n, n -> "" + bytesPerSecond)),
          List.of());
    }
    for (String topic : sources.keySet()) {
      ConfigsCommand.alter(
          admin,
          new ConfigResource(ConfigResource.Type.TOPIC, topic),
          Map.of(
              TOPIC_SETTINGS.get(0), String.join(",", sources.get(topic)),
              TOPIC_SETTINGS.get(1), String.join(",", targets.get(topic))),
          List.of());
    }
  }

  private static void add(
      Map<String, TreeSet<String>> replicas, TopicPartition partition, List<Integer> brokers) {
    TreeSet<String> ofTopic = replicas.computeIfAbsent(partition.topic(), t -> new TreeSet<>());
    brokers.forEach(broker -> ofTopic.add(partition.partition() + ":" + broker));
  }

  /** Lets all brokers and these topics move as fast as they can. */
  static void clear(Admin admin, Collection<String> topics) throws Exception {
    for (Node node : admin.describeCluster().nodes().get()) {
      clear(
          admin, new ConfigResource(ConfigResource.Type.BROKER, node.idString()), BROKER_SETTINGS);
    }
    for (String topic : topics) {
      clear(admin, new ConfigResource(ConfigResource.Type.TOPIC, topic), TOPIC_SETTINGS);
    }
  }

  private static void clear(Admin admin, ConfigResource resource, List<String> names)
      throws Exception {
    Set<String> set =
        new TreeSet<>(ConfigsCommand.overridden(admin, List.of(resource)).get(resource).keySet());
    set.retainAll(names);
    if (!set.isEmpty()) {
      ConfigsCommand.alter(admin, resource, Map.of(), set);
    }
  }
}
