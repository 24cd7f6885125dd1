package milena.broker.controller;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import milena.broker.controller.Controller.BrokerHeartbeat;
import milena.broker.controller.Controller.HeartbeatReply;
import milena.broker.controller.Controller.RegisterBroker;
import milena.broker.controller.Controller.Registered;
import milena.common.Outcome;
import milena.metadata.ImageSource;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Keeps this node's broker in the cluster.
 *
 * <pre>
 *   REGISTERING --registered--> IN_TOUCH --stop--> STOPPING --may go, or too late--> (stopped)
 *        ^                         |
 *        +---unknown to the controller
 * </pre>
 *
 * While in touch it sends a heartbeat, waits for the answer, and sends the next when the interval
 * has passed, or at once while it still waits to be let in. When answers stay away for a session it
 * takes itself for fenced, as the controller will have; when it was about to stop, it stops.
 */
public final class BrokerLifecycle extends AbstractBehavior<BrokerLifecycle.Command> {
  private static final Duration RETRY = Duration.ofMillis(100);
  private static final Duration HURRIED = Duration.ofMillis(10);

  /** Local: it is told by its own node. */
  public sealed interface Command {}

  /** Hands the leaderships over and says goodbye, then answers and stops. */
  public record Stop(ActorRef<Done> replyTo) implements Command {}

  /** A log directory failed and is used no longer. */
  public record DirectoryFailed(Uuid directory) implements Command {}

  private record RegisterAnswer(Registered answer) implements Command {}

  private record HeartbeatAnswer(HeartbeatReply answer) implements Command {}

  private enum Due implements Command {
    NEXT,
    ANSWER_OVERDUE,
    SESSION_OVER,
    STOP_OVERDUE
  }

  private enum Phase {
    REGISTERING,
    IN_TOUCH,
    STOPPING
  }

  /**
   * How often to speak and how long to wait.
   *
   * @param stop how long the handing over may take when the node stops
   */
  public record Timing(Duration heartbeat, Duration session, Duration stop) {}

  private final TimerScheduler<Command> timers;
  private final BrokerIdentity identity;
  private final Timing timing;
  private final ActorRef<Controller.Command> controller;
  private final ImageSource images;
  private final BrokerStanding standing;
  private final Uuid incarnation = Uuid.randomUuid();
  private final ActorRef<Registered> registered;
  private final ActorRef<HeartbeatReply> heard;
  private final List<Uuid> failedDirectories = new ArrayList<>();
  private Phase phase = Phase.REGISTERING;
  private Outcome lastOutcome = Outcome.SUCCESS;
  private ActorRef<Done> stopReplyTo;

  public static Behavior<Command> create(
      BrokerIdentity identity,
      Timing timing,
      ActorRef<Controller.Command> controller,
      ImageSource images,
      BrokerStanding standing) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new BrokerLifecycle(
                        context, timers, identity, timing, controller, images, standing)));
  }

  private BrokerLifecycle(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      BrokerIdentity identity,
      Timing timing,
      ActorRef<Controller.Command> controller,
      ImageSource images,
      BrokerStanding standing) {
    super(context);
    this.timers = timers;
    this.identity = identity;
    this.timing = timing;
    this.controller = controller;
    this.images = images;
    this.standing = standing;
    this.registered = context.messageAdapter(Registered.class, RegisterAnswer::new);
    this.heard = context.messageAdapter(HeartbeatReply.class, HeartbeatAnswer::new);
    speak();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(HeartbeatAnswer.class, answer -> onHeartbeatAnswer(answer.answer()))
        .onMessage(Due.class, this::onDue)
        .onMessage(RegisterAnswer.class, answer -> onRegistered(answer.answer()))
        .onMessage(DirectoryFailed.class, this::onDirectoryFailed)
        .onMessage(Stop.class, this::onStop)
        .build();
  }

  /** Says what there is to say now, and expects an answer. */
  private void speak() {
    timers.cancel(Due.NEXT);
    timers.startSingleTimer(Due.ANSWER_OVERDUE, timing.session().dividedBy(2));
    if (phase == Phase.REGISTERING) {
      controller.tell(
          new RegisterBroker(
              identity.id(),
              incarnation,
              identity.clusterId(),
              identity.listeners(),
              identity.rack(),
              identity.directories(),
              identity.previousStop(),
              registered));
    } else {
      controller.tell(
          new BrokerHeartbeat(
              identity.id(),
              standing.epoch(),
              images.current().lastSequence(),
              false,
              phase == Phase.STOPPING,
              failedDirectories,
              heard));
    }
  }

  private void speakIn(Duration delay) {
    timers.cancel(Due.ANSWER_OVERDUE);
    timers.startSingleTimer(Due.NEXT, delay);
  }

  private Behavior<Command> onRegistered(Registered answer) {
    if (phase != Phase.REGISTERING) {
      return this;
    }
    report("be registered", answer.outcome());
    if (!answer.outcome().ok()) {
      speakIn(RETRY);
      return this;
    }
    getContext().getLog().info("Registered with epoch {}", answer.brokerEpoch());
    standing.registered(answer.brokerEpoch());
    phase = Phase.IN_TOUCH;
    speak();
    return this;
  }

  private Behavior<Command> onHeartbeatAnswer(HeartbeatReply answer) {
    if (phase == Phase.REGISTERING) {
      return this;
    }
    report("stay in touch", answer.outcome());
    Errors error = answer.outcome().toError();
    if (error == Errors.STALE_BROKER_EPOCH || error == Errors.BROKER_ID_NOT_REGISTERED) {
      return onUnknown();
    }
    if (!answer.outcome().ok()) {
      speakIn(RETRY);
      return this;
    }
    timers.startSingleTimer(Due.SESSION_OVER, timing.session());
    if (phase == Phase.STOPPING) {
      if (answer.mayShutDown()) {
        return stopped();
      }
      speakIn(HURRIED);
      return this;
    }
    if (standing.fenced() != answer.fenced()) {
      getContext().getLog().info(answer.fenced() ? "Fenced" : "Let in");
    }
    standing.fenced(answer.fenced());
    speakIn(answer.fenced() ? HURRIED : timing.heartbeat());
    return this;
  }

  /** The controller knows nothing of this incarnation: it registers again, or goes as it is. */
  private Behavior<Command> onUnknown() {
    standing.fenced(true);
    if (phase == Phase.STOPPING) {
      return stopped();
    }
    phase = Phase.REGISTERING;
    speakIn(RETRY);
    return this;
  }

  private Behavior<Command> onDue(Due what) {
    switch (what) {
      case NEXT, ANSWER_OVERDUE -> speak();
      case SESSION_OVER -> {
        if (phase == Phase.STOPPING) {
          getContext().getLog().warn("Stops without a word from the controller");
          return stopped();
        }
        getContext().getLog().warn("No word from the controller for {}", timing.session());
        standing.fenced(true);
      }
      case STOP_OVERDUE -> {
        getContext().getLog().warn("Stops without having handed over all that it leads");
        return stopped();
      }
    }
    return this;
  }

  private Behavior<Command> onDirectoryFailed(DirectoryFailed failed) {
    failedDirectories.add(failed.directory());
    if (phase == Phase.IN_TOUCH) {
      speak();
    }
    return this;
  }

  private Behavior<Command> onStop(Stop stop) {
    stopReplyTo = stop.replyTo();
    if (phase == Phase.REGISTERING) {
      return stopped();
    }
    phase = Phase.STOPPING;
    timers.startSingleTimer(Due.STOP_OVERDUE, timing.stop());
    timers.startSingleTimer(Due.SESSION_OVER, timing.session());
    speak();
    return this;
  }

  private Behavior<Command> stopped() {
    standing.fenced(true);
    if (stopReplyTo != null) {
      stopReplyTo.tell(Done.getInstance());
    }
    return Behaviors.stopped();
  }

  /** Logs a refusal when it is another than the last one, and not just a change of controllers. */
  private void report(String aim, Outcome outcome) {
    boolean moving = phase != Phase.REGISTERING && outcome.toError() == Errors.NOT_CONTROLLER;
    if (!outcome.ok() && !outcome.equals(lastOutcome) && !moving) {
      getContext()
          .getLog()
          .warn("Can't {} yet: {} ({})", aim, outcome.toError(), outcome.message());
    }
    lastOutcome = outcome;
  }
}
