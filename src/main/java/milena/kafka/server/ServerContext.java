package milena.kafka.server;

import java.util.concurrent.atomic.AtomicLong;
import milena.kafka.api.ApiRegistry;
import org.slf4j.LoggerFactory;

/** What all connections of a server share. */
record ServerContext(
    ServerConfig config,
    ApiRegistry registry,
    RequestBudget budget,
    ConnectionLimits limits,
    RateLimitedLog strangers,
    AtomicLong connections) {

  static ServerContext of(ServerConfig config, ApiRegistry registry) {
    return new ServerContext(
        config,
        registry,
        new RequestBudget(config.queuedRequestMaxBytes()),
        new ConnectionLimits(config),
        new RateLimitedLog(LoggerFactory.getLogger(KafkaServer.class)),
        new AtomicLong());
  }

  long nextConnection() {
    return connections.getAndIncrement();
  }
}
