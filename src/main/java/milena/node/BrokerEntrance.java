package milena.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import milena.common.config.BrokerConfig;
import milena.kafka.api.ApiRegistry;
import milena.kafka.client.BrokerLinks;
import milena.kafka.server.KafkaServer;
import milena.metadata.BrokerImage.Endpoint;

/** A broker's ports and its links to other brokers. */
final class BrokerEntrance {
  /** How long the front door stays shut for replicas that are slow to open. */
  private static final Duration OPEN_PATIENCE = Duration.ofSeconds(10);

  private final BrokerConfig config;
  private final BrokerLinks links;
  private final CompletableFuture<ApiRegistry> open = new CompletableFuture<>();
  private final CompletableFuture<KafkaServer> server;
  private volatile Map<String, Endpoint> advertised = Map.of();

  /** Begins to bind the ports, on another thread. */
  BrokerEntrance(BrokerConfig config) {
    this.config = config;
    this.server = Aside.run("bind", () -> FrontDoor.bind(config, open));
    this.links =
        new BrokerLinks(
            config.nodeId(),
            config.replication().socketTimeoutMs(),
            config.replication().receiveBufferBytes());
  }

  /**
   * Waits until the ports are bound.
   *
   * @throws ExecutionException with the {@link CannotStart} when one is taken
   */
  BrokerSide.Outside outside() throws ExecutionException, InterruptedException {
    advertised = FrontDoor.advertised(config, server.get());
    return new BrokerSide.Outside(advertised, links);
  }

  /** Lets clients in, as soon as the replicas that this broker leads are open. */
  ApiRegistry open(NodeParts parts) throws ExecutionException, InterruptedException {
    OpenReplicas.of(config.nodeId(), parts.images().current(), parts.registry(), OPEN_PATIENCE)
        .get();
    ApiRegistry apis = Apis.of(parts);
    server.get().serve(apis);
    open.complete(apis);
    FrontDoor.follow(server.get(), parts);
    return apis;
  }

  String bootstrapServers() {
    return FrontDoor.bootstrapServers(advertised);
  }

  /** Where it listens, as a log line tells it. */
  String told() {
    return FrontDoor.told(server.join().addresses());
  }

  /** The event loops of the ports and of the links. */
  List<Executor> eventLoops() {
    List<Executor> loops = new ArrayList<>();
    server.join().eventLoops().forEach(loops::add);
    loops.add(links.eventLoop());
    return loops;
  }

  /** Closes the ports; also when they are about to be bound. */
  void closeServer() {
    KafkaServer bound = server.handle((value, failure) -> value).join();
    if (bound != null) {
      bound.close();
    }
  }

  void closeLinks() {
    links.close();
  }
}
