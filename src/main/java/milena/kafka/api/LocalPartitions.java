package milena.kafka.api;

import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionRegistry;
import milena.broker.partition.PartitionView;
import milena.common.TopicIdPartition;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Where handlers find the partitions that requests name, and why they don't.
 *
 * @param images what exists in the cluster
 * @param registry what this node hosts
 * @param troubles what is said when a log can't be read
 */
public record LocalPartitions(
    ImageSource images, PartitionRegistry registry, ReadTroubles troubles) {

  public LocalPartitions(ImageSource images, PartitionRegistry registry) {
    this(images, registry, new ReadTroubles());
  }

  ClusterImage image() {
    return images.current();
  }

  /** The replica that this node hosts, or null: see {@link #whyMissing}. */
  PartitionHandle find(TopicImage topic, int partition) {
    return topic == null || partition < 0
        ? null
        : registry.find(new TopicIdPartition(topic.id(), partition));
  }

  /** Why {@link #find} has found nothing. */
  static Errors whyMissing(TopicImage topic, Uuid requestedId, int partition) {
    if (topic == null) {
      return requestedId.equals(Uuid.ZERO_UUID)
          ? Errors.UNKNOWN_TOPIC_OR_PARTITION
          : Errors.UNKNOWN_TOPIC_ID;
    }
    return topic.partition(partition) == null
        ? Errors.UNKNOWN_TOPIC_OR_PARTITION
        : Errors.NOT_LEADER_OR_FOLLOWER;
  }

  /**
   * Whether a client that believes in {@code clientEpoch} may be answered from this view of the
   * replica (KIP-320); -1 stands for no belief.
   */
  static Errors checkLeader(PartitionHandle handle, PartitionView view, int clientEpoch) {
    Errors error = checkReplica(handle, view, clientEpoch);
    return error != Errors.NONE || view.leading() ? error : Errors.NOT_LEADER_OR_FOLLOWER;
  }

  /** The same for what a follower may answer as well (KIP-392). */
  static Errors checkReplica(PartitionHandle handle, PartitionView view, int clientEpoch) {
    if (handle.isOffline()) {
      return Errors.KAFKA_STORAGE_ERROR;
    }
    if (clientEpoch >= 0 && clientEpoch < view.leaderEpoch()) {
      return Errors.FENCED_LEADER_EPOCH;
    }
    return clientEpoch > view.leaderEpoch() ? Errors.UNKNOWN_LEADER_EPOCH : Errors.NONE;
  }
}
