package milena.broker.controller;

import akka.actor.typed.BackoffSupervisorStrategy;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.SignalHandler;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import milena.broker.controller.Controller.AllocateProducerIds;
import milena.broker.controller.Controller.AlterConfigs;
import milena.broker.controller.Controller.AlterInSync;
import milena.broker.controller.Controller.AnnounceNode;
import milena.broker.controller.Controller.AssignReplicas;
import milena.broker.controller.Controller.BrokerHeartbeat;
import milena.broker.controller.Controller.Command;
import milena.broker.controller.Controller.CreatePartitions;
import milena.broker.controller.Controller.CreateTopics;
import milena.broker.controller.Controller.DeleteTopics;
import milena.broker.controller.Controller.FoundDead;
import milena.broker.controller.Controller.FoundNothing;
import milena.broker.controller.Controller.HeartbeatReply;
import milena.broker.controller.Controller.Internal;
import milena.broker.controller.Controller.NodeAnnounced;
import milena.broker.controller.Controller.NodeEnded;
import milena.broker.controller.Controller.NodeEnds;
import milena.broker.controller.Controller.RegisterBroker;
import milena.broker.controller.Controller.Registered;
import milena.broker.controller.Controller.SuspectNode;
import milena.broker.raft.ImageSnapshots;
import milena.broker.raft.RaftJournal;
import milena.common.Outcome;
import milena.common.config.ConfigRules;
import milena.metadata.BrokerDecisions;
import milena.metadata.BrokerImage;
import milena.metadata.BrokerSessions;
import milena.metadata.ClusterEvent;
import milena.metadata.ClusterImage;
import milena.metadata.Decision;
import milena.metadata.MemberNode;
import milena.metadata.MembershipDecisions;
import milena.metadata.MetadataEvent;
import milena.metadata.NodeSessions;
import milena.metadata.RandomIds;

/**
 * The actor around the controller's decisions: it asks one of the pure deciders, persists what was
 * decided as one commit, and answers. It lives for one term of leadership; its state is the image,
 * recovered from this node's own. Only sessions are kept beside it, in memory.
 */
public final class ControllerShell
    extends EventSourcedBehavior<Command, MetadataEvent, ClusterImage> {

  /** Of a session: how late a silent broker may be noticed. */
  private static final int CHECKS_PER_SESSION = 8;

  /** When a write fails the gateway starts the next one; the journal has told why. */
  private static final BackoffSupervisorStrategy ENDS_QUIETLY =
      SupervisorStrategy.restartWithBackoff(Duration.ofSeconds(1), Duration.ofSeconds(1), 0)
          .withMaxRestarts(0)
          .withLoggingEnabled(false);

  private final ActorContext<Command> context;
  private final ControllerSettings settings;
  private final LongSupplier clockMs;
  private final RandomGenerator random;
  private final BrokerDecisions brokers;
  private final ControllerDesk desk;
  private final BrokerSessions sessions;
  private final NodeSessions nodes;
  private final NodeProbe probe;

  /** Makes the controller of one term. */
  public interface Factory {
    Behavior<Command> forTerm(long term);
  }

  /**
   * @param rules knows the settings
   * @param clockMs a clock that only goes forward
   * @param random for ids and places
   */
  public static Factory factory(
      ControllerSettings settings,
      ConfigRules rules,
      LongSupplier clockMs,
      RandomGenerator random) {
    return factory(settings, rules, clockMs, random, NodeProbe.NONE);
  }

  /**
   * @param rules knows the settings
   * @param clockMs a clock that only goes forward
   * @param random for ids and places
   * @param probe finds out whether a silent node is dead
   */
  public static Factory factory(
      ControllerSettings settings,
      ConfigRules rules,
      LongSupplier clockMs,
      RandomGenerator random,
      NodeProbe probe) {
    return term ->
        Behaviors.setup(
            context ->
                Behaviors.withTimers(
                    timers ->
                        new ControllerShell(
                            term, context, timers, settings, rules, clockMs, random, probe)));
  }

  private ControllerShell(
      long term,
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ControllerSettings settings,
      ConfigRules rules,
      LongSupplier clockMs,
      RandomGenerator random,
      NodeProbe probe) {
    super(PersistenceId.ofUniqueId(RaftJournal.persistenceId(term)), ENDS_QUIETLY);
    this.context = context;
    this.settings = settings;
    this.clockMs = clockMs;
    this.random = random;
    this.brokers = new BrokerDecisions(settings.minInSyncReplicas());
    this.desk = new ControllerDesk(settings, rules, random);
    this.sessions = new BrokerSessions(settings.session().toMillis(), clockMs.getAsLong());
    this.nodes =
        new NodeSessions(settings.lookAfterMs(), settings.deadAfterMs(), clockMs.getAsLong());
    this.probe = probe;
    Duration check = settings.session().dividedBy(CHECKS_PER_SESSION);
    timers.startTimerWithFixedDelay(Internal.CHECK_SESSIONS, check);
  }

  @Override
  public String journalPluginId() {
    return RaftJournal.PLUGIN_ID;
  }

  @Override
  public String snapshotPluginId() {
    return ImageSnapshots.PLUGIN_ID;
  }

  @Override
  public ClusterImage emptyState() {
    return ClusterImage.EMPTY;
  }

  @Override
  public SignalHandler<ClusterImage> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::onRecovered)
        .build();
  }

  private void onRecovered(ClusterImage image) {
    context.getLog().info("Controls the cluster from event {} on", image.lastSequence());
    context.getSelf().tell(Internal.CHECK_SESSIONS);
    if (image.clusterId().isEmpty()) {
      context.getSelf().tell(Internal.NAME_CLUSTER);
    }
  }

  @Override
  public CommandHandler<Command, MetadataEvent, ClusterImage> commandHandler() {
    var handlers = newCommandHandlerBuilder();
    // The cluster's name comes before all else.
    handlers
        .forState(image -> image.clusterId().isEmpty())
        .onCommand(Internal.class, this::onInternal)
        .onAnyCommand(command -> Effect().stash());
    handlers
        .forAnyState()
        .onCommand(BrokerHeartbeat.class, this::onHeartbeat)
        .onCommand(AlterInSync.class, ruled(desk::alterInSync))
        .onCommand(AssignReplicas.class, ruled(desk::assignReplicas))
        .onCommand(AllocateProducerIds.class, ruled(desk::allocateProducerIds))
        .onCommand(CreateTopics.class, ruled(desk::createTopics))
        .onCommand(DeleteTopics.class, ruled(desk::deleteTopics))
        .onCommand(CreatePartitions.class, ruled(desk::createPartitions))
        .onCommand(AlterConfigs.class, ruled(desk::alterConfigs))
        .onCommand(RegisterBroker.class, this::onRegister)
        .onCommand(AnnounceNode.class, this::onAnnounceNode)
        .onCommand(SuspectNode.class, this::onSuspectNode)
        .onCommand(NodeEnds.class, this::onNodeEnds)
        .onCommand(FoundDead.class, this::onFoundDead)
        .onCommand(FoundNothing.class, this::onFoundNothing)
        .onCommand(Internal.class, this::onInternal);
    return handlers.build();
  }

  @Override
  public EventHandler<ClusterImage, MetadataEvent> eventHandler() {
    return ClusterImage::apply;
  }

  private Effect<MetadataEvent, ClusterImage> onInternal(ClusterImage image, Internal what) {
    return switch (what) {
      case NAME_CLUSTER -> onNameCluster(image);
      case CHECK_SESSIONS -> onCheckSessions(image);
    };
  }

  private Effect<MetadataEvent, ClusterImage> onNameCluster(ClusterImage image) {
    if (image.clusterId().isPresent()) {
      return Effect().none();
    }
    String name = settings.clusterId().orElseGet(() -> RandomIds.next(random).toString());
    return Effect().persist(new ClusterEvent.ClusterNamed(name)).thenUnstashAll();
  }

  private Effect<MetadataEvent, ClusterImage> onCheckSessions(ClusterImage image) {
    lookAtSilentNodes(image);
    List<MemberNode> dead = nodes.dead(image.membership(), clockMs.getAsLong());
    if (!dead.isEmpty()) {
      return bury(image, dead.get(0), "silent for too long, and can't be reached");
    }
    List<BrokerImage> silent = sessions.expired(image, clockMs.getAsLong());
    if (silent.isEmpty()) {
      return Effect().none();
    }
    silent.forEach(
        broker ->
            context
                .getLog()
                .warn(
                    "Fences broker {} (epoch {}): silent for {}",
                    broker.id(),
                    broker.epoch(),
                    settings.session()));
    return carryOut(brokers.fence(image, silent), outcome -> {});
  }

  private void lookAtSilentNodes(ClusterImage image) {
    for (MemberNode node : nodes.toLookAt(image.membership(), clockMs.getAsLong())) {
      context.pipeToSelf(
          probe.isDead(node.host(), node.port()),
          (dead, failure) ->
              failure == null && dead ? new FoundDead(node) : new FoundNothing(node.uid()));
    }
  }

  private Effect<MetadataEvent, ClusterImage> onFoundDead(ClusterImage image, FoundDead found) {
    nodes.looked(found.node().uid());
    return bury(image, found.node(), "its port is refused");
  }

  private Effect<MetadataEvent, ClusterImage> onFoundNothing(
      ClusterImage image, FoundNothing found) {
    nodes.looked(found.uid());
    return Effect().none();
  }

  private Effect<MetadataEvent, ClusterImage> bury(
      ClusterImage image, MemberNode node, String why) {
    Decision<Outcome> decision = brokers.bury(image, node);
    if (!decision.events().isEmpty()) {
      context.getLog().warn("Node {} has died (run {}): {}", node.id(), node.uid(), why);
    }
    return carryOut(decision, outcome -> {});
  }

  private Effect<MetadataEvent, ClusterImage> onAnnounceNode(
      ClusterImage image, AnnounceNode command) {
    nodes.heard(command.node().uid(), clockMs.getAsLong());
    return carryOut(
        MembershipDecisions.announce(image, command.node()),
        outcome -> command.replyTo().tell(new NodeAnnounced(outcome)));
  }

  private Effect<MetadataEvent, ClusterImage> onSuspectNode(
      ClusterImage image, SuspectNode command) {
    nodes.suspect(command.uid());
    lookAtSilentNodes(image);
    return Effect().none();
  }

  private Effect<MetadataEvent, ClusterImage> onNodeEnds(ClusterImage image, NodeEnds command) {
    return carryOut(
        MembershipDecisions.gone(image, command.nodeId(), command.uid()),
        outcome -> command.replyTo().tell(new NodeEnded(outcome)));
  }

  private Effect<MetadataEvent, ClusterImage> onRegister(
      ClusterImage image, RegisterBroker command) {
    BrokerImage earlier = image.brokers().get(command.brokerId());
    boolean alive = earlier != null && sessions.alive(earlier, clockMs.getAsLong());
    var candidate =
        new BrokerDecisions.Candidate(
            command.brokerId(),
            command.incarnation(),
            command.clusterId(),
            command.listeners(),
            command.rack(),
            command.directories(),
            command.previousStop());
    return carryOut(
        brokers.register(image, candidate, alive),
        registration ->
            command.replyTo().tell(new Registered(registration.outcome(), registration.epoch())));
  }

  private Effect<MetadataEvent, ClusterImage> onHeartbeat(
      ClusterImage image, BrokerHeartbeat command) {
    int id = command.brokerId();
    BrokerImage broker = image.brokers().get(id);
    if (broker != null && broker.epoch() == command.brokerEpoch()) {
      sessions.heard(id, broker.epoch(), command.appliedSequence(), clockMs.getAsLong());
    }
    var beat =
        new BrokerDecisions.Beat(
            id,
            command.brokerEpoch(),
            command.appliedSequence(),
            command.wantFence(),
            command.wantShutDown(),
            command.offlineDirectories());
    return carryOut(
        brokers.heartbeat(image, beat, sessions.appliedByOthers(image, id)),
        standing ->
            command
                .replyTo()
                .tell(
                    new HeartbeatReply(
                        standing.outcome(),
                        standing.caughtUp(),
                        standing.fenced(),
                        standing.mayShutDown())));
  }

  /** What the desk rules on a command, as an effect. */
  private <C> BiFunction<ClusterImage, C, Effect<MetadataEvent, ClusterImage>> ruled(
      BiFunction<ClusterImage, C, Ruling<?>> rule) {
    return (image, command) -> {
      Ruling<?> ruling = rule.apply(image, command);
      return carryOut(ruling.decision(), reply -> ruling.tell());
    };
  }

  /** One commit for all events, and the answer when they are committed. */
  private <R> Effect<MetadataEvent, ClusterImage> carryOut(
      Decision<R> decision, Consumer<R> answer) {
    if (decision.events().isEmpty()) {
      answer.accept(decision.reply());
      return Effect().none();
    }
    return Effect()
        .persist(decision.events())
        .thenRun((ClusterImage image) -> answer.accept(decision.reply()));
  }
}
