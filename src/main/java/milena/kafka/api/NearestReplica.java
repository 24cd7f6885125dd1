package milena.kafka.api;

import java.util.OptionalInt;
import milena.common.TopicIdPartition;
import milena.metadata.BrokerImage;
import milena.metadata.ClusterImage;
import milena.metadata.PartitionImage;

/**
 * Chooses the replica that a consumer reads from, as Kafka's {@code RackAwareReplicaSelector} does
 * (KIP-392): one in its own rack.
 *
 * <p>Only replicas in sync are chosen. They have all that is committed, so all that a consumer may
 * be at; one that lags would send it back, only to be chosen again.
 */
final class NearestReplica {
  private NearestReplica() {}

  /**
   * The follower to read from; empty when that is the leader, or when no other in the rack can be
   * reached through this listener.
   *
   * @param rack the consumer's
   */
  static OptionalInt of(ClusterImage image, TopicIdPartition id, String rack, String listener) {
    PartitionImage partition = image.partition(id);
    if (partition == null || isIn(image.brokers().get(partition.leader()), rack)) {
      return OptionalInt.empty();
    }
    return partition.isr().stream()
        .mapToInt(Integer::intValue)
        .filter(
            replica -> {
              BrokerImage broker = image.brokers().get(replica);
              return replica != partition.leader()
                  && isIn(broker, rack)
                  && broker.active()
                  && broker.listeners().containsKey(listener);
            })
        .findFirst();
  }

  private static boolean isIn(BrokerImage broker, String rack) {
    return broker != null && broker.rack().filter(rack::equals).isPresent();
  }
}
