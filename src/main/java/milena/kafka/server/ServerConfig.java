package milena.kafka.server;

import java.util.List;
import java.util.Map;

/**
 * The settings of the front door, in Kafka's meanings.
 *
 * @param listeners what to bind
 * @param ioThreads event loops ({@code num.network.threads})
 * @param requestMaxBytes the largest frame ({@code socket.request.max.bytes})
 * @param queuedRequestMaxBytes bytes of all requests under way ({@code queued.max.request.bytes})
 * @param requestsPerConnection requests of one connection that are under way or waiting
 * @param maxConnections {@code max.connections}
 * @param maxConnectionsPerIp {@code max.connections.per.ip}
 * @param maxConnectionsPerIpOverrides by address ({@code max.connections.per.ip.overrides})
 * @param idleMs {@code connections.max.idle.ms}, not positive for never
 * @param sendBufferBytes {@code socket.send.buffer.bytes}, -1 for the system's
 * @param receiveBufferBytes {@code socket.receive.buffer.bytes}, -1 for the system's
 * @param backlog {@code socket.listen.backlog.size}
 */
public record ServerConfig(
    List<Listener> listeners,
    int ioThreads,
    int requestMaxBytes,
    long queuedRequestMaxBytes,
    int requestsPerConnection,
    int maxConnections,
    int maxConnectionsPerIp,
    Map<String, Integer> maxConnectionsPerIpOverrides,
    long idleMs,
    int sendBufferBytes,
    int receiveBufferBytes,
    int backlog) {

  public ServerConfig {
    listeners = List.copyOf(listeners);
    maxConnectionsPerIpOverrides = Map.copyOf(maxConnectionsPerIpOverrides);
  }

  /** Kafka's defaults, for these listeners; the bytes under way are bounded by 256 MiB. */
  public static ServerConfig of(List<Listener> listeners) {
    return new ServerConfig(
        listeners,
        3,
        100 << 20,
        256L << 20,
        64,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        Map.of(),
        600_000,
        102_400,
        102_400,
        50);
  }

  /**
   * One listener.
   *
   * @param host what to bind; empty for every address
   * @param port 0 for a free one
   */
  public record Listener(String name, String host, int port) {}
}
