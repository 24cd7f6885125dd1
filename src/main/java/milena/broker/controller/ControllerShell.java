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
import milena.broker.controller.Controller.AlterReassignments;
import milena.broker.controller.Controller.AnnounceNode;
import milena.broker.controller.Controller.AssignReplicas;
import milena.broker.controller.Controller.BrokerHeartbeat;
import milena.broker.controller.Controller.Command;
import milena.broker.controller.Controller.CreatePartitions;
import milena.broker.controller.Controller.CreateTopics;
import milena.broker.controller.Controller.DeleteTopics;
import milena.broker.controller.Controller.ElectLeaders;
import milena.broker.controller.Controller.FoundDead;
import milena.broker.controller.Controller.FoundNothing;
import milena.broker.controller.Controller.Internal;
import milena.broker.controller.Controller.NodeEnds;
import milena.broker.controller.Controller.RegisterBroker;
import milena.broker.controller.Controller.SuspectNode;
import milena.broker.controller.Controller.UnregisterBroker;
import milena.broker.raft.ImageSnapshots;
import milena.broker.raft.RaftJournal;
import milena.common.Outcome;
import milena.common.config.ConfigRules;
import milena.metadata.ClusterEvent;
import milena.metadata.ClusterImage;
import milena.metadata.Decision;
import milena.metadata.MetadataEvent;
import milena.metadata.RandomIds;
import milena.metadata.RiskyElection;

/**
 * The actor around the controller's decisions: it asks one of the pure deciders, persists what was
 * decided as one commit, and answers. It lives for one term of leadership; its state is the image,
 * recovered from this node's own.
 */
public final class ControllerShell
    extends EventSourcedBehavior<Command, MetadataEvent, ClusterImage> {

  /** Of a session: how late a silent broker may be noticed. */
  private static final int CHECKS_PER_SESSION = 8;

  /** How many leaders change in one commit when leadership goes back to preferred replicas. */
  private static final int MOVED_AT_ONCE = 1000;

  /** When a write fails the gateway starts the next one; the journal has told why. */
  private static final BackoffSupervisorStrategy ENDS_QUIETLY =
      SupervisorStrategy.restartWithBackoff(Duration.ofSeconds(1), Duration.ofSeconds(1), 0)
          .withMaxRestarts(0)
          .withLoggingEnabled(false);

  private final ActorContext<Command> context;
  private final ControllerSettings settings;
  private final RandomGenerator random;
  private final ControllerDesk desk;
  private final ControllerWatch watch;
  private final SilenceWatch silence;
  private final ElectionCounts counts;

  /** Tells the {@link CommandQueue} that a command from there is taken up. */
  private final Runnable taken;

  /** Makes the controller of one term. */
  public interface Factory {
    /**
     * @param formerLeader the node that controlled before, as far as this one has heard; -1 for
     *     none
     */
    Behavior<Command> forTerm(long term, int formerLeader);
  }

  /** A controller that finds nobody dead, and whose elections nobody counts. */
  public static Factory factory(
      ControllerSettings settings,
      ConfigRules rules,
      LongSupplier clockMs,
      RandomGenerator random) {
    return factory(settings, rules, clockMs, random, NodeProbe.NONE, new ElectionCounts());
  }

  /**
   * @param rules knows the settings
   * @param clockMs a clock that only goes forward
   * @param random for ids and places
   * @param probe finds out whether a silent node is dead
   * @param counts counts the elections of each term
   */
  public static Factory factory(
      ControllerSettings settings,
      ConfigRules rules,
      LongSupplier clockMs,
      RandomGenerator random,
      NodeProbe probe,
      ElectionCounts counts) {
    return (term, formerLeader) ->
        CommandQueue.create(
            ControllerGateway.WAITING_MAX,
            taken ->
                Behaviors.setup(
                    context ->
                        Behaviors.withTimers(
                            timers ->
                                new ControllerShell(
                                    term,
                                    context,
                                    timers,
                                    settings,
                                    new ControllerDesk(settings, rules, random),
                                    new ControllerWatch(settings, clockMs, formerLeader),
                                    random,
                                    probe,
                                    counts,
                                    taken))));
  }

  private ControllerShell(
      long term,
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ControllerSettings settings,
      ControllerDesk desk,
      ControllerWatch watch,
      RandomGenerator random,
      NodeProbe probe,
      ElectionCounts counts,
      Runnable taken) {
    super(PersistenceId.ofUniqueId(RaftJournal.persistenceId(term)), ENDS_QUIETLY);
    this.context = context;
    this.settings = settings;
    this.desk = desk;
    this.watch = watch;
    this.random = random;
    this.silence = new SilenceWatch(context, watch, probe, settings.session());
    this.counts = counts;
    this.taken = taken;
    Duration check = settings.session().dividedBy(CHECKS_PER_SESSION);
    timers.startTimerWithFixedDelay(Internal.CHECK_SESSIONS, check);
    settings
        .balanceEvery()
        .ifPresent(every -> timers.startTimerWithFixedDelay(Internal.BALANCE, every));
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
        .onCommand(BrokerHeartbeat.class, ruled(watch::heartbeat))
        .onCommand(AlterInSync.class, ruled(desk::alterInSync))
        .onCommand(AssignReplicas.class, ruled(desk::assignReplicas))
        .onCommand(AlterReassignments.class, ruled(desk::alterReassignments))
        .onCommand(ElectLeaders.class, ruled(desk::electLeaders))
        .onCommand(UnregisterBroker.class, ruled(desk::unregisterBroker))
        .onCommand(AllocateProducerIds.class, ruled(desk::allocateProducerIds))
        .onCommand(CreateTopics.class, ruled(desk::createTopics))
        .onCommand(DeleteTopics.class, ruled(desk::deleteTopics))
        .onCommand(CreatePartitions.class, ruled(desk::createPartitions))
        .onCommand(AlterConfigs.class, ruled(desk::alterConfigs))
        .onCommand(RegisterBroker.class, ruled(watch::register))
        .onCommand(AnnounceNode.class, ruled(watch::announce))
        .onCommand(SuspectNode.class, queued(decided(silence::suspect)))
        .onCommand(NodeEnds.class, ruled(watch::ends))
        .onCommand(FoundDead.class, decided(silence::foundDead))
        .onCommand(FoundNothing.class, decided(silence::foundNothing))
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
      case CHECK_SESSIONS -> carryOut(image, silence.check(image), outcome -> {});
      case BALANCE -> onBalance(image);
    };
  }

  private Effect<MetadataEvent, ClusterImage> onNameCluster(ClusterImage image) {
    if (image.clusterId().isPresent()) {
      return Effect().none();
    }
    String name = settings.clusterId().orElseGet(() -> RandomIds.next(random).toString());
    return Effect().persist(new ClusterEvent.ClusterNamed(name)).thenUnstashAll();
  }

  /** Gives leadership back to the preferred replicas, some at a time. */
  private Effect<MetadataEvent, ClusterImage> onBalance(ClusterImage image) {
    Decision<Integer> decision = desk.balance(image, MOVED_AT_ONCE);
    return carryOut(
        image,
        decision,
        moved -> {
          if (moved > 0) {
            context.getLog().info("Gave {} leaderships back to preferred replicas", moved);
          }
          if (moved >= MOVED_AT_ONCE) {
            context.getSelf().tell(Internal.BALANCE);
          }
        });
  }

  /** What is decided of its own accord, as an effect. */
  private <C> BiFunction<ClusterImage, C, Effect<MetadataEvent, ClusterImage>> decided(
      BiFunction<ClusterImage, C, Decision<Outcome>> rule) {
    return (image, command) -> carryOut(image, rule.apply(image, command), outcome -> {});
  }

  /** What is ruled on a command, as an effect. */
  private <C> BiFunction<ClusterImage, C, Effect<MetadataEvent, ClusterImage>> ruled(
      BiFunction<ClusterImage, C, Ruling<?>> rule) {
    return queued(
        (image, command) -> {
          Ruling<?> ruling = rule.apply(image, command);
          return carryOut(image, ruling.decision(), reply -> ruling.tell());
        });
  }

  /** For a command that comes from the {@link CommandQueue}. */
  private <C> BiFunction<ClusterImage, C, Effect<MetadataEvent, ClusterImage>> queued(
      BiFunction<ClusterImage, C, Effect<MetadataEvent, ClusterImage>> handler) {
    return (image, command) -> {
      taken.run();
      return handler.apply(image, command);
    };
  }

  /** One commit for all events, and the answer when they are committed. */
  private <R> Effect<MetadataEvent, ClusterImage> carryOut(
      ClusterImage image, Decision<R> decision, Consumer<R> answer) {
    if (decision.events().isEmpty()) {
      answer.accept(decision.reply());
      return Effect().none();
    }
    List<RiskyElection> risky = RiskyElection.among(image, decision.events());
    return Effect()
        .persist(decision.events())
        .thenRun(
            (ClusterImage after) -> {
              answer.accept(decision.reply());
              risky.forEach(this::report);
            });
  }

  private void report(RiskyElection election) {
    long nth = counts.add(election);
    context
        .getLog()
        .warn(
            "{}-{} is led by broker {}, {}: records that were acknowledged may be lost. Of the"
                + " replicas {} those in sync were {}, eligible {}. Elections of this kind by this"
                + " node since it started: {}.",
            election.topic(),
            election.id().partition(),
            election.leader(),
            election.ofLastKnownLeader()
                ? "its last known leader, since nobody is left who has everything"
                : "which lacks what only others had (unclean election)",
            election.before().replicas(),
            election.before().isr(),
            election.before().elr(),
            nth);
  }
}
