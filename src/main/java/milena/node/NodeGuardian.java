package milena.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import milena.broker.controller.BrokerIdentity;
import milena.broker.controller.BrokerLifecycle;
import milena.broker.controller.BrokerStanding;
import milena.broker.controller.Controller;
import milena.broker.controller.ControllerGateway;
import milena.broker.controller.ControllerSettings;
import milena.broker.controller.ControllerShell;
import milena.broker.controller.ElectionCounts;
import milena.broker.controller.MetadataSubscriber;
import milena.broker.coordinator.GroupCoordinator;
import milena.broker.coordinator.GroupHost;
import milena.broker.coordinator.GroupRegistry;
import milena.broker.membership.ClusterMember;
import milena.broker.membership.PeerWatch;
import milena.broker.membership.PortProbe;
import milena.broker.partition.InSyncRequests;
import milena.broker.partition.LeaderLink;
import milena.broker.partition.PartitionRegistry;
import milena.broker.partition.PartitionReplica;
import milena.broker.partition.ReplicaDirectory;
import milena.broker.partition.ReplicaFetchers;
import milena.broker.partition.ReplicaHost;
import milena.broker.partition.ReplicaPeers;
import milena.broker.partition.ReplicaReconciler;
import milena.broker.raft.MetadataLog;
import milena.broker.raft.MetadataLogs;
import milena.broker.raft.RaftEndpoint;
import milena.broker.raft.RatisMetadataLog;
import milena.common.config.BrokerConfig;
import milena.common.config.LogConfig;
import milena.common.config.SettingsRules;
import milena.group.GroupConfig;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.ElectionRules;
import milena.metadata.ImageSource;
import milena.metadata.PreviousStop;
import milena.metadata.SettingsInForce;
import milena.metadata.TopicDecisions.TopicDefaults;
import milena.streams.link.BrokerLink;
import milena.streams.link.LocalBroker;
import milena.streams.link.MemberLink;
import milena.streams.link.StreamGateway;
import milena.streams.link.StreamLink;

/**
 * The root of a node's actors: starts each when what it needs is there, and can't live without any
 * of them. How a start goes:
 *
 * <pre>
 *   (created)        sharding starts
 *   Begin            the metadata log runs: the way to the controller and the images start, and the
 *                    actor cluster is joined
 *   ClusterKnown     an image names the cluster: the log directories are made its own
 *   DirectoriesRead  and Joined, in any order: the broker registers
 *   LetIn            the controller has unfenced the broker: replicas become what the image says
 * </pre>
 */
final class NodeGuardian extends AbstractBehavior<NodeGuardian.Command> {
  private static final DispatcherSelector PARTITIONS =
      DispatcherSelector.fromConfig("milena.partition-dispatcher");
  private static final DispatcherSelector COORDINATORS =
      DispatcherSelector.fromConfig("milena.coordinator-dispatcher");
  private static final DispatcherSelector BLOCKING =
      DispatcherSelector.fromConfig("milena.blocking-dispatcher");

  private static final ClusterMember.Timing MEMBER_TIMING =
      new ClusterMember.Timing(Duration.ofMillis(500), Duration.ofMillis(500));

  sealed interface Command {}

  /**
   * The metadata log runs, the listeners are bound.
   *
   * @param advertised what clients are told to dial, by listener name
   * @param dialer connects to the brokers that lead what this node follows
   */
  record Begin(MetadataLog log, Map<String, Endpoint> advertised, LeaderLink.Dialer dialer)
      implements Command {}

  private record ClusterKnown(String clusterId) implements Command {}

  private record DirectoriesRead(List<ReplicaDirectory> directories, PreviousStop previousStop)
      implements Command {}

  private enum Joined implements Command {
    INSTANCE
  }

  private record LetIn(long brokerEpoch) implements Command {}

  private record Failed(Throwable cause) implements Command {}

  /** Told how a run ends that nobody has asked to; from an actor's thread. */
  interface Fate {
    /** The cluster takes this run for dead. */
    void expelled();

    /** A part that it can't live without is gone; the actor system ends. */
    void broken();
  }

  /** The node is being taken down: parts that end from now on were asked to. */
  enum Ending implements Command {
    INSTANCE
  }

  /** The broker serves: streams may come as well, of this JVM and of other members. */
  record ServeStreams(LocalBroker broker, CompletableFuture<BrokerLink> link) implements Command {}

  private enum NoDirectoryLeft implements Command {
    INSTANCE
  }

  private final NodeConfig config;
  private final QuorumPeers peers;
  private final Fate fate;
  private final Directories directories;
  private final CompletableFuture<NodeParts> ready;
  private final PartitionRegistry registry = new PartitionRegistry();
  private final Executor blocking;
  private final ReplicaPeers replicaPeers;
  private final ReplicaHost host;
  private final ActorRef<ShardingEnvelope<PartitionReplica.Command>> replicas;
  private final GroupConfig groupConfig;
  private final GroupRegistry groups;
  private Begin begin;
  private ImageSource images;
  private SettingsInForce settings;
  private List<ReplicaDirectory> replicaDirectories;
  private ActorRef<Controller.Command> controller;
  private ActorRef<BrokerLifecycle.Command> lifecycle;
  private ActorRef<ReplicaReconciler.Command> reconciler;
  private final BrokerStanding standing = new BrokerStanding();
  private ActorRef<ClusterMember.Command> member;
  private boolean joined;
  private PreviousStop previousStop;

  /**
   * @param fate told how this run ends, when nobody has asked it to
   * @param ready completed with the parts when the broker is let in, or with what went wrong
   */
  static Behavior<Command> create(
      NodeConfig config,
      QuorumPeers peers,
      Directories directories,
      Fate fate,
      CompletableFuture<NodeParts> ready) {
    return Behaviors.setup(
        context -> new NodeGuardian(context, config, peers, directories, fate, ready));
  }

  private NodeGuardian(
      ActorContext<Command> context,
      NodeConfig config,
      QuorumPeers peers,
      Directories directories,
      Fate fate,
      CompletableFuture<NodeParts> ready) {
    super(context);
    this.fate = fate;
    this.config = config;
    this.peers = peers;
    this.directories = directories;
    this.ready = ready;
    this.blocking = context.getSystem().dispatchers().lookup(BLOCKING);
    BrokerConfig broker = config.broker();
    this.replicaPeers = new ReplicaPeers(broker.replication().maxLagMs());
    this.host =
        new ReplicaHost(
            broker.nodeId(),
            registry,
            System::currentTimeMillis,
            blocking,
            broker.upkeep().producerExpiryMs(),
            this::tellOfFailedDirectory,
            replicaPeers);
    this.groupConfig = GroupSettings.of(broker);
    this.groups = new GroupRegistry(groupConfig, System::currentTimeMillis);
    this.replicas =
        ClusterSharding.get(context.getSystem())
            .init(
                Entity.of(
                        PartitionReplica.ENTITY_TYPE_KEY,
                        entity ->
                            PartitionReplica.create(
                                PartitionReplica.idOf(entity.getEntityId()), host))
                    .withEntityProps(PARTITIONS)
                    .withRole(NodeSystem.BROKER_ROLE)
                    .withMessageExtractor(PinnedShards.extractor())
                    .withAllocationStrategy(PinnedShards.of(context.getSystem())));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Begin.class, this::onBegin)
        .onMessage(ClusterKnown.class, this::onClusterKnown)
        .onMessage(DirectoriesRead.class, this::onDirectoriesRead)
        .onMessage(Joined.class, joined -> onJoined())
        .onMessage(LetIn.class, this::onLetIn)
        .onMessage(Failed.class, this::onFailed)
        .onMessage(ServeStreams.class, this::onServeStreams)
        .onMessage(Ending.class, ending -> onEnding())
        .onMessage(NoDirectoryLeft.class, none -> onNoDirectoryLeft())
        .onSignal(Terminated.class, this::onPartGone)
        .build();
  }

  private Behavior<Command> onBegin(Begin given) {
    begin = given;
    MetadataLogs.provide(getContext().getSystem(), given.log());
    images =
        MetadataSubscriber.start(given.log(), behavior -> spawn(behavior, "metadata-subscriber"));
    BrokerConfig broker = config.broker();
    settings = new SettingsInForce(broker, images);
    LogConfig topicDefaults = broker.logConfig(Map.of());
    ControllerSettings controllerSettings =
        new ControllerSettings(
            directories.clusterId(),
            new TopicDefaults(broker.topics().partitions(), broker.topics().replicationFactor()),
            Duration.ofMillis(broker.liveness().sessionMs()),
            new ElectionRules(
                topicDefaults.minInSyncReplicas(), topicDefaults.uncleanLeaderElection()),
            broker.leaderBalance());
    PortProbe probe = new PortProbe(blocking);
    controller =
        spawn(
            ControllerGateway.create(
                given.log(),
                ControllerShell.factory(
                    controllerSettings,
                    new SettingsRules(broker.layers()),
                    () -> System.nanoTime() / 1_000_000,
                    new SecureRandom(),
                    probe,
                    new ElectionCounts()),
                Duration.ofMillis(broker.quorum().requestTimeoutMs()),
                voter -> peers.door(getContext().getSystem(), voter),
                probe),
            ControllerGateway.NAME);
    if (given.log() instanceof RatisMetadataLog voter) {
      spawn(RaftEndpoint.create(voter), RaftEndpoint.NAME);
    }
    member = spawn(clusterMember(), "member");
    ActorRef<Command> self = getContext().getSelf();
    CompletableFuture<String> named = new CompletableFuture<>();
    ImageSource.Subscription untilNamed =
        images.subscribe((old, now) -> now.clusterId().ifPresent(named::complete));
    named.thenAccept(
        clusterId -> {
          untilNamed.cancel();
          self.tell(new ClusterKnown(clusterId));
        });
    return this;
  }

  private Behavior<ClusterMember.Command> clusterMember() {
    ActorRef<Command> self = getContext().getSelf();
    return ClusterMember.create(
        config.broker().nodeId(),
        MEMBER_TIMING,
        controller,
        images,
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
    try {
      List<ReplicaDirectory> read = directories.read();
      return new DirectoriesRead(read, directories.previousStop(read));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Behavior<Command> onDirectoriesRead(DirectoriesRead read) {
    BrokerConfig broker = config.broker();
    ActorRef<Command> self = getContext().getSelf();
    replicaDirectories = read.directories();
    replicaPeers.connect(
        spawn(ReplicaFetchers.create(fetching()), "fetchers"),
        spawn(
            InSyncRequests.create(broker.nodeId(), standing::epoch, controller),
            "in-sync-requests"));
    reconciler =
        spawn(
            ReplicaReconciler.create(
                new ReplicaReconciler.Setup(
                    host,
                    read.directories(),
                    images,
                    (id, command) ->
                        replicas.tell(
                            new ShardingEnvelope<>(
                                PartitionReplica.entityId(broker.nodeId(), id), command)),
                    settings::topic,
                    broker.upkeep(),
                    () -> self.tell(NoDirectoryLeft.INSTANCE))),
            "replicas");
    spawn(groupHost(), "groups");
    previousStop = read.previousStop();
    register();
    return this;
  }

  private ReplicaFetchers.Setup fetching() {
    BrokerConfig broker = config.broker();
    return new ReplicaFetchers.Setup(
        broker.nodeId(),
        standing::epoch,
        images,
        broker.listeners().interBroker(),
        begin.dialer(),
        broker.replication());
  }

  private Behavior<Command> onJoined() {
    joined = true;
    register();
    return this;
  }

  /** A broker registers when it could host replicas at once. */
  private void register() {
    if (!joined || previousStop == null) {
      return;
    }
    BrokerConfig broker = config.broker();
    ActorRef<Command> self = getContext().getSelf();
    lifecycle =
        spawn(
            BrokerLifecycle.create(
                new BrokerIdentity(
                    broker.nodeId(),
                    directories.clusterId(),
                    begin.advertised(),
                    broker.rack(),
                    directories.ids(),
                    previousStop),
                new BrokerLifecycle.Timing(
                    Duration.ofMillis(broker.liveness().heartbeatMs()),
                    Duration.ofMillis(broker.liveness().sessionMs()),
                    config.stopTimeout().dividedBy(2)),
                controller,
                images,
                standing),
            "lifecycle");
    Adapter.actorOf(
        getContext(),
        PeerWatch.props(broker.nodeId(), broker.listeners().interBroker(), controller, images),
        "peer-watch");
    standing.whenActive().thenAccept(epoch -> self.tell(new LetIn(epoch)));
  }

  private Behavior<GroupHost.Command> groupHost() {
    BrokerConfig.Offsets offsets = config.broker().offsets();
    return GroupHost.create(
        new GroupHost.Surroundings(
            config.broker().nodeId(),
            images,
            registry,
            groups,
            offsets.loadBufferBytes(),
            Duration.ofMillis(offsets.commitTimeoutMs()),
            System::currentTimeMillis),
        this::groupCoordinators);
  }

  private ActorRef<ShardingEnvelope<GroupCoordinator.Command>> groupCoordinators(
      ActorRef<GroupHost.Command> host) {
    return ClusterSharding.get(getContext().getSystem())
        .init(
            Entity.of(
                    GroupCoordinator.ENTITY_TYPE_KEY,
                    entity ->
                        GroupCoordinator.create(
                            entity.getEntityId(),
                            groupConfig,
                            System::currentTimeMillis,
                            groups,
                            host))
                .withEntityProps(COORDINATORS)
                .withRole(NodeSystem.BROKER_ROLE)
                .withMessageExtractor(PinnedShards.extractor())
                .withAllocationStrategy(PinnedShards.of(getContext().getSystem())));
  }

  private Behavior<Command> onLetIn(LetIn letIn) {
    reconciler.tell(new ReplicaReconciler.Begin(letIn.brokerEpoch()));
    ready.complete(
        new NodeParts(
            getContext().getSystem(),
            config.broker(),
            images,
            settings,
            registry,
            groups,
            groupConfig,
            replicaDirectories,
            controller,
            standing,
            blocking,
            lifecycle,
            reconciler));
    return this;
  }

  private Behavior<Command> onServeStreams(ServeStreams serve) {
    spawn(StreamGateway.create(serve.broker()), StreamGateway.NAME);
    ActorRef<StreamLink.Command> others = spawn(StreamLink.create(), StreamLink.NAME);
    serve
        .link()
        .complete(new MemberLink(others, serve.broker(), "node-" + config.broker().nodeId()));
    return this;
  }

  private Behavior<Command> onFailed(Failed failed) {
    Throwable cause =
        failed.cause().getCause() == null ? failed.cause() : failed.cause().getCause();
    ready.completeExceptionally(cause);
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

  private void tellOfFailedDirectory(ReplicaDirectory directory) {
    reconciler.tell(new ReplicaReconciler.DirectoryFailed(directory));
    lifecycle.tell(new BrokerLifecycle.DirectoryFailed(directory.id()));
  }

  private <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    ActorRef<T> part = getContext().spawn(behavior, name);
    getContext().watch(part);
    return part;
  }
}
