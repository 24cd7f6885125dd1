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
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.streams.ConsumerSettings;
import milena.streams.Subscription;
import milena.streams.Subscription.Assignment;
import milena.streams.Subscription.AssignmentOffsetsForTimes;
import milena.streams.Subscription.AssignmentWithOffset;
import milena.streams.Subscription.AutoSubscription;
import milena.streams.Subscription.Topics;
import milena.streams.core.FetchPosition;
import milena.streams.core.GroupMember;
import milena.streams.core.OffsetReset;
import milena.streams.core.Position;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.RetriableException;
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
  private final TopicDirectory topics;
  private final PartitionFeed.Manner manner;
  private final OffsetReset reset;
  private final GroupOffsets offsets;
  private final CoordinatorLink coordinator;
  private final GroupMembership membership;
  private final Map<TopicPartition, PartitionFeed> feeds = new HashMap<>();
  private long readings;
  private long assignment;
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
    this.topics =
        new TopicDirectory(
            settings.brokers().link(),
            Boolean.parseBoolean(settings.property("allow.auto.create.topics")));
    this.manner =
        new PartitionFeed.Manner(
            settings.brokers().link(),
            topics,
            settings.number("max.partition.fetch.bytes"),
            settings.number("fetch.max.wait.ms"),
            settings.number("retry.backoff.ms"),
            settings.isReadCommitted());
    this.reset = settings.offsetReset();
    this.coordinator =
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
                position -> {
                  PartitionFeed feed = feeds.get(position.partition());
                  return feed != null && feed.reading() == position.reading();
                },
                work -> getContext().getSelf().tell(new Then(work)),
                () ->
                    timers.startSingleTimer(
                        Due.COMMIT,
                        Due.COMMIT,
                        Duration.ofMillis(settings.number("retry.backoff.ms"))));
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

  // What is read ----------------------------------------------------------------------------

  private void begin() {
    if (subscription instanceof AssignmentWithOffset with) {
      Map<TopicPartition, FetchPosition> positions = new HashMap<>();
      with.offsets()
          .forEach((each, offset) -> positions.put(each, FetchPosition.at(each, reset, offset)));
      open(positions);
    } else if (subscription instanceof AssignmentOffsetsForTimes at) {
      Map<TopicPartition, FetchPosition> positions = new HashMap<>();
      at.timestampsMs()
          .forEach((each, time) -> positions.put(each, FetchPosition.atTime(each, reset, time)));
      open(positions);
    } else if (subscription instanceof Assignment just) {
      openAtCommitted(just.partitions());
    } else {
      timers.startTimerWithFixedDelay(Due.TOPICS, LOOK);
      membership.begin();
    }
  }

  private void open(Map<TopicPartition, FetchPosition> positions) {
    List<PartitionFeed> opened = new ArrayList<>();
    positions.forEach(
        (partition, position) -> {
          PartitionFeed feed =
              new PartitionFeed(
                  partition,
                  settings.groupId().orElse(""),
                  ++readings,
                  position,
                  manner,
                  failure -> then(() -> fail(failure)));
          feeds.put(partition, feed);
          opened.add(feed);
        });
    listener.added(opened);
  }

  /** Goes on where the group has committed, and elsewhere as the reset policy says. */
  private void openAtCommitted(Set<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      return;
    }
    if (offsets == null) {
      Map<TopicPartition, FetchPosition> positions = new HashMap<>();
      partitions.forEach(each -> positions.put(each, FetchPosition.unknown(each, reset)));
      open(positions);
      return;
    }
    long turn = assignment;
    Set<TopicPartition> wanted = Set.copyOf(partitions);
    offsets
        .fetch(wanted)
        .whenComplete(
            (committed, failure) -> then(() -> onCommittedKnown(turn, wanted, committed, failure)));
  }

  private void onCommittedKnown(
      long turn,
      Set<TopicPartition> wanted,
      Map<TopicPartition, Long> committed,
      Throwable failure) {
    if (isClosing || turn != assignment) {
      return;
    }
    if (failure != null) {
      RuntimeException cause = Calls.cause(failure);
      if (cause instanceof RetriableException) {
        coordinator.forget();
        getContext()
            .scheduleOnce(
                Duration.ofMillis(manner.backoffMs()),
                getContext().getSelf(),
                new Then(
                    () -> {
                      if (turn == assignment && !isClosing) {
                        openAtCommitted(wanted);
                      }
                    }));
      } else {
        fail(cause);
      }
      return;
    }
    Map<TopicPartition, FetchPosition> positions = new HashMap<>();
    for (TopicPartition each : wanted) {
      Long offset = committed.get(each);
      positions.put(
          each,
          offset == null
              ? FetchPosition.unknown(each, reset)
              : FetchPosition.at(each, reset, offset));
    }
    open(positions);
  }

  private void close(Set<TopicPartition> partitions) {
    for (TopicPartition each : partitions) {
      PartitionFeed feed = feeds.remove(each);
      if (feed != null) {
        feed.close();
      }
    }
    listener.gone(partitions);
  }

  // The member ------------------------------------------------------------------------------

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
        feeds.values().forEach(feed -> feed.pause(true));
      }

      @Override
      public void assigned(GroupMember.Assigned partitions) {
        onAssigned(partitions);
      }

      @Override
      public void failed(Throwable cause) {
        fail(cause);
      }
    };
  }

  private void onAssigned(GroupMember.Assigned assigned) {
    assignment++;
    close(assigned.gone());
    // A partition that is kept, but whose offset was still being asked for, is opened as well.
    Set<TopicPartition> missing = new HashSet<>(assigned.added());
    for (TopicPartition each : assigned.kept()) {
      PartitionFeed feed = feeds.get(each);
      if (feed == null) {
        missing.add(each);
      } else {
        feed.pause(false);
      }
    }
    openAtCommitted(missing);
    offsets.commitNext();
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
    feeds.values().forEach(PartitionFeed::close);
    timers.startSingleTimer(Close.INSTANCE, in.time());
    return this;
  }

  private Behavior<Command> onClose() {
    if (!isClosing) {
      isClosing = true;
      timers.cancel(Due.TOPICS);
      feeds.values().forEach(PartitionFeed::close);
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
    if (!isClosing) {
      listener.failed(cause);
      getContext().getSelf().tell(Close.INSTANCE);
    }
  }

  private Behavior<Command> onStop() {
    feeds.values().forEach(PartitionFeed::close);
    if (offsets != null) {
      offsets.failAll(new IllegalStateException("The source is closed"));
    }
    closed.complete(Done.getInstance());
    return this;
  }
}
