package milena.metadata;

import java.util.List;
import milena.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.pcollections.TreePVector;

/** Facts about topics and their partitions. */
public sealed interface TopicEvent extends MetadataEvent {

  /** A topic and all its partitions. */
  record TopicCreated(Uuid topicId, String name, List<PartitionImage> partitions)
      implements TopicEvent {
    public TopicCreated {
      partitions = List.copyOf(partitions);
    }

    @Override
    public ClusterImage applyTo(ClusterImage image) {
      if (image.topic(topicId) != null || image.topic(name) != null) {
        throw new IllegalStateException("The topic exists already: " + name + " " + topicId);
      }
      return image.withTopic(new TopicImage(topicId, name, TreePVector.from(partitions)));
    }
  }

  /** A topic, its partitions and its settings are gone. */
  record TopicDeleted(Uuid topicId) implements TopicEvent {
    @Override
    public ClusterImage applyTo(ClusterImage image) {
      return image.withoutTopic(image.existingTopic(topicId));
    }
  }

  /** A topic grew by these partitions. */
  record PartitionsAdded(Uuid topicId, List<PartitionImage> partitions) implements TopicEvent {
    public PartitionsAdded {
      partitions = List.copyOf(partitions);
    }

    @Override
    public ClusterImage applyTo(ClusterImage image) {
      TopicImage topic = image.existingTopic(topicId);
      return image.withTopic(
          new TopicImage(topicId, topic.name(), topic.partitions().plusAll(partitions)));
    }
  }

  /** A partition's leader, replicas or in-sync replicas changed to this. */
  record PartitionChanged(TopicIdPartition id, PartitionImage partition) implements TopicEvent {
    @Override
    public ClusterImage applyTo(ClusterImage image) {
      TopicImage topic = image.existingTopic(id.topicId());
      PartitionImage old = topic.partition(id.partition());
      if (old == null || partition.partitionEpoch() != old.partitionEpoch() + 1) {
        throw new IllegalStateException("%s can't become %s from %s".formatted(id, partition, old));
      }
      return image.withTopic(
          new TopicImage(
              topic.id(), topic.name(), topic.partitions().with(id.partition(), partition)));
    }
  }
}
