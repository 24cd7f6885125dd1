package milena.broker.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.persistence.typed.EventRejectedException;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.RecoveryFailed;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.SignalHandler;
import java.time.Duration;
import java.util.List;
import milena.group.Group;
import milena.group.GroupConfig;
import milena.group.message.GroupEvent;
import milena.group.message.GroupRequest.Heartbeat;
import milena.group.message.Turn;

/**
 * The actor around one {@link Group}. It lets the group decide, persists the events, applies them,
 * and answers; the group's deadlines become one timer. Requests that change nothing durable are
 * answered at once.
 *
 * <p>Akka takes no command while it persists, and what it stashes then it handles in one nested
 * call each: thousands would overflow the thread's stack. Requests therefore wait in the {@link
 * GroupHandle}, which calls the actor, and it takes them in turns. The offset commits of a turn are
 * persisted together at its end; a request that looks at offsets ends the turn if there are commits
 * before it, and is the first of the next.
 *
 * <p>When a write fails the actor stops, and with it goes all that was not stored; the {@link
 * GroupHost} starts it again from what the partition really holds.
 */
public final class GroupCoordinator
    extends EventSourcedBehavior<GroupCoordinator.Command, GroupEvent, Group<PendingReply>> {
  public static final EntityTypeKey<Command> ENTITY_TYPE_KEY =
      EntityTypeKey.create(Command.class, "group");

  /** How long a group that does not exist keeps its actor: the next request often comes soon. */
  private static final Duration VACANCY = Duration.ofSeconds(10);

  /** A persist longer than this was a standstill, in which no member could be heard. */
  private static final long STANDSTILL_MS = 100;

  /** Requests of one turn, so that the timer and others on the dispatcher get theirs. */
  private static final int TURN = 200;

  /** What a coordinator is told. */
  public sealed interface Command {}

  /** Requests wait in the handle. */
  enum Called implements Command {
    INSTANCE
  }

  /** Makes sharding start the actor. */
  enum Wake implements Command {
    INSTANCE
  }

  /** The partition leads elsewhere. */
  enum Resign implements Command {
    INSTANCE
  }

  private enum Tick implements Command {
    INSTANCE
  }

  private enum Vacant implements Command {
    INSTANCE
  }

  /**
   * Where a coordinator lives, from its entity id: {@code <broker>/<partition>/<group>}.
   *
   * @param partition of {@code __consumer_offsets}
   */
  record Place(int broker, int partition, String groupId) {
    static Place parse(String entityId) {
      int first = entityId.indexOf('/');
      int second = entityId.indexOf('/', first + 1);
      return new Place(
          Integer.parseInt(entityId.substring(0, first)),
          Integer.parseInt(entityId.substring(first + 1, second)),
          entityId.substring(second + 1));
    }

    String entityId() {
      return broker + "/" + partition + "/" + groupId;
    }
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final Place place;
  private final GroupConfig config;
  private final GroupClock clock;
  private final GroupHandle handle;
  private final ActorRef<GroupHost.Command> host;

  /** Of the present turn. */
  private final GatheredCommits gathered = new GatheredCommits();

  private long timerAtMs = Long.MAX_VALUE;

  private GroupCoordinator(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Place place,
      GroupConfig config,
      GroupClock clock,
      GroupHandle handle,
      ActorRef<GroupHost.Command> host) {
    super(PartitionJournal.persistenceId(place.groupId()), CoordinatorFailures.END_RECOVERY);
    this.context = context;
    this.timers = timers;
    this.place = place;
    this.config = config;
    this.clock = clock;
    this.handle = handle;
    this.host = host;
  }

  /**
   * The coordinator of the entity's group.
   *
   * @param entityId {@code <broker>/<partition>/<group>}
   * @param registry this node's
   * @param host this node's
   */
  public static Behavior<Command> create(
      String entityId,
      GroupConfig config,
      GroupClock clock,
      GroupRegistry registry,
      ActorRef<GroupHost.Command> host) {
    return Behaviors.setup(
        context -> {
          Place place = Place.parse(entityId);
          GroupHandle handle = registry.find(place.partition(), place.groupId());
          if (handle == null) {
            return Behaviors.stopped();
          }
          host.tell(
              new GroupHost.Started(place.partition(), place.groupId(), handle, context.getSelf()));
          Behavior<Command> coordinator =
              Behaviors.withTimers(
                  timers ->
                      new GroupCoordinator(context, timers, place, config, clock, handle, host));
          return Behaviors.supervise(coordinator)
              .onFailure(EventRejectedException.class, CoordinatorFailures.END_WRITE);
        });
  }

  @Override
  public Group<PendingReply> emptyState() {
    return new Group<>(place.groupId(), config);
  }

  @Override
  public String journalPluginId() {
    return PartitionJournal.pluginId(place.partition());
  }

  @Override
  public String snapshotPluginId() {
    return "akka.persistence.no-snapshot-store";
  }

  @Override
  public SignalHandler<Group<PendingReply>> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(RecoveryCompleted.instance(), this::onRecovered)
        .onSignal(
            RecoveryFailed.class,
            (group, failed) -> CoordinatorFailures.tell(place.groupId(), failed.getFailure()))
        .build();
  }

  @Override
  public CommandHandler<Command, GroupEvent, Group<PendingReply>> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(Called.class, (group, command) -> onCalled(group))
        .onCommand(Tick.class, (group, command) -> onTick(group))
        .onCommand(Vacant.class, (group, command) -> onVacant(group))
        .onCommand(Resign.class, (group, command) -> Effect().stop())
        .onCommand(Wake.class, (group, command) -> Effect().none())
        .build();
  }

  @Override
  public EventHandler<Group<PendingReply>, GroupEvent> eventHandler() {
    return newEventHandlerBuilder().forAnyState().onAnyEvent(GroupCoordinator::applied);
  }

  private static Group<PendingReply> applied(Group<PendingReply> group, GroupEvent event) {
    group.apply(event);
    return group;
  }

  private void onRecovered(Group<PendingReply> group) {
    group.recovered(clock.nowMs());
    settled(group);
    handle.attach(context.getSelf());
    host.tell(new GroupHost.Recovered(place.partition(), place.groupId()));
  }

  private Effect<GroupEvent, Group<PendingReply>> onCalled(Group<PendingReply> group) {
    handle.called();
    Effect<GroupEvent, Group<PendingReply>> effect = turn(group);
    handle.turnEnds();
    return effect;
  }

  private Effect<GroupEvent, Group<PendingReply>> turn(Group<PendingReply> group) {
    for (int i = 0; i < TURN; i++) {
      GroupHandle.Ask ask = handle.next();
      if (ask == null || !gathered.isEmpty() && GatheredCommits.isAwaitedBy(ask.request())) {
        break;
      }
      handle.taken();
      Turn<PendingReply> turn = new Turn<>(clock.nowMs(), clock.wallMs().getAsLong());
      group.decide(ask.request(), ask.reply(), turn);
      if (ask.request() instanceof Heartbeat) {
        answer(turn.replies());
      } else if (!gathered.take(ask.request(), turn)) {
        if (!turn.events().isEmpty()) {
          return persist(turn);
        }
        settled(group);
        answer(turn.replies());
      }
    }
    return gathered.isEmpty() ? Effect().none() : persist(new Turn<>(0, 0));
  }

  private Effect<GroupEvent, Group<PendingReply>> onTick(Group<PendingReply> group) {
    long lateMs = clock.nowMs() - timerAtMs;
    timerAtMs = Long.MAX_VALUE;
    if (lateMs > STANDSTILL_MS) {
      // The whole process stood still, and heard nobody: what members sent meanwhile comes now.
      group.prolongSessions(lateMs);
    }
    Turn<PendingReply> turn = new Turn<>(clock.nowMs(), clock.wallMs().getAsLong());
    group.tick(turn);
    if (!turn.events().isEmpty()) {
      return persist(turn);
    }
    settled(group);
    answer(turn.replies());
    return Effect().none();
  }

  private Effect<GroupEvent, Group<PendingReply>> onVacant(Group<PendingReply> group) {
    if (group.exists()) {
      return Effect().none();
    }
    handle.vacate();
    return Effect().stop();
  }

  /** Stores what the turn and the commits gathered before it want stored, and then answers. */
  private Effect<GroupEvent, Group<PendingReply>> persist(Turn<PendingReply> turn) {
    GatheredCommits.Batch batch = gathered.with(turn);
    long startedMs = clock.nowMs();
    return Effect()
        .persist(batch.events())
        .thenRun(
            stored -> {
              long tookMs = clock.nowMs() - startedMs;
              if (tookMs > STANDSTILL_MS) {
                stored.prolongSessions(tookMs);
              }
              settled(stored);
              answer(batch.replies());
            });
  }

  private static void answer(List<Turn.Reply<PendingReply>> replies) {
    for (Turn.Reply<PendingReply> reply : replies) {
      reply.to().answer(reply.response());
    }
  }

  /** After a change: others see it, and the timer stands where the group wants it. */
  private void settled(Group<PendingReply> group) {
    boolean exists = group.exists();
    handle.publish(exists ? group.view() : null);
    if (!exists && !timers.isTimerActive(Vacant.INSTANCE)) {
      timers.startSingleTimer(Vacant.INSTANCE, Vacant.INSTANCE, VACANCY);
    }
    // A deadline that has moved away is found out when the timer strikes: heartbeats, which move
    // one all the time, need not touch it.
    long next = group.nextDeadlineMs();
    if (next < timerAtMs) {
      timerAtMs = next;
      long delayMs = Math.max(0, next - clock.nowMs());
      timers.startSingleTimer(Tick.INSTANCE, Tick.INSTANCE, Duration.ofMillis(delayMs));
    }
  }
}
