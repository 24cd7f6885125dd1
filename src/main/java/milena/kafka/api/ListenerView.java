package milena.kafka.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import milena.metadata.BrokerImage;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.ClusterImage;
import milena.metadata.PartitionImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * The cluster as a client sees it that came in through one listener: brokers are where that
 * listener of theirs is, and who doesn't have it can't be reached.
 */
record ListenerView(ClusterImage image, String listener) {

  /** Where a broker is reached; empty for an unknown one and one without this listener. */
  Optional<Endpoint> endpoint(int brokerId) {
    BrokerImage broker = image.brokers().get(brokerId);
    return broker == null
        ? Optional.empty()
        : Optional.ofNullable(broker.listeners().get(listener));
  }

  /** The brokers that clients are told of, by rising id. */
  List<BrokerImage> liveBrokers() {
    List<BrokerImage> live = new ArrayList<>();
    for (BrokerImage broker : image.brokers().values()) {
      if (!broker.fenced() && broker.listeners().containsKey(listener)) {
        live.add(broker);
      }
    }
    live.sort((a, b) -> Integer.compare(a.id(), b.id()));
    return live;
  }

  /**
   * The broker that clients are told is the controller: any live one will do, since every broker
   * passes on what is the controller's to decide. The one that answers saves them a connection.
   */
  int controllerId(int self) {
    List<BrokerImage> live = liveBrokers();
    boolean selfLives = live.stream().anyMatch(broker -> broker.id() == self);
    return selfLives ? self : live.isEmpty() ? -1 : live.get(0).id();
  }

  /** The replicas that can't serve: broker gone, fenced, elsewhere, or with a failed directory. */
  List<Integer> offlineReplicas(PartitionImage partition) {
    List<Integer> offline = new ArrayList<>();
    for (int i = 0; i < partition.replicas().size(); i++) {
      int id = partition.replicas().get(i);
      if (isOffline(image.brokers().get(id), directory(partition, i))) {
        offline.add(id);
      }
    }
    return offline;
  }

  private boolean isOffline(BrokerImage broker, Uuid directory) {
    return broker == null
        || broker.fenced()
        || !broker.listeners().containsKey(listener)
        || !(isUnassigned(directory) || broker.directories().contains(directory));
  }

  private static Uuid directory(PartitionImage partition, int index) {
    return index < partition.directories().size()
        ? partition.directories().get(index)
        : Uuid.ZERO_UUID;
  }

  /** Kafka's reserved ids: not known, not assigned yet, moving. */
  private static boolean isUnassigned(Uuid directory) {
    return directory.getMostSignificantBits() == 0 && directory.getLeastSignificantBits() < 100;
  }

  /** Only those of {@code ids} that can be reached here. */
  List<Integer> reachable(List<Integer> ids) {
    return ids.stream().filter(id -> endpoint(id).isPresent()).toList();
  }

  /** Why the partition's leader can't be named; NONE when it can. */
  Errors leaderError(PartitionImage partition, boolean mayNameListener) {
    if (endpoint(partition.leader()).isPresent()) {
      return Errors.NONE;
    }
    return mayNameListener && image.brokers().containsKey(partition.leader())
        ? Errors.LISTENER_NOT_FOUND
        : Errors.LEADER_NOT_AVAILABLE;
  }
}
