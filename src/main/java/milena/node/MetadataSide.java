package milena.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.cluster.typed.Cluster;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import milena.broker.controller.Controller;
import milena.broker.controller.ControllerGateway;
import milena.broker.controller.ControllerSettings;
import milena.broker.controller.ControllerShell;
import milena.broker.controller.ElectionCounts;
import milena.broker.controller.MetadataSubscriber;
import milena.broker.membership.ClusterMember;
import milena.broker.membership.PortProbe;
import milena.broker.membership.VoterAdmission;
import milena.broker.raft.FollowedMetadataLog;
import milena.broker.raft.MetadataFeed;
import milena.broker.raft.MetadataFollower;
import milena.broker.raft.MetadataLog;
import milena.broker.raft.MetadataLogs;
import milena.broker.raft.RaftEndpoint;
import milena.broker.raft.RatisMetadataLog;
import milena.common.config.BrokerConfig;
import milena.common.config.LogConfig;
import milena.common.config.SettingsRules;
import milena.metadata.ElectionRules;
import milena.metadata.ImageSource;
import milena.metadata.SettingsInForce;
import milena.metadata.TopicDecisions.TopicDefaults;

/**
 * What a node has because it follows the metadata log, and, as a voter, keeps it: the images, the
 * way to the controller, and its part in passing the log on. It belongs to the {@link
 * NodeGuardian}, whose children all of its actors are, and is called by it alone.
 */
final class MetadataSide {
  private final ActorContext<NodeGuardian.Command> context;
  private final NodeConfig config;
  private final QuorumPeers peers;
  private final Directories directories;
  private final Executor blocking;

  MetadataSide(
      ActorContext<NodeGuardian.Command> context,
      NodeConfig config,
      QuorumPeers peers,
      Directories directories,
      Executor blocking) {
    this.context = context;
    this.config = config;
    this.peers = peers;
    this.directories = directories;
    this.blocking = blocking;
  }

  /** The log is there: starts the images and the way to the controller. */
  NodeCore begin(MetadataLog log) {
    MetadataLogs.provide(context.getSystem(), log);
    ImageSource images =
        MetadataSubscriber.start(log, behavior -> spawn(behavior, "metadata-subscriber"));
    return new NodeCore(
        context.getSystem(),
        config.broker(),
        log,
        images,
        new SettingsInForce(config.broker(), images),
        spawn(gateway(log), ControllerGateway.NAME),
        blocking);
  }

  /** A voter takes part and lets others read; the others read. */
  void share(NodeCore core) {
    if (core.log() instanceof RatisMetadataLog voter) {
      spawn(admission(voter, core.images()), VoterAdmission.NAME);
      spawn(RaftEndpoint.create(voter), RaftEndpoint.NAME);
      spawn(MetadataFeed.create(voter, blocking), MetadataFeed.NAME);
    } else if (core.log() instanceof FollowedMetadataLog followed) {
      spawn(
          MetadataFollower.create(
              followed,
              turn -> peers.feed(context.getSystem(), turn),
              config.broker().nodeId(),
              blocking),
          MetadataFollower.NAME);
    }
  }

  private Behavior<Controller.Command> gateway(MetadataLog log) {
    BrokerConfig settings = config.broker();
    LogConfig topicDefaults = settings.logConfig(Map.of());
    ControllerSettings controllerSettings =
        new ControllerSettings(
            directories.clusterId(),
            new TopicDefaults(
                settings.topics().partitions(), settings.topics().replicationFactor()),
            Duration.ofMillis(settings.liveness().sessionMs()),
            new ElectionRules(
                topicDefaults.minInSyncReplicas(), topicDefaults.uncleanLeaderElection()),
            settings.leaderBalance());
    PortProbe probe = new PortProbe(blocking);
    return ControllerGateway.create(
        log,
        ControllerShell.factory(
            controllerSettings,
            new SettingsRules(settings.layers()),
            () -> System.nanoTime() / 1_000_000,
            new SecureRandom(),
            probe,
            new ElectionCounts()),
        Duration.ofMillis(settings.quorum().requestTimeoutMs()),
        voter -> peers.door(context.getSystem(), voter),
        probe);
  }

  private Behavior<VoterAdmission.Ask> admission(RatisMetadataLog log, ImageSource images) {
    ActorSystem<?> system = context.getSystem();
    return VoterAdmission.create(
        log,
        ClusterMember.runOf(config.broker().nodeId(), Cluster.get(system)),
        peers.others(system),
        voter -> peers.door(system, voter),
        images,
        !directories.holdPartitions());
  }

  /** Completes with the cluster's id, once an image has it. */
  static CompletableFuture<String> nameOf(ImageSource images) {
    CompletableFuture<String> named = new CompletableFuture<>();
    ImageSource.Subscription untilNamed =
        images.subscribe((old, now) -> now.clusterId().ifPresent(named::complete));
    named.thenRun(untilNamed::cancel);
    return named;
  }

  private <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    ActorRef<T> part = context.spawn(behavior, name);
    context.watch(part);
    return part;
  }
}
