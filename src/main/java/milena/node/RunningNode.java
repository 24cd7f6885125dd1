package milena.node;

import akka.actor.Address;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.typed.Cluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import milena.broker.raft.MetadataLog;
import milena.broker.raft.RaftSettings;
import milena.common.config.BrokerConfig;
import milena.kafka.api.ApiRegistry;
import milena.streams.link.BrokerLink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node from its start to its end. What it takes is taken in this order, and given back in the
 * other: log directories, a broker's Kafka ports, the metadata log, the actor system. The last
 * three don't need each other, so they start side by side.
 */
final class RunningNode {
  private static final Logger LOG = LoggerFactory.getLogger("milena.node");

  private final NodeConfig config;
  private final Runnable onEnd;
  private final Runnable onExpelled;
  private final Goodbyes goodbyes;
  private final RunState state = new RunState();
  private final CompletableFuture<NodeGuardian.Up> up = new CompletableFuture<>();
  private final CompletableFuture<BrokerLink> streams = new CompletableFuture<>();
  private volatile boolean isBroken;
  private Directories directories;
  private Optional<BrokerEntrance> entrance = Optional.empty();
  private CompletableFuture<MetadataLog> metadataLog;
  private volatile ActorSystem<NodeGuardian.Command> system;
  private NodeCore core;
  private Optional<NodeParts> broker = Optional.empty();

  private RunningNode(NodeConfig config, Runnable onEnd, Runnable onExpelled) {
    this.config = config;
    this.goodbyes = new Goodbyes(config.stopTimeout());
    this.onEnd = onEnd;
    this.onExpelled = onExpelled;
  }

  /**
   * A node that is yet to {@link #start}.
   *
   * @param onEnd run when the node has ended though nobody asked it to
   * @param onExpelled run, once, when the cluster takes this run for dead: it shall withdraw
   */
  static RunningNode of(Settings settings, Runnable onEnd, Runnable onExpelled) {
    return new RunningNode(NodeConfig.of(settings), onEnd, onExpelled);
  }

  /**
   * Starts, and waits until it serves.
   *
   * @throws CannotStart when it can't, or {@link #giveUp} was called; nothing of it is left then
   */
  void start() {
    try {
      open();
    } catch (Throwable failure) {
      kill();
      throw CannotStart.because(failure);
    }
  }

  /** Makes a start that waits to be let in fail now; does nothing once the node is up. */
  void giveUp() {
    up.completeExceptionally(new CannotStart("The node was asked to end while it started.", null));
  }

  private void open() throws Exception {
    long began = System.nanoTime();
    BrokerConfig settings = config.broker();
    if (settings.isBroker()) {
      entrance = Optional.of(new BrokerEntrance(settings));
    }
    directories = Directories.of(settings);
    if (settings.isController() && settings.quorum().voters().size() <= 2) {
      directories.requireMetadataLog(
          settings.directories().metadata().resolve(RaftSettings.DIRECTORY));
    }
    QuorumPeers peers = new QuorumPeers(settings);
    QuorumPart quorum = new QuorumPart(settings, peers);
    metadataLog =
        Aside.run(
            "metadata-log",
            () -> quorum.open(failure -> fail("the metadata log has failed", failure)));
    system =
        NodeSystem.start(
            NodeGuardian.create(config, peers, directories, fate(), up),
            config.own(),
            config.remoting(),
            roles());
    quorum.talkThrough(system);
    system.getWhenTerminated().thenRun(this::onSystemGone);
    Optional<BrokerSide.Outside> outside =
        entrance.isPresent() ? Optional.of(entrance.get().outside()) : Optional.empty();
    system.tell(new NodeGuardian.Begin(metadataLog.get(), outside));
    NodeGuardian.Up parts = new Admittance(settings, this::controllerId, LOG).await(up);
    core = parts.core();
    broker = parts.broker();
    if (entrance.isPresent()) {
      ApiRegistry apis = entrance.get().open(broker.orElseThrow());
      system.tell(
          new NodeGuardian.ServeStreams(StreamDoor.of(broker.orElseThrow(), apis), streams));
    }
    if (!state.started()) {
      throw takenForDead(); // after the wait to be let in was over
    }
    LOG.info(
        "Node {} of cluster {} is up after {} ms: {}; data in {}.",
        settings.nodeId(),
        core.images().current().clusterId().orElse("?"),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
        entrance.map(BrokerEntrance::told).orElse("controller only"),
        settings.isBroker() ? settings.directories().logs() : settings.directories().metadata());
  }

  private List<String> roles() {
    List<String> roles = new ArrayList<>();
    if (config.broker().isBroker()) {
      roles.add(NodeSystem.BROKER_ROLE);
      roles.add(PinnedShards.role(config.broker().nodeId()));
    }
    return roles;
  }

  /** The id of the node that leads the metadata log, as far as this one knows; -1 for none. */
  int controllerId() {
    return metadataLog.join().quorum().leader();
  }

  /** Where members of the actor cluster dial this run. */
  String memberAddress() {
    Address own = Cluster.get(system).selfMember().address();
    return own.getHost().orElseThrow() + ":" + own.getPort().orElseThrow();
  }

  /** What carries this run's work. */
  NodeExecutors executors() {
    return NodeExecutors.of(system, entrance.map(BrokerEntrance::eventLoops).orElse(List.of()));
  }

  /** The way to the brokers for streams in this JVM; there is none before the broker serves. */
  Optional<BrokerLink> streams() {
    return Optional.ofNullable(streams.getNow(null));
  }

  NodeCore core() {
    return core;
  }

  /** The parts of a broker. */
  NodeParts parts() {
    return broker.orElseThrow();
  }

  String bootstrapServers() {
    return entrance.map(BrokerEntrance::bootstrapServers).orElse("");
  }

  /** Stops cleanly; whoever calls it meanwhile waits for the same end. */
  boolean stop() {
    if (!state.beginEnd()) {
      return state.awaitEnd();
    }
    LOG.info("Node {} is stopping.", config.broker().nodeId());
    system.tell(NodeGuardian.Ending.INSTANCE);
    Takedown takedown = new Takedown();
    takedown.add("lock of the log directories", directories::close);
    entrance.ifPresent(each -> takedown.add("links to other brokers", each::closeLinks));
    takedown.add("actor system", this::terminate);
    takedown.add("metadata log", () -> metadataLog.get().close());
    takedown.add("membership", () -> goodbyes.leave(core));
    takedown.add("leadership of the metadata log", () -> metadataLog.get().handOver());
    broker.ifPresent(
        parts -> {
          takedown.add("replicas", () -> goodbyes.closeReplicas(parts));
          takedown.add("front door", entrance.orElseThrow()::closeServer);
          takedown.add("registration", () -> goodbyes.deregister(parts));
        });
    boolean clean = takedown.run();
    LOG.info("Node {} has stopped.", config.broker().nodeId());
    return state.ended(clean);
  }

  /** Ends as a crash would: what nobody has written or said is lost. */
  void kill() {
    if (!state.beginEnd()) {
      state.awaitEnd();
      return;
    }
    Takedown takedown = new Takedown();
    takedown.add("lock of the log directories", this::unlock);
    entrance.ifPresent(each -> takedown.add("links to other brokers", each::closeLinks));
    takedown.add("actor system", this::terminate);
    entrance.ifPresent(each -> takedown.add("front door", each::closeServer));
    takedown.add("metadata log", this::abandonLog);
    takedown.run();
    state.ended(false);
  }

  /** Ends a run that counts as dead: what it has is kept for the next, and nobody is told. */
  void withdraw() {
    if (!state.beginEnd()) {
      state.awaitEnd();
      return;
    }
    Takedown takedown = new Takedown();
    takedown.add("lock of the log directories", this::unlock);
    entrance.ifPresent(each -> takedown.add("links to other brokers", each::closeLinks));
    takedown.add("actor system", this::terminate);
    takedown.add("metadata log", () -> metadataLog.get().close());
    if (!system.getWhenTerminated().toCompletableFuture().isDone()) {
      system.tell(NodeGuardian.Ending.INSTANCE);
      broker.ifPresent(
          parts -> takedown.add("replicas", () -> goodbyes.closeReplicasIfPossible(parts)));
    }
    entrance.ifPresent(each -> takedown.add("front door", each::closeServer));
    state.ended(takedown.run());
  }

  private void terminate() throws Exception {
    if (system != null) {
      goodbyes.terminate(system);
    }
  }

  private void unlock() {
    if (directories != null) {
      directories.close();
    }
  }

  /** Also a log that is about to open. */
  private void abandonLog() {
    if (metadataLog != null) {
      MetadataLog opened = metadataLog.handle((value, failure) -> value).join();
      if (opened != null) {
        opened.abandon();
      }
    }
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

  /** How far it is; who holds its monitor keeps it there. */
  RunState state() {
    return state;
  }

  /** Whether its cluster takes this run for dead. */
  boolean isExpelled() {
    return state.isExpelled();
  }

  private static CannotStart takenForDead() {
    return new CannotStart("The node counts as dead in its cluster since before it was up.");
  }

  void expelled() {
    RunState.Expulsion expulsion = state.expelled();
    if (expulsion == RunState.Expulsion.NO_NEWS) {
      return;
    }
    LOG.warn("Node {} counts as dead in its cluster: it begins anew.", config.broker().nodeId());
    if (expulsion == RunState.Expulsion.WHILE_STARTING) {
      up.completeExceptionally(takenForDead());
    } else {
      new Thread(onExpelled, "milena-begin-anew").start();
    }
  }

  /** Something has gone that the node can't live without; ends a running node or fails a start. */
  private void fail(String what, Throwable cause) {
    up.completeExceptionally(new CannotStart("The node can't start: " + what + ".", cause));
    if (!state.isRunning()) {
      LOG.debug("While the node was {}: {}.", state, what, cause);
      return;
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
}
