package milena.metadata;

import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;

/** Facts about the cluster as a whole. */
public sealed interface ClusterEvent extends MetadataEvent {

  /** The cluster got its name: the first event of all. */
  record ClusterNamed(String clusterId) implements ClusterEvent {
    @Override
    public ClusterImage applyTo(ClusterImage image) {
      if (image.clusterId().isPresent()) {
        throw new IllegalStateException("The cluster has a name already: " + image.clusterId());
      }
      return image.withClusterId(clusterId);
    }
  }

  /** A resource's dynamic settings are exactly these now; none means it has none. */
  record ConfigsReplaced(ConfigResource resource, Map<String, String> settings)
      implements ClusterEvent {
    public ConfigsReplaced {
      settings = Map.copyOf(settings);
    }

    @Override
    public ClusterImage applyTo(ClusterImage image) {
      return image.withConfig(resource, settings);
    }
  }

  /** Producer ids below this one are handed out. */
  record ProducerIdsAllocated(long nextProducerId) implements ClusterEvent {
    @Override
    public ClusterImage applyTo(ClusterImage image) {
      if (nextProducerId < image.nextProducerId()) {
        throw new IllegalStateException(
            "Producer ids would be given twice: %d after %d"
                .formatted(nextProducerId, image.nextProducerId()));
      }
      return image.withNextProducerId(nextProducerId);
    }
  }
}
