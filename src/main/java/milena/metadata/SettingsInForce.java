package milena.metadata;

import java.util.Map;
import milena.common.config.BrokerConfig;
import milena.common.config.LogConfig;
import org.apache.kafka.common.config.ConfigResource;

/**
 * One broker's settings as they are in force with what the cluster has agreed upon. May be used
 * from any thread; as long as nothing changes it answers with the same value.
 */
public final class SettingsInForce {
  private final BrokerConfig started;
  private final ImageSource images;
  private volatile Resolved resolved;

  private record Resolved(
      Map<String, String> ofCluster, Map<String, String> ofBroker, BrokerConfig config) {}

  /**
   * @param started what the node was started with
   */
  public SettingsInForce(BrokerConfig started, ImageSource images) {
    this.started = started;
    this.images = images;
    this.resolved = new Resolved(Map.of(), Map.of(), started);
  }

  /** The broker's settings now. */
  public BrokerConfig broker() {
    return broker(images.current());
  }

  /** The broker's settings as of this image. */
  public BrokerConfig broker(ClusterImage image) {
    Map<String, String> ofCluster = image.config(broker(""));
    Map<String, String> ofBroker = image.config(broker(Integer.toString(started.nodeId())));
    Resolved last = resolved;
    if (!last.ofCluster().equals(ofCluster) || !last.ofBroker().equals(ofBroker)) {
      last = new Resolved(ofCluster, ofBroker, started.withDynamic(ofCluster, ofBroker));
      resolved = last;
    }
    return last.config();
  }

  /** The settings of a topic's logs as of this image. */
  public LogConfig topic(ClusterImage image, String name) {
    return broker(image)
        .logConfig(image.config(new ConfigResource(ConfigResource.Type.TOPIC, name)));
  }

  private static ConfigResource broker(String name) {
    return new ConfigResource(ConfigResource.Type.BROKER, name);
  }
}
