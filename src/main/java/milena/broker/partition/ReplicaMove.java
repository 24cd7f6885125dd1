package milena.broker.partition;

import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import milena.common.config.LogConfig;
import milena.log.PartitionLog;

/**
 * Moves a replica to another of its node's log directories (KIP-113): copies its log there, while
 * the replica goes on as ever, until the copy has all; then the replica takes it over. Whoever
 * gives it up before that has the copy erased; when the node ends the copy stays, and the next run
 * goes on with it.
 *
 * <p>It blocks on both disks: run it on a dispatcher for that.
 */
final class ReplicaMove extends AbstractBehavior<ReplicaMove.Command> {
  private static final Duration PAUSE = Duration.ofMillis(20);

  sealed interface Command {}

  private enum Due implements Command {
    COPY
  }

  /** What a replica says to a copy that it was offered. */
  enum Offered implements Command {
    /** It is in the copy's directory now. */
    TAKEN,
    /** It has more, or is about other things: offer it again. */
    NOT_YET,
    /** It can't be taken. */
    REFUSED
  }

  /**
   * What is moved where to.
   *
   * @param pace how fast moves may go
   * @param givenUp whether the copy is erased when the move ends
   * @param ended told once, when the move has come to its end: whether the replica is there now
   */
  record Plan(
      PartitionHandle source,
      ReplicaDirectory target,
      LogConfig config,
      ReplicaHost host,
      RateLimit pace,
      AtomicBoolean givenUp,
      Consumer<Boolean> ended) {}

  private final Plan plan;
  private final TimerScheduler<Command> timers;

  /** Set by the replica when it takes the copy, or here when it is given up: whoever is first. */
  private final AtomicBoolean claimed = new AtomicBoolean();

  private boolean told;
  private Path directory;
  private LogCopy copy;

  private ReplicaMove(ActorContext<Command> context, TimerScheduler<Command> timers, Plan plan) {
    super(context);
    this.plan = plan;
    this.timers = timers;
    context.getSelf().tell(Due.COPY);
  }

  static Behavior<Command> create(Plan plan) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new ReplicaMove(context, timers, plan)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Due.class, due -> onCopy())
        .onMessage(Offered.class, this::onOffered)
        .onSignal(PostStop.class, stop -> onPostStop())
        .build();
  }

  private Behavior<Command> onCopy() {
    if (plan.source().isOffline()) {
      return failed("its own directory has failed");
    }
    try {
      if (copy == null) {
        open();
      }
      long waitMs = plan.pace().waitMs();
      if (waitMs > 0) {
        timers.startSingleTimer(Due.COPY, Duration.ofMillis(waitMs));
        return this;
      }
      long copied = copy.copiedBytes();
      boolean complete = copy.step(plan.source().view().log(), plan.host().nowMs());
      plan.pace().moved(copy.copiedBytes() - copied);
      show();
      if (!complete) {
        getContext().getSelf().tell(Due.COPY);
        return this;
      }
      copy.log().flush(plan.host().nowMs());
    } catch (IOException | RuntimeException e) {
      return failed(e.toString());
    }
    plan.source()
        .replica()
        .tell(new PartitionReplica.TakeOver(copy, plan.target(), claimed, getContext().getSelf()));
    return this;
  }

  private void open() throws IOException {
    PartitionView view = plan.source().view();
    directory = plan.target().copyPath(view.name());
    PartitionLog log =
        PartitionLog.open(
            directory,
            view.name(),
            view.id().topicId(),
            plan.config(),
            plan.target().openingCopy(plan.host().producerIdExpirationMs()),
            plan.host().nowMs());
    if (log.damagedFrom() >= 0) {
      log.truncateTo(log.damagedFrom());
    }
    copy = new LogCopy(log);
  }

  private void show() {
    plan.host()
        .registry()
        .showCopy(
            plan.source().id(),
            new PartitionRegistry.Copy(
                plan.target(), copy.log().logEndOffset(), copy.log().view().sizeInBytes()));
  }

  private Behavior<Command> onOffered(Offered answer) {
    switch (answer) {
      case NOT_YET -> timers.startSingleTimer(Due.COPY, PAUSE);
      case TAKEN -> {
        tell(true);
        return Behaviors.stopped();
      }
      case REFUSED -> {
        return failed("it could not be taken over");
      }
    }
    return this;
  }

  private Behavior<Command> failed(String why) {
    plan.givenUp().set(true);
    getContext()
        .getLog()
        .error(
            "{} is not moved to {} and stays where it is: {}",
            plan.source().view().name(),
            plan.target(),
            why);
    tell(false);
    return Behaviors.stopped();
  }

  private void tell(boolean moved) {
    told = true;
    plan.ended().accept(moved);
  }

  private Behavior<Command> onPostStop() {
    plan.host().registry().dropCopy(plan.source().id(), plan.target());
    if (!claimed.compareAndSet(false, true)) {
      if (!told) {
        tell(true); // given up too late: the replica has it, and its answer is lost with this
      }
    } else {
      if (copy != null) {
        copy.log().closeWithoutFlush();
      }
      if (directory != null && plan.givenUp().get() && plan.target().isOnline()) {
        plan.host().onDisk(plan.target(), () -> plan.target().erase(directory));
      }
    }
    return this;
  }
}
