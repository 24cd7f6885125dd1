package milena.node;

import com.typesafe.config.Config;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import milena.common.config.BrokerConfig;
import milena.common.config.ListenersConfig.Listener;
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

  private static void requireServed(BrokerConfig broker) {
    if (!broker.isBroker() || !broker.isController()) {
      throw new CannotStart(
          "process.roles: each node must be broker and controller; others are not served yet.");
    }
  }

  /**
   * Remoting takes the controller listener on a controller. A broker alone, whose file may not list
   * one, takes a port of its own on the host of its first listener.
   */
  private static NodeSystem.Remoting remoting(BrokerConfig broker) {
    List<Listener> controllers = broker.listeners().forControllers();
    Listener bound =
        controllers.isEmpty() ? broker.listeners().forClients().get(0) : controllers.get(0);
    int port = controllers.isEmpty() ? broker.network().remotePort() : bound.port();
    String dialled =
        broker.quorum().voters().stream()
            .filter(voter -> voter.id() == broker.nodeId())
            .map(Voter::address)
            .map(address -> address.host())
            .findFirst()
            .orElse(bound.host());
    return new NodeSystem.Remoting(
        dialled.isEmpty() ? ownHost() : dialled,
        bound.host().isEmpty() ? "0.0.0.0" : bound.host(),
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
