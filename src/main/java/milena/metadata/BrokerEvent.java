package milena.metadata;

import java.util.List;
import org.apache.kafka.common.Uuid;

/** Facts about one broker. All but the first name the incarnation that they are about. */
public sealed interface BrokerEvent extends MetadataEvent {

  /** A broker came up: it replaces all that was known of an earlier incarnation. */
  record BrokerRegistered(BrokerImage broker) implements BrokerEvent {
    @Override
    public ClusterImage applyTo(ClusterImage image) {
      return image.withBroker(broker);
    }
  }

  /** A broker was fenced or let in, or asked to stop. */
  record BrokerStateChanged(int brokerId, long brokerEpoch, boolean fenced, boolean stopping)
      implements BrokerEvent {
    @Override
    public ClusterImage applyTo(ClusterImage image) {
      return image.withBroker(
          image.brokerWithEpoch(brokerId, brokerEpoch).withState(fenced, stopping));
    }
  }

  /** A broker's online log directories are these now. */
  record BrokerDirectoriesChanged(int brokerId, long brokerEpoch, List<Uuid> directories)
      implements BrokerEvent {
    public BrokerDirectoriesChanged {
      directories = List.copyOf(directories);
    }

    @Override
    public ClusterImage applyTo(ClusterImage image) {
      return image.withBroker(
          image.brokerWithEpoch(brokerId, brokerEpoch).withDirectories(directories));
    }
  }

  /** A broker was struck off the list. */
  record BrokerUnregistered(int brokerId, long brokerEpoch) implements BrokerEvent {
    @Override
    public ClusterImage applyTo(ClusterImage image) {
      return image.withoutBroker(image.brokerWithEpoch(brokerId, brokerEpoch).id());
    }
  }
}
