package milena.broker.partition;

import java.util.ArrayList;
import java.util.List;
import milena.common.TopicIdPartition;
import milena.metadata.ClusterImage;
import milena.metadata.PartitionImage;
import milena.metadata.TopicImage;

/**
 * What one image of the cluster says of a broker's replicas that the one before did not.
 *
 * @param ours partitions that have a replica on the broker and are new or have changed
 * @param othersNow partitions that have changed and have no replica on the broker
 * @param deleted topics that are gone
 */
record ReplicaChanges(List<Ours> ours, List<TopicIdPartition> othersNow, List<TopicImage> deleted) {

  /** A partition that has a replica on the broker. */
  record Ours(TopicIdPartition id, String topic, PartitionImage partition) {}

  private static final ReplicaChanges NONE = new ReplicaChanges(List.of(), List.of(), List.of());

  static ReplicaChanges between(ClusterImage before, ClusterImage now, int brokerId) {
    if (before.topics() == now.topics()) {
      return NONE;
    }
    ReplicaChanges changes =
        new ReplicaChanges(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    int added = 0;
    for (TopicImage topic : now.topics().values()) {
      TopicImage old = before.topics().get(topic.id());
      if (old == null) {
        added++;
      }
      if (old != topic) {
        changes.add(old, topic, brokerId);
      }
    }
    if (before.topics().size() + added != now.topics().size()) {
      for (TopicImage topic : before.topics().values()) {
        if (!now.topics().containsKey(topic.id())) {
          changes.deleted.add(topic);
        }
      }
    }
    return changes;
  }

  private void add(TopicImage old, TopicImage topic, int brokerId) {
    for (int i = 0; i < topic.partitions().size(); i++) {
      PartitionImage partition = topic.partitions().get(i);
      if (old == null || partition != old.partition(i)) {
        TopicIdPartition id = new TopicIdPartition(topic.id(), i);
        if (partition.replicas().contains(brokerId)) {
          ours.add(new Ours(id, topic.name(), partition));
        } else {
          othersNow.add(id);
        }
      }
    }
  }
}
