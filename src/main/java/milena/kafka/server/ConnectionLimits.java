package milena.kafka.server;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the connections of a node, in all and by client address, against their limits. */
final class ConnectionLimits {
  private final int max;
  private final int maxPerIp;
  private final Map<String, Integer> overrides;
  private final AtomicInteger count = new AtomicInteger();
  private final ConcurrentHashMap<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();

  ConnectionLimits(ServerConfig config) {
    this.max = config.maxConnections();
    this.maxPerIp = config.maxConnectionsPerIp();
    this.overrides = config.maxConnectionsPerIpOverrides();
  }

  /** Counts a connection in; when it may not be, says why. To be followed by {@link #leave}. */
  String enter(InetAddress address) {
    int all = count.incrementAndGet();
    int same = byAddress.merge(address, 1, Integer::sum);
    if (all > max) {
      return "max.connections is " + max;
    }
    int allowed = overrides.getOrDefault(address.getHostAddress(), maxPerIp);
    return same > allowed ? "max.connections.per.ip is " + allowed : null;
  }

  void leave(InetAddress address) {
    count.decrementAndGet();
    byAddress.computeIfPresent(address, (ip, same) -> same == 1 ? null : same - 1);
  }
}
