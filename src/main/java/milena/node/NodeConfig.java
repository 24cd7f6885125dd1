package milena.node;

import com.typesafe.config.Config;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import milena.common.config.BrokerConfig;
import milena.common.config.ListenersConfig.Listener;
import milena.common.config.QuorumConfig.Address;
import milena.common.config.QuorumConfig.Voter;
import milena.common.config.Setting;
import milena.common.config.SettingsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that a node is told before it starts, read and checked.
 *
 * @param broker what Kafka's settings say
 * @param own everything under {@code milena}, with its defaults
 * @param remoting where Akka's remoting listens and how it is reached
 * @param stopTimeout how long a clean stop may take
 */
record NodeConfig(
    BrokerConfig broker, Config own, NodeSystem.Remoting remoting, Duration stopTimeout) {
  private static final Logger LOG = LoggerFactory.getLogger(NodeConfig.class);

  /**
   * @throws CannotStart when the settings are wrong, don't fit together, or ask for what is not
   *     served
   */
  static NodeConfig of(Settings settings) {
    BrokerConfig broker = parse(settings);
    requireServed(broker);
    return new NodeConfig(
        broker,
        settings.config(),
        remoting(broker),
        settings.config().getDuration("milena.stop-timeout"));
  }

  private static BrokerConfig parse(Settings settings) {
    try {
      BrokerConfig.Parsed parsed = BrokerConfig.parse(settings.kafkas());
      parsed.warnings().forEach(LOG::warn);
      for (Setting setting : parsed.idle()) {
        LOG.info("{} is accepted and has no effect: {}.", setting.name(), setting.note());
      }
      return parsed.config();
    } catch (SettingsException e) {
      throw new CannotStart(String.join("; ", e.problems()), e);
    }
  }

  /** Controllers are told of each other by their ids: only a single one needs no such list. */
  private static void requireServed(BrokerConfig broker) {
    List<Address> bootstrap = broker.quorum().bootstrap();
    if (!broker.quorum().voters().isEmpty()) {
      return;
    }
    boolean alone =
        bootstrap.size() == 1
            && (!broker.isController()
                || isOwn(bootstrap.get(0), broker.listeners().forControllers().get(0)));
    if (!alone) {
      throw new CannotStart(
          "controller.quorum.bootstrap.servers: alone it serves for a cluster with a single"
              + " controller, and this one names "
              + (bootstrap.size() == 1 ? "another node" : bootstrap.size() + " controllers")
              + "; list the controllers in controller.quorum.voters as id@host:port.");
    }
  }

  /** Two controllers that each took themselves for the only one would be two clusters. */
  private static boolean isOwn(Address address, Listener listener) {
    if (listener.port() != 0 && listener.port() != address.port()) {
      return false;
    }
    if (address.host().equals(listener.host()) || address.host().equals(ownHost())) {
      return true;
    }
    try {
      return NetworkInterface.getByInetAddress(InetAddress.getByName(address.host())) != null;
    } catch (UnknownHostException | SocketException e) {
      LOG.warn(
          "It can't be told whether {}, which controller.quorum.bootstrap.servers names, is this"
              + " node ({}); taken for it. If it is not, list the controllers in"
              + " controller.quorum.voters.",
          address.host(),
          e.getMessage());
      return true;
    }
  }

  /**
   * Remoting takes the controller listener on a controller. A broker alone, whose file may not list
   * one, takes a port of its own beside the listener that brokers use among themselves.
   */
  private static NodeSystem.Remoting remoting(BrokerConfig broker) {
    return broker.isController() ? ofController(broker) : ofBroker(broker);
  }

  private static NodeSystem.Remoting ofController(BrokerConfig broker) {
    Listener bound = broker.listeners().forControllers().get(0);
    String dialled =
        broker.quorum().voters().stream()
            .filter(voter -> voter.id() == broker.nodeId())
            .map(Voter::address)
            .map(Address::host)
            .findFirst()
            .orElse(bound.host());
    return reachedAt(dialled, bound.host(), bound.port());
  }

  private static NodeSystem.Remoting ofBroker(BrokerConfig broker) {
    String name = broker.listeners().interBroker();
    Listener bound = broker.listeners().named(name).orElseThrow();
    String dialled =
        broker.listeners().advertised().stream()
            .filter(each -> each.name().equals(name))
            .map(Listener::host)
            .findFirst()
            .orElse(bound.host());
    return reachedAt(dialled, bound.host(), broker.network().remotePort());
  }

  private static NodeSystem.Remoting reachedAt(String dialled, String bound, int port) {
    return new NodeSystem.Remoting(
        dialled.isEmpty() || dialled.equals("0.0.0.0") ? ownHost() : dialled,
        bound.isEmpty() ? "0.0.0.0" : bound,
        port);
  }

  /** This machine's name, as others may know it. */
  static String ownHost() {
    try {
      return InetAddress.getLocalHost().getCanonicalHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
