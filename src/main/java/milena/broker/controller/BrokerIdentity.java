package milena.broker.controller;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.PreviousStop;
import org.apache.kafka.common.Uuid;

/**
 * What this node's broker says of itself when it registers.
 *
 * @param clusterId what its log directories say they belong to, if they say so
 * @param listeners advertised endpoints by listener name
 * @param directories ids of its online log directories
 */
public record BrokerIdentity(
    int id,
    Optional<String> clusterId,
    Map<String, Endpoint> listeners,
    Optional<String> rack,
    List<Uuid> directories,
    PreviousStop previousStop) {

  public BrokerIdentity {
    listeners = Map.copyOf(listeners);
    directories = List.copyOf(directories);
  }
}
