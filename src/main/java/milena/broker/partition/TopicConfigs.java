package milena.broker.partition;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import milena.common.config.LogConfig;
import milena.metadata.ClusterImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/** The settings in force for the topics that a node has replicas of, as they were told last. */
final class TopicConfigs {
  private final BiFunction<ClusterImage, String, LogConfig> inForce;
  private final ConfigResource ofBroker;
  private final Map<Uuid, LogConfig> configs = new HashMap<>();

  /**
   * @param inForce the settings in force for a topic of this name, as of an image
   */
  TopicConfigs(BiFunction<ClusterImage, String, LogConfig> inForce, int brokerId) {
    this.inForce = inForce;
    this.ofBroker = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(brokerId));
  }

  LogConfig of(ClusterImage image, Uuid topicId, String name) {
    return configs.computeIfAbsent(topicId, any -> inForce.apply(image, name));
  }

  void forget(Uuid topicId) {
    configs.remove(topicId);
  }

  /** The topics whose settings are others now, and those settings. */
  Map<TopicImage, LogConfig> changed(ClusterImage before, ClusterImage now) {
    boolean defaults =
        differs(before, now, new ConfigResource(ConfigResource.Type.BROKER, ""))
            || differs(before, now, ofBroker);
    Map<TopicImage, LogConfig> changed = new HashMap<>();
    for (Map.Entry<Uuid, LogConfig> entry : configs.entrySet()) {
      TopicImage topic = now.topic(entry.getKey());
      if (topic != null && (defaults || differs(before, now, resource(topic)))) {
        LogConfig config = inForce.apply(now, topic.name());
        if (!config.equals(entry.setValue(config))) {
          changed.put(topic, config);
        }
      }
    }
    return changed;
  }

  private static ConfigResource resource(TopicImage topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
  }

  private static boolean differs(ClusterImage before, ClusterImage now, ConfigResource resource) {
    return !before.config(resource).equals(now.config(resource));
  }
}
