package milena.kafka.api;

import java.util.Optional;
import milena.metadata.BrokerImage;
import milena.metadata.ClusterImage;
import milena.metadata.PartitionImage;
import milena.metadata.TopicImage;

/**
 * Whom to ask instead, for answers that send a client elsewhere (KIP-951).
 *
 * @param endpoint where the leader is reached through the client's listener; empty when it is not
 */
record LeaderHint(
    int leaderId, int leaderEpoch, Optional<BrokerImage.Endpoint> endpoint, Optional<String> rack) {

  private static final LeaderHint UNKNOWN =
      new LeaderHint(PartitionImage.NO_LEADER, -1, Optional.empty(), Optional.empty());

  static LeaderHint of(ClusterImage image, TopicImage topic, int partition, String listenerName) {
    PartitionImage state = topic == null ? null : topic.partition(partition);
    if (state == null) {
      return UNKNOWN;
    }
    BrokerImage leader = image.brokers().get(state.leader());
    if (leader == null || leader.fenced()) {
      return new LeaderHint(
          state.leader(), state.leaderEpoch(), Optional.empty(), Optional.empty());
    }
    return new LeaderHint(
        state.leader(),
        state.leaderEpoch(),
        Optional.ofNullable(leader.listeners().get(listenerName)),
        leader.rack());
  }
}
