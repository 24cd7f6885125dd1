package milena.kafka.api;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.common.config.BrokerConfig;
import milena.metadata.NewTopic;
import org.apache.kafka.common.internals.Topic;

/** The topics that brokers make for themselves, and the settings they are made with. */
public final class InternalTopics {
  private InternalTopics() {}

  /** The internal topic of this name, or nothing for a name that clients may use. */
  public static Optional<NewTopic> find(String name, BrokerConfig config) {
    return switch (name) {
      case Topic.GROUP_METADATA_TOPIC_NAME -> Optional.of(offsets(config));
      case Topic.TRANSACTION_STATE_TOPIC_NAME -> Optional.of(transactions(config));
      default -> Optional.empty();
    };
  }

  /** The topic of groups and their committed offsets. */
  public static NewTopic offsets(BrokerConfig config) {
    return topic(
        Topic.GROUP_METADATA_TOPIC_NAME,
        config.offsets().topic(),
        Map.of("cleanup.policy", "compact", "compression.type", "producer"));
  }

  /** The topic of transactions' state. */
  public static NewTopic transactions(BrokerConfig config) {
    return topic(
        Topic.TRANSACTION_STATE_TOPIC_NAME,
        config.transactions().topic(),
        Map.of(
            "cleanup.policy", "compact",
            "compression.type", "uncompressed",
            "unclean.leader.election.enable", "false"));
  }

  private static NewTopic topic(
      String name, BrokerConfig.InternalTopic measures, Map<String, String> fixed) {
    Map<String, String> configs = new HashMap<>(fixed);
    configs.put("segment.bytes", Integer.toString(measures.segmentBytes()));
    measures
        .minInSyncReplicas()
        .ifPresent(least -> configs.put("min.insync.replicas", Integer.toString(least)));
    return new NewTopic(
        name, measures.partitions(), measures.replicationFactor(), List.of(), configs);
  }
}
