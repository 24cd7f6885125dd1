package milena.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.ActorContext;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import milena.broker.controller.BrokerIdentity;
import milena.broker.controller.BrokerLifecycle;
import milena.broker.controller.BrokerStanding;
import milena.broker.coordinator.GroupClock;
import milena.broker.coordinator.GroupCoordinator;
import milena.broker.coordinator.GroupHost;
import milena.broker.coordinator.GroupRegistry;
import milena.broker.partition.DirectoryAssignments;
import milena.broker.partition.InSyncRequests;
import milena.broker.partition.LeaderLink;
import milena.broker.partition.PartitionRegistry;
import milena.broker.partition.PartitionReplica;
import milena.broker.partition.ReplicaDirectory;
import milena.broker.partition.ReplicaFetchers;
import milena.broker.partition.ReplicaHost;
import milena.broker.partition.ReplicaPeers;
import milena.broker.partition.ReplicaReconciler;
import milena.broker.partition.ReplicationThrottles;
import milena.broker.partition.UpkeepSettings;
import milena.common.config.BrokerConfig;
import milena.common.config.ThrottleConfig;
import milena.group.GroupConfig;
import milena.metadata.BrokerImage;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.PreviousStop;

/**
 * What a node has because it is a broker: replicas, coordinators and a registration. It belongs to
 * the {@link NodeGuardian}, whose children all of its actors are, and is called by it alone.
 */
final class BrokerSide {
  private static final DispatcherSelector PARTITIONS =
      DispatcherSelector.fromConfig("milena.partition-dispatcher");
  private static final DispatcherSelector COORDINATORS =
      DispatcherSelector.fromConfig("milena.coordinator-dispatcher");

  /**
   * What a broker shows to others.
   *
   * @param advertised what clients are told to dial, by listener name
   * @param dialer connects to the brokers that lead what this node follows
   */
  record Outside(Map<String, Endpoint> advertised, LeaderLink.Dialer dialer) {}

  /** What was found in the log directories. */
  record Found(List<ReplicaDirectory> directories, PreviousStop previousStop) {}

  private final ActorContext<NodeGuardian.Command> context;
  private final NodeConfig config;
  private final Directories directories;
  private final PartitionRegistry registry = new PartitionRegistry();
  private final ReplicaPeers replicaPeers;
  private final UpkeepSettings upkeep;
  private final ReplicationThrottles throttles;
  private final ReplicaHost host;
  private final ActorRef<ShardingEnvelope<PartitionReplica.Command>> replicas;
  private final GroupConfig groupConfig;
  private final GroupRegistry groups;
  private final BrokerStanding standing = new BrokerStanding();
  private NodeCore core;
  private Outside outside;
  private Found found;
  private ActorRef<BrokerLifecycle.Command> lifecycle;
  private ActorRef<ReplicaReconciler.Command> reconciler;

  /** Starts sharding, which needs nothing but the actor system. */
  BrokerSide(
      ActorContext<NodeGuardian.Command> context,
      NodeConfig config,
      Directories directories,
      Executor blocking) {
    this.context = context;
    this.config = config;
    this.directories = directories;
    BrokerConfig broker = config.broker();
    this.replicaPeers = new ReplicaPeers(broker.replication().maxLagMs());
    this.upkeep = new UpkeepSettings(broker.upkeep());
    this.throttles =
        new ReplicationThrottles(
            broker.nodeId(),
            ThrottleConfig.of(broker.layers()),
            () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    this.host =
        new ReplicaHost(
            broker.nodeId(),
            registry,
            System::currentTimeMillis,
            blocking,
            upkeep,
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

  /** The way to the controller and the images are there, the listeners bound. */
  void begin(NodeCore present, Outside shown) {
    core = present;
    outside = shown;
    present
        .images()
        .subscribe(
            (old, now) -> {
              if (old.configs() != now.configs()) {
                upkeep.change(present.settings().broker(now).upkeep());
                throttles.change(now, ThrottleConfig.of(present.settings().broker(now).layers()));
              }
            });
  }

  /** The directories are this cluster's, and read. */
  void open(Found read) {
    BrokerConfig broker = config.broker();
    ActorRef<NodeGuardian.Command> self = context.getSelf();
    found = read;
    replicaPeers.connect(
        // Where the replicas are, whom a fetcher talks to: so no thread is woken in between.
        spawn(ReplicaFetchers.create(fetching()), "fetchers", PARTITIONS),
        spawn(
            InSyncRequests.create(broker.nodeId(), standing::epoch, core.controller()),
            "in-sync-requests"),
        this::isAlive);
    ActorRef<DirectoryAssignments.Command> assignments =
        spawn(
            DirectoryAssignments.create(broker.nodeId(), standing::epoch, core.controller()),
            "directory-assignments");
    // So that the shard has its place before who gives places away may be the one that crashed.
    replicas.tell(PartitionReplica.startOfShard(broker.nodeId(), context.getSystem()));
    reconciler =
        spawn(
            ReplicaReconciler.create(
                new ReplicaReconciler.Setup(
                    host,
                    read.directories(),
                    core.images(),
                    (id, command) ->
                        replicas.tell(
                            new ShardingEnvelope<>(
                                PartitionReplica.entityId(broker.nodeId(), id), command)),
                    core.settings()::topic,
                    broker.upkeep(),
                    throttles,
                    (id, directory) ->
                        assignments.tell(new DirectoryAssignments.Assign(id, directory)),
                    () -> self.tell(NodeGuardian.NoDirectoryLeft.INSTANCE))),
            "replicas");
    spawn(groupHost(), "groups");
  }

  private boolean isAlive(int broker) {
    BrokerImage image = core.images().current().brokers().get(broker);
    return image != null && !image.fenced();
  }

  private ReplicaFetchers.Setup fetching() {
    BrokerConfig broker = config.broker();
    return new ReplicaFetchers.Setup(
        broker.nodeId(),
        standing::epoch,
        core.images(),
        broker.listeners().interBroker(),
        outside.dialer(),
        broker.replication(),
        throttles);
  }

  private Behavior<GroupHost.Command> groupHost() {
    BrokerConfig.Offsets offsets = config.broker().offsets();
    return GroupHost.create(
        new GroupHost.Surroundings(
            config.broker().nodeId(),
            core.images(),
            registry,
            groups,
            offsets.loadBufferBytes(),
            Duration.ofMillis(offsets.commitTimeoutMs()),
            System::currentTimeMillis),
        this::groupCoordinators);
  }

  private ActorRef<ShardingEnvelope<GroupCoordinator.Command>> groupCoordinators(
      ActorRef<GroupHost.Command> groupHost) {
    return ClusterSharding.get(context.getSystem())
        .init(
            Entity.of(
                    GroupCoordinator.ENTITY_TYPE_KEY,
                    entity ->
                        GroupCoordinator.create(
                            entity.getEntityId(),
                            groupConfig,
                            GroupClock.SYSTEM,
                            groups,
                            groupHost))
                .withEntityProps(COORDINATORS)
                .withRole(NodeSystem.BROKER_ROLE)
                .withMessageExtractor(PinnedShards.extractor())
                .withAllocationStrategy(PinnedShards.of(context.getSystem())));
  }

  /** Registers, when {@link #open} replicas could be hosted at once by a member of the cluster. */
  void register() {
    BrokerConfig broker = config.broker();
    ActorRef<NodeGuardian.Command> self = context.getSelf();
    lifecycle =
        spawn(
            BrokerLifecycle.create(
                new BrokerIdentity(
                    broker.nodeId(),
                    directories.clusterId(),
                    outside.advertised(),
                    broker.rack(),
                    directories.ids(),
                    found.previousStop()),
                new BrokerLifecycle.Timing(
                    Duration.ofMillis(broker.liveness().heartbeatMs()),
                    Duration.ofMillis(broker.liveness().sessionMs()),
                    config.stopTimeout().dividedBy(2)),
                core.controller(),
                core.images(),
                standing),
            "lifecycle");
    standing.whenActive().thenAccept(epoch -> self.tell(new NodeGuardian.LetIn(epoch)));
  }

  /** The controller has let this broker in: replicas become what the image says. */
  NodeParts letIn(long brokerEpoch) {
    reconciler.tell(new ReplicaReconciler.Begin(brokerEpoch));
    return new NodeParts(
        core.system(),
        config.broker(),
        core.images(),
        core.settings(),
        registry,
        throttles.leaders(),
        groups,
        groupConfig,
        found.directories(),
        core.controller(),
        standing,
        core.blocking(),
        lifecycle,
        reconciler);
  }

  private void tellOfFailedDirectory(ReplicaDirectory directory) {
    reconciler.tell(new ReplicaReconciler.DirectoryFailed(directory));
    lifecycle.tell(new BrokerLifecycle.DirectoryFailed(directory.id()));
  }

  private <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    return spawn(behavior, name, DispatcherSelector.defaultDispatcher());
  }

  private <T> ActorRef<T> spawn(Behavior<T> behavior, String name, DispatcherSelector dispatcher) {
    ActorRef<T> part = context.spawn(behavior, name, dispatcher);
    context.watch(part);
    return part;
  }
}
