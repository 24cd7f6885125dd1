package milena.metadata;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * A registered broker.
 *
 * @param epoch number of the event that registered this incarnation; every later incarnation of the
 *     same id has a larger one
 * @param incarnation what this start of the broker calls itself
 * @param listeners advertised endpoint by listener name, as clients shall dial it
 * @param directories ids of the log directories that are online
 * @param fenced silent for longer than its session, or not ready yet: leads nothing, and is hidden
 *     from clients
 * @param stopping asked to hand its leaderships over before it stops: is given no new ones
 */
public record BrokerImage(
    int id,
    long epoch,
    Uuid incarnation,
    Map<String, Endpoint> listeners,
    Optional<String> rack,
    List<Uuid> directories,
    boolean fenced,
    boolean stopping) {

  public BrokerImage {
    listeners = Map.copyOf(listeners);
    directories = List.copyOf(directories);
  }

  /** Whether it may be given leaderships and new replicas, and is shown to clients. */
  public boolean active() {
    return !fenced && !stopping;
  }

  BrokerImage withState(boolean fencedNow, boolean stoppingNow) {
    return new BrokerImage(
        id, epoch, incarnation, listeners, rack, directories, fencedNow, stoppingNow);
  }

  BrokerImage withDirectories(List<Uuid> online) {
    return new BrokerImage(id, epoch, incarnation, listeners, rack, online, fenced, stopping);
  }

  /** Where a listener is reached, and the name of its security protocol (PLAINTEXT, SSL ...). */
  public record Endpoint(String host, int port, String securityProtocol) {}
}
