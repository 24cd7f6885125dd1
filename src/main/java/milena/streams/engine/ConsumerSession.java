package milena.streams.engine;

import akka.Done;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.streams.ConsumerSettings;
import milena.streams.Subscription;
import milena.streams.Subscription.AutoSubscription;
import milena.streams.Subscription.Topics;
import milena.streams.core.GroupMember;
import milena.streams.core.Position;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * What runs beside a source: knows which partitions it reads, opens a {@link PartitionFeed} for
 * each, is the group's member where there is a group, and commits. It outlives the stage, so that
 * what the stream has done can still be committed.
 */
final class ConsumerSession extends AbstractBehavior<ConsumerSession.Command> {
  private static final Duration LOOK = Duration.ofSeconds(5);

  /** Local. */
  sealed interface Command {}

  /** Commits these, if they come from what the source reads now. */
  record Commit(Collection<Position> positions, CompletableFuture<Done> done) implements Command {}

  /** Ends when what was asked to be committed is committed. */
  enum Close implements Command {
    INSTANCE
  }

  /** Ends in a while, unless it is closed before. */
  record CloseIn(Duration time) implements Command {}

  /** Something that was waited for; what it does is done on the actor's own time. */
  private record Then(Runnable work) implements Command {}

  private enum Due implements Command {
    MEMBER,
    COMMIT,
    TOPICS
  }

  /** Told what to read; from the actor's thread. */
  interface Listener {
    /** These are read from now on; they want to be started. */
    void added(Collection<PartitionFeed> feeds);

    /** These are not read any more; their feeds are closed. */
    void gone(Set<TopicPartition> partitions);

    /** It can't go on. */
    void failed(Throwable cause);
  }

  private final ConsumerSettings<?, ?> settings;
  private final Subscription subscription;
  private final Listener listener;
  private final CompletableFuture<Done> closed;
  private final TimerScheduler<Command> timers;
  private final Duration backoff;
  private final GroupOffsets offsets;
  private final GroupMembership membership;
  private final Readings readings;
  private boolean hasFailed;
  private boolean isClosing;
  private boolean hasLeft;

  private ConsumerSession(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ConsumerSettings<?, ?> settings,
      Subscription subscription,
      Listener listener,
      CompletableFuture<Done> closed) {
    super(context);
    this.timers = timers;
    this.settings = settings;
    this.subscription = subscription;
    this.listener = listener;
    this.closed = closed;
    TopicDirectory topics =
        new TopicDirectory(
            settings.brokers().link(),
            Boolean.parseBoolean(settings.property("allow.auto.create.topics")));
    this.backoff = Duration.ofMillis(settings.number("retry.backoff.ms"));
    CoordinatorLink coordinator =
        settings
            .groupId()
            .map(group -> new CoordinatorLink(settings.brokers().link(), group))
            .orElse(null);
    GroupMember member = subscription instanceof AutoSubscription auto ? memberFor(auto) : null;
    this.membership =
        member == null
            ? null
            : new GroupMembership(member, coordinator, topics, subscription, owner());
    this.offsets =
        coordinator == null
            ? null
            : new GroupOffsets(
                coordinator,
                settings,
                member,
                position -> readings().isCurrent(position),
                this::then,
                () -> timers.startSingleTimer(Due.COMMIT, Due.COMMIT, backoff));
    this.readings = new Readings(settings, topics, offsets, coordinator, readingsOwner());
    begin();
  }

  /**
   * @param closed completed when the session is over
   */
  static Behavior<Command> create(
      ConsumerSettings<?, ?> settings,
      Subscription subscription,
      Listener listener,
      CompletableFuture<Done> closed) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new ConsumerSession(
                        context, timers, settings, subscription, listener, closed)));
  }

  /**
   * Refuses what can't be read, before there is a session.
   *
   * @throws InvalidGroupIdException when the group is to decide and there is none
   */
  static void check(ConsumerSettings<?, ?> settings, Subscription subscription) {
    if (subscription instanceof AutoSubscription && settings.groupId().isEmpty()) {
      throw new InvalidGroupIdException(
          "To let a group share out the partitions, say which: ConsumerSettings.withGroupId");
    }
  }

  private GroupMember memberFor(AutoSubscription auto) {
    return new GroupMember(
        new GroupMember.Identity(
            settings.groupId().orElseThrow(),
            settings.groupInstanceId().orElse(null),
            settings.number("session.timeout.ms"),
            settings.number("heartbeat.interval.ms"),
            settings.number("max.poll.interval.ms"),
            settings.assignors()),
        auto instanceof Topics named ? named.names() : Set.of());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Commit.class, this::onCommit)
        .onMessage(Then.class, this::onThen)
        .onMessage(Due.class, this::onDue)
        .onMessage(CloseIn.class, this::onCloseIn)
        .onMessage(Close.class, close -> onClose())
        .onSignal(PostStop.class, stop -> onStop())
        .build();
  }

  private void begin() {
    if (membership == null) {
      readings.begin(subscription);
    } else {
      timers.startTimerWithFixedDelay(Due.TOPICS, LOOK);
      membership.begin();
    }
  }

  private Readings readings() {
    return readings;
  }

  private Readings.Owner readingsOwner() {
    return new Readings.Owner() {
      @Override
      public void then(Runnable work) {
        ConsumerSession.this.then(work);
      }

      @Override
      public void later(Runnable work) {
        getContext().scheduleOnce(backoff, getContext().getSelf(), new Then(work));
      }

      @Override
      public void added(Collection<PartitionFeed> feeds) {
        listener.added(feeds);
      }

      @Override
      public void gone(Set<TopicPartition> partitions) {
        listener.gone(partitions);
      }

      @Override
      public void failed(Throwable cause) {
        fail(cause);
      }
    };
  }

  private GroupMembership.Owner owner() {
    return new GroupMembership.Owner() {
      @Override
      public void then(Runnable work) {
        ConsumerSession.this.then(work);
      }

      @Override
      public void wait(Duration time) {
        timers.startSingleTimer(Due.MEMBER, Due.MEMBER, time);
      }

      @Override
      public void pause() {
        readings.pause();
      }

      @Override
      public void assigned(GroupMember.Assigned partitions) {
        readings.assigned(partitions);
        offsets.commitNext();
      }

      @Override
      public void failed(Throwable cause) {
        fail(cause);
      }
    };
  }

  // Commands --------------------------------------------------------------------------------

  private void then(Runnable work) {
    getContext().getSelf().tell(new Then(work));
  }

  private Behavior<Command> onThen(Then then) {
    then.work().run();
    return next();
  }

  private Behavior<Command> onDue(Due due) {
    if (due == Due.COMMIT) {
      offsets.commitNext();
    } else if (!isClosing) {
      if (due == Due.MEMBER) {
        membership.waited();
      } else {
        membership.lookAtTopics();
      }
    }
    return next();
  }

  private Behavior<Command> onCommit(Commit commit) {
    if (offsets == null) {
      commit
          .done()
          .completeExceptionally(
              new InvalidGroupIdException("Offsets are committed for a group, and there is none"));
    } else {
      offsets.commit(commit.positions(), commit.done());
    }
    return next();
  }

  private Behavior<Command> onCloseIn(CloseIn in) {
    readings.close();
    timers.startSingleTimer(Close.INSTANCE, in.time());
    return this;
  }

  private Behavior<Command> onClose() {
    if (!isClosing) {
      isClosing = true;
      timers.cancel(Due.TOPICS);
      readings.close();
      // A coordinator that is gone must not keep it for ever.
      timers.startSingleTimer(Close.INSTANCE, settings.commitTimeout());
      return next();
    }
    return Behaviors.stopped();
  }

  /** Goes on, or ends: when nothing waits to be committed, and the group knows. */
  private Behavior<Command> next() {
    if (!isClosing || offsets != null && !offsets.isIdle()) {
      return this;
    }
    if (!hasLeft) {
      hasLeft = true;
      Optional<CompletionStage<ApiMessage>> goodbye =
          membership == null ? Optional.empty() : membership.leave();
      if (goodbye.isPresent()) {
        goodbye
            .get()
            .whenComplete((answer, failure) -> getContext().getSelf().tell(Close.INSTANCE));
        return this;
      }
      return Behaviors.stopped();
    }
    return this;
  }

  private void fail(Throwable cause) {
    if (!isClosing && !hasFailed) {
      // A second Close would cut the first one's last commits short.
      hasFailed = true;
      readings.fail(cause);
      listener.failed(cause);
      getContext().getSelf().tell(Close.INSTANCE);
    }
  }

  private Behavior<Command> onStop() {
    readings.close();
    if (offsets != null) {
      offsets.failAll(new IllegalStateException("The source is closed"));
    }
    closed.complete(Done.getInstance());
    return this;
  }
}
