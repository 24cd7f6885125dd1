package milena.common.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * Where a node listens, what it tells others to dial, and which listener is for whom.
 *
 * @param bound what to bind, controller listeners included
 * @param advertised what clients and other nodes are told, where the file says so
 * @param interBroker the name of the listener that brokers use among themselves
 * @param controllers the names of the listeners that controllers talk on; a broker dials the first
 * @param protocols the security protocol of each listener name
 */
public record ListenersConfig(
    List<Listener> bound,
    List<Listener> advertised,
    String interBroker,
    List<String> controllers,
    Map<String, SecurityProtocol> protocols) {

  public ListenersConfig {
    bound = List.copyOf(bound);
    advertised = List.copyOf(advertised);
    controllers = List.copyOf(controllers);
    protocols = Map.copyOf(protocols);
  }

  /**
   * One listener.
   *
   * @param host empty for every interface, or when to be told for this machine's own name
   * @param port 0 for a free one
   */
  public record Listener(String name, String host, int port, SecurityProtocol protocol) {
    @Override
    public String toString() {
      return name + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /** The listeners that clients and brokers connect to. */
  public List<Listener> forClients() {
    return bound.stream().filter(each -> !controllers.contains(each.name())).toList();
  }

  /** The listeners that controllers talk on; none on a node that is only a broker. */
  public List<Listener> forControllers() {
    return bound.stream().filter(each -> controllers.contains(each.name())).toList();
  }

  /** The bound listener of this name. */
  public Optional<Listener> named(String name) {
    return bound.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  /**
   * What to tell others: the advertised listeners, else the bound ones, with what is only known at
   * run time put in. Controller listeners are left out.
   *
   * @param ports the port that each listener was bound to, by name
   * @param ownHost this machine's name, for listeners that are bound to every interface
   */
  public Map<String, Listener> toAdvertise(Map<String, Integer> ports, String ownHost) {
    Map<String, Listener> told = new LinkedHashMap<>();
    Set<String> clientNames = forClients().stream().map(Listener::name).collect(Collectors.toSet());
    for (Listener each : advertised.isEmpty() ? bound : advertised) {
      if (clientNames.contains(each.name())) {
        String host = each.host().isEmpty() ? ownHost : each.host();
        int port = each.port() == 0 ? ports.getOrDefault(each.name(), 0) : each.port();
        told.put(each.name(), new Listener(each.name(), host, port, each.protocol()));
      }
    }
    return told;
  }
}
