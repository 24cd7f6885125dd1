package milena.kafka.server;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the connections of a node, in all and by client address, against their limits. */
final class ConnectionLimits {
  private final AtomicInteger count = new AtomicInteger();
  private final ConcurrentHashMap<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();
  private volatile Limits limits;

  private record Limits(int max, int maxPerIp, Map<String, Integer> overrides) {}

  ConnectionLimits(ServerConfig config) {
    change(
        config.maxConnections(),
        config.maxConnectionsPerIp(),
        config.maxConnectionsPerIpOverrides());
  }

  /** Sets the limits for connections from now on; those there are stay. */
  void change(int max, int maxPerIp, Map<String, Integer> overrides) {
    limits = new Limits(max, maxPerIp, Map.copyOf(overrides));
  }

  /** Counts a connection in; when it may not be, says why. To be followed by {@link #leave}. */
  String enter(InetAddress address) {
    Limits now = limits;
    int all = count.incrementAndGet();
    int same = byAddress.merge(address, 1, Integer::sum);
    if (all > now.max()) {
      return "max.connections is " + now.max();
    }
    int allowed = now.overrides().getOrDefault(address.getHostAddress(), now.maxPerIp());
    return same > allowed ? "max.connections.per.ip is " + allowed : null;
  }

  void leave(InetAddress address) {
    count.decrementAndGet();
    byAddress.computeIfPresent(address, (ip, same) -> same == 1 ? null : same - 1);
  }
}
