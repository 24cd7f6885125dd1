package milena.kafka.server;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import milena.kafka.api.ApiRegistry;
import org.slf4j.LoggerFactory;

/**
 * What all connections of a server share.
 *
 * @param apis those served now
 * @param nanos a clock that only goes forward, by which waits for room are timed
 */
record ServerContext(
    ServerConfig config,
    AtomicReference<ApiRegistry> apis,
    RequestBudget budget,
    ConnectionLimits limits,
    RateLimitedLog strangers,
    AtomicLong connections,
    LongSupplier nanos) {

  static ServerContext of(ServerConfig config, ApiRegistry registry) {
    return of(config, registry, System::nanoTime);
  }

  static ServerContext of(ServerConfig config, ApiRegistry registry, LongSupplier nanos) {
    return new ServerContext(
        config,
        new AtomicReference<>(registry),
        new RequestBudget(config.queuedRequestMaxBytes(), nanos),
        new ConnectionLimits(config),
        new RateLimitedLog(LoggerFactory.getLogger(KafkaServer.class)),
        new AtomicLong(),
        nanos);
  }

  ApiRegistry registry() {
    return apis.get();
  }

  /** A name that no other connection of the node has or had. */
  String connectionId(Channel channel) {
    return address(channel.localAddress())
        + "-"
        + address(channel.remoteAddress())
        + "-"
        + connections.getAndIncrement();
  }

  private static String address(SocketAddress address) {
    if (!(address instanceof InetSocketAddress)) {
      return String.valueOf(address);
    }
    InetSocketAddress inet = (InetSocketAddress) address;
    return inet.getAddress().getHostAddress() + ":" + inet.getPort();
  }
}
