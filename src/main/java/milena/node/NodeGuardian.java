package milena.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Terminated;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.remote.artery.ThisActorSystemQuarantinedEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import milena.broker.membership.ClusterMember;
import milena.broker.membership.MembershipPace;
import milena.broker.membership.PeerWatch;
import milena.broker.partition.ReplicaDirectory;
import milena.broker.raft.MetadataLog;
import milena.metadata.PreviousStop;
import milena.streams.link.BrokerLink;
import milena.streams.link.LocalBroker;
import milena.streams.link.MemberLink;
import milena.streams.link.OpenAnswers;
import milena.streams.link.StreamGateway;
import milena.streams.link.StreamLink;

/**
 * The root of a node's actors: starts each when what it needs is there, and can't live without any
 * of them. How a start goes:
 *
 * <pre>
 *   (created)        on a broker: sharding starts
 *   Begin            the metadata log is there, a voter's or a follower's: the way to the controller
 *                    and the images start, and the actor cluster is joined
 *   ClusterKnown     an image names the cluster: the log directories are made its own
 *   DirectoriesRead  and Joined, in any order: a broker registers, a controller is up
 *   LetIn            the controller has unfenced the broker: replicas become what the image says
 * </pre>
 */
final class NodeGuardian extends AbstractBehavior<NodeGuardian.Command> {
  private static final DispatcherSelector BLOCKING =
      DispatcherSelector.fromConfig("milena.blocking-dispatcher");

  private static final ClusterMember.Timing MEMBER_TIMING =
      new ClusterMember.Timing(Duration.ofSeconds(1), Duration.ofMillis(500));

  sealed interface Command {}

  /**
   * The metadata log is there.
   *
   * @param outside what a broker shows to others; empty on a node that is only a controller
   */
  record Begin(MetadataLog log, Optional<BrokerSide.Outside> outside) implements Command {}

  private record ClusterKnown(String clusterId) implements Command {}

  private record DirectoriesRead(BrokerSide.Found found) implements Command {}

  private enum Joined implements Command {
    INSTANCE
  }

  record LetIn(long brokerEpoch) implements Command {}

  private record Failed(Throwable cause) implements Command {}

  private record Quarantined(String by) implements Command {}

  /** Told how a run ends that nobody has asked to; from an actor's thread. */
  interface Fate {
    /** The cluster takes this run for dead. */
    void expelled();

    /** A part that it can't live without is gone; the actor system ends. */
    void broken();
  }

  /**
   * A node that is up.
   *
   * @param broker empty on a node that is only a controller
   */
  record Up(NodeCore core, Optional<NodeParts> broker) {}

  /** The node is being taken down: parts that end from now on were asked to. */
  enum Ending implements Command {
    INSTANCE
  }

  /** The broker serves: streams may come as well, of this JVM and of other members. */
  record ServeStreams(LocalBroker broker, CompletableFuture<BrokerLink> link) implements Command {}

  enum NoDirectoryLeft implements Command {
    INSTANCE
  }

  private final NodeConfig config;
  private final MetadataSide metadata;
  private final Fate fate;
  private final Directories directories;
  private final CompletableFuture<Up> ready;
  private final Executor blocking;
  private final Optional<BrokerSide> broker;
  private NodeCore core;
  private final Set<String> takenForDeadBy = new HashSet<>();
  private ActorRef<ClusterMember.Command> member;
  private boolean joined;
  private boolean directoriesRead;

  /**
   * @param fate told how this run ends, when nobody has asked it to
   * @param ready completed with the parts when the node is up, or with what went wrong
   */
  static Behavior<Command> create(
      NodeConfig config,
      QuorumPeers peers,
      Directories directories,
      Fate fate,
      CompletableFuture<Up> ready) {
    return Behaviors.setup(
        context -> new NodeGuardian(context, config, peers, directories, fate, ready));
  }

  private NodeGuardian(
      ActorContext<Command> context,
      NodeConfig config,
      QuorumPeers peers,
      Directories directories,
      Fate fate,
      CompletableFuture<Up> ready) {
    super(context);
    this.fate = fate;
    this.config = config;
    this.directories = directories;
    this.ready = ready;
    this.blocking = context.getSystem().dispatchers().lookup(BLOCKING);
    this.metadata = new MetadataSide(context, config, peers, directories, blocking);
    this.broker =
        config.broker().isBroker()
            ? Optional.of(new BrokerSide(context, config, directories, blocking))
            : Optional.empty();
    context
        .getSystem()
        .eventStream()
        .tell(
            new EventStream.Subscribe<>(
                ThisActorSystemQuarantinedEvent.class,
                context.messageAdapter(
                    ThisActorSystemQuarantinedEvent.class,
                    event -> new Quarantined(event.remoteAddress().address().toString()))));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Begin.class, this::onBegin)
        .onMessage(ClusterKnown.class, this::onClusterKnown)
        .onMessage(DirectoriesRead.class, this::onDirectoriesRead)
        .onMessage(Joined.class, up -> onJoined())
        .onMessage(LetIn.class, this::onLetIn)
        .onMessage(Failed.class, this::onFailed)
        .onMessage(ServeStreams.class, this::onServeStreams)
        .onMessage(Quarantined.class, this::onQuarantined)
        .onMessage(Ending.class, ending -> onEnding())
        .onMessage(NoDirectoryLeft.class, none -> onNoDirectoryLeft())
        .onSignal(Terminated.class, this::onPartGone)
        .build();
  }

  private Behavior<Command> onBegin(Begin begin) {
    core = metadata.begin(begin.log());
    begin.outside().ifPresent(outside -> broker.orElseThrow().begin(core, outside));
    metadata.share(core);
    member = spawn(clusterMember(), "member");
    Adapter.actorOf(
        getContext(),
        PeerWatch.props(
            config.broker().nodeId(),
            config.broker().listeners().interBroker(),
            core.controller(),
            core.images()),
        "peer-watch");
    Adapter.actorOf(getContext(), MembershipPace.props(), "membership-pace");
    ActorRef<Command> self = getContext().getSelf();
    MetadataSide.nameOf(core.images()).thenAccept(id -> self.tell(new ClusterKnown(id)));
    return this;
  }

  private Behavior<ClusterMember.Command> clusterMember() {
    ActorRef<Command> self = getContext().getSelf();
    return ClusterMember.create(
        config.broker().nodeId(),
        MEMBER_TIMING,
        core.controller(),
        core.images(),
        new ClusterMember.Listener() {
          @Override
          public void onUp() {
            self.tell(Joined.INSTANCE);
          }

          @Override
          public void onExpelled() {
            fate.expelled();
          }
        });
  }

  private Behavior<Command> onClusterKnown(ClusterKnown known) {
    getContext()
        .pipeToSelf(
            CompletableFuture.supplyAsync(() -> readDirectories(known.clusterId()), blocking),
            (read, failure) -> failure == null ? read : new Failed(failure));
    return this;
  }

  private DirectoriesRead readDirectories(String clusterId) {
    directories.join(clusterId);
    if (broker.isEmpty()) {
      return new DirectoriesRead(new BrokerSide.Found(List.of(), PreviousStop.CLEAN));
    }
    try {
      List<ReplicaDirectory> read = directories.read();
      return new DirectoriesRead(new BrokerSide.Found(read, directories.previousStop(read)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Behavior<Command> onDirectoriesRead(DirectoriesRead read) {
    broker.ifPresent(side -> side.open(read.found()));
    directoriesRead = true;
    return comeUp();
  }

  private Behavior<Command> onJoined() {
    joined = true;
    return comeUp();
  }

  private Behavior<Command> comeUp() {
    if (joined && directoriesRead) {
      broker.ifPresentOrElse(
          BrokerSide::register, () -> ready.complete(new Up(core, Optional.empty())));
    }
    return this;
  }

  private Behavior<Command> onLetIn(LetIn letIn) {
    ready.complete(new Up(core, broker.map(side -> side.letIn(letIn.brokerEpoch()))));
    return this;
  }

  private Behavior<Command> onServeStreams(ServeStreams serve) {
    spawn(StreamGateway.create(serve.broker()), StreamGateway.NAME);
    OpenAnswers answers = new OpenAnswers();
    ActorRef<StreamLink.Command> others = spawn(StreamLink.create(answers), StreamLink.NAME);
    serve
        .link()
        .complete(
            new MemberLink(others, answers, serve.broker(), "node-" + config.broker().nodeId()));
    return this;
  }

  private Behavior<Command> onFailed(Failed failed) {
    Throwable cause =
        failed.cause().getCause() == null ? failed.cause() : failed.cause().getCause();
    ready.completeExceptionally(cause);
    return this;
  }

  /**
   * Some other node will never listen to this run again, since it counts as dead there. It says so
   * for each message that it gets.
   */
  private Behavior<Command> onQuarantined(Quarantined quarantined) {
    if (takenForDeadBy.add(quarantined.by())) {
      getContext().getLog().warn("The node at {} takes this run for dead", quarantined.by());
    }
    fate.expelled();
    return this;
  }

  private Behavior<Command> onEnding() {
    getContext().getChildren().forEach(getContext()::unwatch);
    if (member != null) {
      getContext().stop(member);
    }
    return this;
  }

  private Behavior<Command> onNoDirectoryLeft() {
    getContext().getLog().error("No log directory is left; this node stops.");
    fate.broken();
    return Behaviors.stopped();
  }

  /** The parts restart what can be restarted below them: one that ends is a fault of ours. */
  private Behavior<Command> onPartGone(Terminated terminated) {
    getContext()
        .getLog()
        .error("The part {} has ended; this node stops.", terminated.getRef().path().name());
    fate.broken();
    return Behaviors.stopped();
  }

  private <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    ActorRef<T> part = getContext().spawn(behavior, name);
    getContext().watch(part);
    return part;
  }
}
