package milena.node;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import milena.common.config.BrokerConfig;
import milena.kafka.api.Anteroom;
import milena.kafka.api.ApiRegistry;
import milena.kafka.server.KafkaServer;
import milena.kafka.server.ServerConfig;
import milena.metadata.BrokerImage.Endpoint;

/** The front door's settings and addresses, as the broker's settings say. */
final class FrontDoor {
  private static final int MAX_EVENT_LOOPS = 8;
  private static final int REQUESTS_PER_CONNECTION = 64;

  private FrontDoor() {}

  /**
   * Binds the listeners and lets clients in as far as the {@link Anteroom}.
   *
   * @param open completed with the node's own APIs once it is up
   * @throws CannotStart when a port is taken
   */
  static KafkaServer bind(BrokerConfig config, CompletionStage<ApiRegistry> open) {
    try {
      KafkaServer server = KafkaServer.bind(settings(config));
      server.serve(Anteroom.of(Apis.SERVED, open));
      return server;
    } catch (IOException e) {
      throw new CannotStart(e.getMessage(), e);
    }
  }

  private static ServerConfig settings(BrokerConfig config) {
    BrokerConfig.Network network = config.network();
    return new ServerConfig(
        config.listeners().forClients().stream()
            .map(each -> new ServerConfig.Listener(each.name(), each.host(), each.port()))
            .toList(),
        Math.max(2, Math.min(Runtime.getRuntime().availableProcessors(), MAX_EVENT_LOOPS)),
        network.maxRequestBytes(),
        network.maxQueuedBytes().orElseGet(() -> defaultQueuedBytes(network)),
        REQUESTS_PER_CONNECTION,
        network.maxConnections(),
        network.maxConnectionsPerIp(),
        network.maxPerIpOverrides(),
        network.maxIdleMs(),
        network.sendBufferBytes(),
        network.receiveBufferBytes(),
        network.backlog());
  }

  /** A quarter of the memory that buffers may take, and always room for the largest request. */
  private static long defaultQueuedBytes(BrokerConfig.Network network) {
    return Math.max(network.maxRequestBytes(), Runtime.getRuntime().maxMemory() / 4);
  }

  /** Lets the settings that may change while the node runs take effect. */
  static void follow(KafkaServer server, NodeParts parts) {
    parts
        .images()
        .subscribe(
            (old, now) -> {
              BrokerConfig.Network network = parts.settings().broker(now).network();
              server.limitConnections(
                  network.maxConnections(),
                  network.maxConnectionsPerIp(),
                  network.maxPerIpOverrides());
            });
  }

  /** What clients are told to dial. */
  static Map<String, Endpoint> advertised(BrokerConfig config, KafkaServer server) {
    Map<String, Integer> ports = new HashMap<>();
    server.addresses().forEach((name, address) -> ports.put(name, address.getPort()));
    Map<String, Endpoint> endpoints = new LinkedHashMap<>();
    config
        .listeners()
        .toAdvertise(ports, NodeConfig.ownHost())
        .forEach(
            (name, told) ->
                endpoints.put(name, new Endpoint(told.host(), told.port(), told.protocol().name)));
    return endpoints;
  }

  /** The same as a client's {@code bootstrap.servers}. */
  static String bootstrapServers(Map<String, Endpoint> advertised) {
    return advertised.values().stream()
        .map(
            endpoint ->
                (endpoint.host().contains(":") ? "[" + endpoint.host() + "]" : endpoint.host())
                    + ":"
                    + endpoint.port())
        .collect(Collectors.joining(","));
  }

  /** The addresses as a log line tells them. */
  static String told(Map<String, InetSocketAddress> addresses) {
    return addresses.entrySet().stream()
        .map(
            entry ->
                entry.getKey()
                    + " on "
                    + entry.getValue().getAddress().getHostAddress()
                    + ":"
                    + entry.getValue().getPort())
        .collect(Collectors.joining(", "));
  }
}
