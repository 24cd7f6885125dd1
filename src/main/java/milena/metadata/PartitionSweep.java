package milena.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import milena.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/** Asks {@link Election} about every partition that a broker's fate concerns. */
final class PartitionSweep {
  private static final String MIN_IN_SYNC = "min.insync.replicas";
  private static final ConfigResource EVERY_BROKER =
      new ConfigResource(ConfigResource.Type.BROKER, "");

  private final int minInSyncDefault;

  PartitionSweep(int minInSyncDefault) {
    this.minInSyncDefault = minInSyncDefault;
  }

  /** The broker stops leading and following. */
  List<TopicEvent> leave(ClusterImage image, int broker) {
    return sweep(
        image,
        broker,
        partition -> true,
        (partition, min, canLead) -> Election.withoutBroker(partition, broker, min, canLead));
  }

  /** What the broker holds of these partitions counts no longer. */
  List<TopicEvent> forget(ClusterImage image, int broker, Predicate<PartitionImage> which) {
    return sweep(
        image,
        broker,
        which,
        (partition, min, canLead) -> Election.withoutReplica(partition, broker, min, canLead));
  }

  /** What the broker holds of this one partition counts no longer. */
  List<TopicEvent> forget(ClusterImage image, int broker, TopicIdPartition id) {
    PartitionImage partition = image.partition(id);
    int minInSync = minInSync(image, image.topic(id.topicId()).name());
    return Election.withoutReplica(
            partition, broker, minInSync, candidate -> canLead(image, partition, candidate))
        .<TopicEvent>map(changed -> new TopicEvent.PartitionChanged(id, changed))
        .stream()
        .toList();
  }

  /** The broker is there again. */
  List<TopicEvent> returned(ClusterImage image, int broker) {
    return sweep(image, broker, partition -> true, Election::elect);
  }

  /**
   * {@code min.insync.replicas} may be another now. Where as many as it asks are in sync, leaders
   * go on without those that were remembered as eligible, who are so no longer.
   */
  List<TopicEvent> minimumChanged(ClusterImage before, ClusterImage now) {
    List<TopicEvent> events = new ArrayList<>();
    for (TopicImage topic : now.topics().values()) {
      int minInSync = minInSync(now, topic.name());
      if (minInSync == minInSync(before, topic.name())) {
        continue;
      }
      int index = 0;
      for (PartitionImage partition : topic.partitions()) {
        TopicIdPartition id = new TopicIdPartition(topic.id(), index++);
        PartitionImage changed = Election.withInSync(partition, partition.isr(), minInSync);
        if (!changed.elr().equals(partition.elr())) {
          events.add(new TopicEvent.PartitionChanged(id, changed));
        }
      }
    }
    return events;
  }

  private interface Change {
    Optional<PartitionImage> of(PartitionImage partition, int minInSync, IntPredicate canLead);
  }

  private List<TopicEvent> sweep(
      ClusterImage image, int broker, Predicate<PartitionImage> which, Change change) {
    List<TopicEvent> events = new ArrayList<>();
    for (TopicImage topic : image.topics().values()) {
      int minInSync = minInSync(image, topic.name());
      int index = 0;
      for (PartitionImage partition : topic.partitions()) {
        TopicIdPartition id = new TopicIdPartition(topic.id(), index++);
        if (partition.replicas().contains(broker) && which.test(partition)) {
          change
              .of(partition, minInSync, candidate -> canLead(image, partition, candidate))
              .ifPresent(changed -> events.add(new TopicEvent.PartitionChanged(id, changed)));
        }
      }
    }
    return events;
  }

  static boolean canLead(ClusterImage image, PartitionImage partition, int broker) {
    BrokerImage candidate = image.brokers().get(broker);
    return candidate != null
        && candidate.active()
        && isOnline(candidate, partition.directoryOf(broker));
  }

  static boolean isOnline(BrokerImage broker, Uuid directory) {
    return Uuid.ZERO_UUID.equals(directory) || broker.directories().contains(directory);
  }

  int minInSync(ClusterImage image, String topic) {
    String own =
        image.config(new ConfigResource(ConfigResource.Type.TOPIC, topic)).get(MIN_IN_SYNC);
    String set = own == null ? image.config(EVERY_BROKER).get(MIN_IN_SYNC) : own;
    return set == null ? minInSyncDefault : Integer.parseInt(set);
  }
}
