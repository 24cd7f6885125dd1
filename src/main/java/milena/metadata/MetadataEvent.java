package milena.metadata;

import java.util.List;
import java.util.Map;
import milena.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/**
 * A fact that the controller has committed. Applying the same events in the same order gives every
 * node the same {@link ClusterImage}; a snapshot of an image is the shortest list of events that
 * makes it.
 */
public sealed interface MetadataEvent {

  /** The cluster got its name: the first event of all. */
  record ClusterNamed(String clusterId) implements MetadataEvent {}

  /** A broker came up: it replaces all that was known of an earlier incarnation. */
  record BrokerRegistered(BrokerImage broker) implements MetadataEvent {}

  /** A broker was fenced or let in, or asked to stop. */
  record BrokerStateChanged(int brokerId, long brokerEpoch, boolean fenced, boolean stopping)
      implements MetadataEvent {}

  /** A broker's online log directories are these now. */
  record BrokerDirectoriesChanged(int brokerId, long brokerEpoch, List<Uuid> directories)
      implements MetadataEvent {
    public BrokerDirectoriesChanged {
      directories = List.copyOf(directories);
    }
  }

  /** A broker was struck off the list. */
  record BrokerUnregistered(int brokerId, long brokerEpoch) implements MetadataEvent {}

  /** A topic and all its partitions. */
  record TopicCreated(Uuid topicId, String name, List<PartitionImage> partitions)
      implements MetadataEvent {
    public TopicCreated {
      partitions = List.copyOf(partitions);
    }
  }

  /** A topic, its partitions and its settings are gone. */
  record TopicDeleted(Uuid topicId) implements MetadataEvent {}

  /** A topic grew by these partitions. */
  record PartitionsAdded(Uuid topicId, List<PartitionImage> partitions) implements MetadataEvent {
    public PartitionsAdded {
      partitions = List.copyOf(partitions);
    }
  }

  /** A partition's leader, replicas or in-sync replicas changed to this. */
  record PartitionChanged(TopicIdPartition id, PartitionImage partition) implements MetadataEvent {}

  /** A resource's dynamic settings are exactly these now; none means it has none. */
  record ConfigsReplaced(ConfigResource resource, Map<String, String> settings)
      implements MetadataEvent {
    public ConfigsReplaced {
      settings = Map.copyOf(settings);
    }
  }

  /** Producer ids below this one are handed out. */
  record ProducerIdsAllocated(long nextProducerId) implements MetadataEvent {}
}
