package milena.node;

import akka.Done;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.typed.Cluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import milena.broker.controller.BrokerLifecycle;
import milena.broker.controller.Controller;
import milena.broker.membership.ClusterMember;
import milena.broker.partition.ReplicaReconciler;
import milena.broker.raft.MetadataLog;
import milena.broker.raft.RaftEndpoint;
import milena.broker.raft.RaftRpc;
import milena.broker.raft.RaftSettings;
import milena.broker.raft.RatisMetadataLog;
import milena.common.config.BrokerConfig;
import milena.kafka.api.ApiRegistry;
import milena.kafka.client.BrokerLinks;
import milena.kafka.server.KafkaServer;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.MemberNode;
import milena.streams.link.BrokerLink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node from its start to its end. What it takes is taken in this order, and given back in the
 * other: log directories, the Kafka ports, the metadata log, the actor system. The last three don't
 * need each other, so they start side by side.
 */
final class RunningNode {
  private static final Logger LOG = LoggerFactory.getLogger("milena.node");

  /** How long the front door stays shut for replicas that are slow to open. */
  private static final Duration OPEN_PATIENCE = Duration.ofSeconds(10);

  private static final Duration GOODBYE_PATIENCE = Duration.ofSeconds(1);

  private enum State {
    STARTING,
    RUNNING,
    ENDING,
    ENDED
  }

  private final NodeConfig config;
  private final QuorumPeers peers;
  private final Runnable onEnd;
  private final Runnable onExpelled;
  private final CompletableFuture<Boolean> end = new CompletableFuture<>();
  private final CompletableFuture<NodeParts> up = new CompletableFuture<>();
  private State state = State.STARTING;
  private boolean isExpelled;
  private volatile boolean isBroken;
  private Directories directories;
  private CompletableFuture<KafkaServer> server;
  private CompletableFuture<MetadataLog> metadataLog;
  private volatile ActorSystem<NodeGuardian.Command> system;
  private NodeParts parts;
  private Map<String, Endpoint> advertised = Map.of();
  private BrokerLinks links;
  private final CompletableFuture<BrokerLink> streams = new CompletableFuture<>();

  private RunningNode(NodeConfig config, Runnable onEnd, Runnable onExpelled) {
    this.config = config;
    this.peers = new QuorumPeers(config.broker());
    this.onEnd = onEnd;
    this.onExpelled = onExpelled;
  }

  /**
   * @param onEnd run when the node has ended though nobody asked it to
   * @param onExpelled run, once, when the cluster takes this run for dead: it shall withdraw
   */
  static RunningNode start(Settings settings, Runnable onEnd, Runnable onExpelled) {
    RunningNode node = new RunningNode(NodeConfig.of(settings), onEnd, onExpelled);
    try {
      node.start();
      return node;
    } catch (Throwable failure) {
      node.kill();
      throw refusal(failure);
    }
  }

  private void start() throws Exception {
    long began = System.nanoTime();
    BrokerConfig broker = config.broker();
    directories = Directories.open(broker.nodeId(), broker.directories().logs());
    directories.requireMetadataLog(broker.directories().metadata().resolve(RaftSettings.DIRECTORY));
    links =
        new BrokerLinks(
            broker.nodeId(),
            broker.replication().socketTimeoutMs(),
            broker.replication().receiveBufferBytes());
    CompletableFuture<ApiRegistry> open = new CompletableFuture<>();
    server = aside("bind", () -> FrontDoor.bind(broker, open));
    metadataLog = aside("metadata-log", this::openMetadataLog);
    system =
        NodeSystem.start(
            NodeGuardian.create(config, peers, directories, fate(), up),
            config.own(),
            config.remoting(),
            List.of(NodeSystem.BROKER_ROLE, PinnedShards.role(broker.nodeId())));
    system.getWhenTerminated().thenRun(this::onSystemGone);
    advertised = FrontDoor.advertised(broker, server.get());
    system.tell(new NodeGuardian.Begin(metadataLog.get(), advertised, links));
    parts = up.get(broker.liveness().registrationTimeoutMs(), TimeUnit.MILLISECONDS);
    OpenReplicas.of(broker.nodeId(), parts.images().current(), parts.registry(), OPEN_PATIENCE)
        .get();
    ApiRegistry apis = Apis.of(parts);
    server.get().serve(apis);
    open.complete(apis);
    system.tell(new NodeGuardian.ServeStreams(StreamDoor.of(parts, apis), streams));
    FrontDoor.follow(server.get(), parts);
    synchronized (this) {
      state = State.RUNNING;
    }
    LOG.info(
        "Node {} of cluster {} is up after {} ms: {}; data in {}.",
        broker.nodeId(),
        parts.images().current().clusterId().orElse("?"),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
        FrontDoor.told(server.get().addresses()),
        broker.directories().logs());
  }

  private MetadataLog openMetadataLog() throws IOException {
    BrokerConfig broker = config.broker();
    RaftSettings settings =
        new RaftSettings(
            broker.nodeId(),
            peers.ids(),
            broker.directories().metadata(),
            broker.quorum().electionTimeoutMs());
    return RatisMetadataLog.start(
        settings,
        (peer, kind, request) -> callVoter(settings.requestTimeout(), peer, kind, request),
        failure -> fail("the metadata log has failed", failure));
  }

  /** The log opens beside the actor system, and may want to talk before it is there. */
  private byte[] callVoter(Duration timeout, String peer, RaftRpc.Kind kind, byte[] request)
      throws IOException {
    ActorSystem<?> present = system;
    if (present == null) {
      throw new IOException("This node's actor system is not up yet");
    }
    return RaftEndpoint.transport(present, voter -> peers.raft(present, voter), timeout)
        .call(peer, kind, request);
  }

  /** The id of the node that leads the metadata log, as far as this one knows; -1 for none. */
  int controllerId() {
    return metadataLog.join().quorum().leader();
  }

  /** The way to the brokers for streams in this JVM; there is none before the broker serves. */
  Optional<BrokerLink> streams() {
    return Optional.ofNullable(streams.getNow(null));
  }

  NodeParts parts() {
    return parts;
  }

  String bootstrapServers() {
    return FrontDoor.bootstrapServers(advertised);
  }

  /** Stops cleanly; whoever calls it meanwhile waits for the same end. */
  boolean stop() {
    if (!beginEnd()) {
      return end.join();
    }
    LOG.info("Node {} is stopping.", config.broker().nodeId());
    system.tell(NodeGuardian.Ending.INSTANCE);
    Takedown takedown = new Takedown();
    takedown.add("lock of the log directories", directories::close);
    takedown.add("links to other brokers", links::close);
    takedown.add("actor system", this::terminate);
    takedown.add("metadata log", () -> metadataLog.get().close());
    takedown.add("membership", this::leave);
    takedown.add("leadership of the metadata log", () -> metadataLog.get().handOver());
    takedown.add("replicas", () -> stopReplicas(true));
    takedown.add("front door", () -> server.get().close());
    takedown.add("registration", this::sayGoodbye);
    boolean clean = takedown.run();
    LOG.info("Node {} has stopped.", config.broker().nodeId());
    return finish(clean);
  }

  /** Ends as a crash would: what nobody has written or said is lost. */
  void kill() {
    if (!beginEnd()) {
      end.join();
      return;
    }
    Takedown takedown = new Takedown();
    takedown.add("lock of the log directories", this::unlock);
    takedown.add("links to other brokers", this::closeLinks);
    takedown.add("actor system", this::terminate);
    takedown.add("front door", () -> whenStarted(server, KafkaServer::close));
    takedown.add("metadata log", () -> whenStarted(metadataLog, MetadataLog::abandon));
    takedown.run();
    finish(false);
  }

  /** Ends a run that counts as dead: what it has is kept for the next, and nobody is told. */
  void withdraw() {
    if (!beginEnd()) {
      end.join();
      return;
    }
    Takedown takedown = new Takedown();
    takedown.add("lock of the log directories", this::unlock);
    takedown.add("actor system", this::terminate);
    takedown.add("metadata log", () -> metadataLog.get().close());
    if (!system.getWhenTerminated().toCompletableFuture().isDone()) {
      system.tell(NodeGuardian.Ending.INSTANCE);
      takedown.add("replicas", () -> stopReplicas(true));
    }
    takedown.add("front door", () -> server.get().close());
    finish(takedown.run());
  }

  private synchronized boolean beginEnd() {
    boolean first = state == State.STARTING || state == State.RUNNING;
    if (first) {
      state = State.ENDING;
    }
    return first;
  }

  private boolean finish(boolean clean) {
    synchronized (this) {
      state = State.ENDED;
    }
    end.complete(clean);
    return clean;
  }

  private void sayGoodbye() throws Exception {
    await(
        AskPattern.<BrokerLifecycle.Command, Done>ask(
            parts.lifecycle(), BrokerLifecycle.Stop::new, timeout(), system.scheduler()));
  }

  /** Lets the others know that this run ends, so that nobody has to find out. */
  private void leave() throws Exception {
    MemberNode run = ClusterMember.runOf(config.broker().nodeId(), Cluster.get(system));
    if (parts.images().current().membership().nodes().size() > 1) {
      await(
          AskPattern.<Controller.Command, Controller.NodeEnded>ask(
                  parts.controller(),
                  replyTo -> new Controller.NodeEnds(run.id(), run.uid(), replyTo),
                  GOODBYE_PATIENCE,
                  system.scheduler())
              .handle((ended, failure) -> ended));
    }
  }

  private void stopReplicas(boolean clean) throws Exception {
    await(
        AskPattern.<ReplicaReconciler.Command, ReplicaReconciler.AllStopped>ask(
            parts.reconciler(),
            replyTo -> new ReplicaReconciler.StopAll(clean, replyTo),
            timeout(),
            system.scheduler()));
  }

  private void terminate() throws Exception {
    if (system != null) {
      system.terminate();
      await(system.getWhenTerminated());
    }
  }

  private void closeLinks() {
    if (links != null) {
      links.close();
    }
  }

  private void unlock() {
    if (directories != null) {
      directories.close();
    }
  }

  private Duration timeout() {
    return config.stopTimeout();
  }

  private <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(timeout().toMillis() + 1000, TimeUnit.MILLISECONDS);
  }

  private NodeGuardian.Fate fate() {
    return new NodeGuardian.Fate() {
      @Override
      public void expelled() {
        RunningNode.this.expelled();
      }

      @Override
      public void broken() {
        isBroken = true;
      }
    };
  }

  /** Akka ends a system whose node it was told to strike off; any other end is a failure. */
  private void onSystemGone() {
    boolean downed =
        CoordinatedShutdown.get(Adapter.toClassic(system))
            .getShutdownReason()
            .filter(CoordinatedShutdown.clusterDowningReason()::equals)
            .isPresent();
    if (downed && !isBroken) {
      expelled();
    } else {
      fail("a part of it has ended", null);
    }
  }

  private void expelled() {
    synchronized (this) {
      if (state != State.RUNNING || isExpelled) {
        return;
      }
      isExpelled = true;
    }
    LOG.warn("Node {} counts as dead in its cluster: it begins anew.", config.broker().nodeId());
    new Thread(onExpelled, "milena-begin-anew").start();
  }

  /** Something has gone that the node can't live without; ends a running node or fails a start. */
  private void fail(String what, Throwable cause) {
    up.completeExceptionally(new CannotStart("The node can't start: " + what + ".", cause));
    synchronized (this) {
      if (state != State.RUNNING) {
        LOG.debug("While the node was {}: {}.", state, what, cause);
        return;
      }
    }
    LOG.error("Node {} goes down: {}.", config.broker().nodeId(), what, cause);
    Thread ender =
        new Thread(
            () -> {
              kill();
              onEnd.run();
            },
            "milena-end");
    ender.start();
  }

  private static CannotStart refusal(Throwable failure) {
    if (failure instanceof CannotStart known) {
      return known;
    }
    boolean wrapped =
        failure instanceof ExecutionException || failure instanceof CompletionException;
    if (wrapped && failure.getCause() != null) {
      return refusal(failure.getCause());
    }
    String reason =
        failure instanceof TimeoutException
            ? "its cluster did not let it in in time"
            : failure.toString();
    return new CannotStart("The node can't start: " + reason + ".", failure);
  }

  /** Closes what may not have started, or be about to. */
  private static <T> void whenStarted(CompletableFuture<T> part, Closing<T> close)
      throws Exception {
    if (part != null) {
      T started = part.handle((value, failure) -> value).get();
      if (started != null) {
        close.close(started);
      }
    }
  }

  private interface Closing<T> {
    void close(T part) throws Exception;
  }

  /** Runs what a start needs a little later on a thread of its own. */
  static <T> CompletableFuture<T> aside(String name, Callable<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(task.call());
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            },
            "milena-start-" + name);
    thread.setDaemon(true);
    thread.start();
    return result;
  }
}
