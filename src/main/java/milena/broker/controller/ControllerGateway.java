package milena.broker.controller;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import milena.broker.controller.Controller.Command;
import milena.broker.raft.MetadataLog;
import milena.common.Outcome;
import milena.metadata.ClusterImage;
import org.apache.kafka.common.protocol.Errors;

/**
 * A node's way to the controller, wherever that is: takes every command of this node and passes it
 * on. While nobody controls the cluster commands wait here, for a while and in a bounded number;
 * then they are refused with NOT_CONTROLLER, which clients take as a reason to try again.
 *
 * <p>On the node that leads the metadata log it is also the controller's parent: it starts one when
 * the log says that the leader is ready, and stops it at once when leadership is lost.
 */
public final class ControllerGateway extends AbstractBehavior<Object> {
  private static final int WAITING_MAX = 10_000;
  private static final Duration RESTART_DELAY = Duration.ofMillis(100);
  private static final long NOT_LEADING = -1;

  private final ControllerShell.Factory controllers;
  private final TimerScheduler<Object> timers;
  private final Duration patience;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private ActorRef<Command> controller;
  private long term = NOT_LEADING;

  private record Waiting(Command command, long deadlineNanos) {}

  private record Leads(long term) {}

  private enum Happening {
    LEADERSHIP_LOST,
    START_AGAIN,
    PATIENCE_ENDS
  }

  /**
   * @param log this node's metadata log
   * @param controllers makes the controller of a term
   * @param patience how long a command waits for a controller
   */
  public static Behavior<Command> create(
      MetadataLog log, ControllerShell.Factory controllers, Duration patience) {
    return Behaviors.<Object>setup(
            context ->
                Behaviors.withTimers(
                    timers -> new ControllerGateway(context, timers, log, controllers, patience)))
        .narrow();
  }

  private ControllerGateway(
      ActorContext<Object> context,
      TimerScheduler<Object> timers,
      MetadataLog log,
      ControllerShell.Factory controllers,
      Duration patience) {
    super(context);
    this.timers = timers;
    this.controllers = controllers;
    this.patience = patience;
    ActorRef<Object> self = context.getSelf();
    log.observe(
        new MetadataLog.Observer() {
          @Override
          public void onImage(ClusterImage image) {}

          @Override
          public void onLeaderReady(long readyTerm) {
            self.tell(new Leads(readyTerm));
          }

          @Override
          public void onLeadershipLost() {
            self.tell(Happening.LEADERSHIP_LOST);
          }
        });
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder()
        .onMessage(Command.class, this::onCommand)
        .onMessage(Leads.class, this::onLeads)
        .onMessage(Happening.class, this::onHappening)
        .onSignal(Terminated.class, this::onControllerGone)
        .build();
  }

  private Behavior<Object> onCommand(Command command) {
    if (controller != null) {
      controller.tell(command);
    } else if (waiting.size() >= WAITING_MAX) {
      refuse(command);
    } else {
      if (waiting.isEmpty()) {
        timers.startSingleTimer(Happening.PATIENCE_ENDS, patience);
      }
      waiting.add(new Waiting(command, System.nanoTime() + patience.toNanos()));
    }
    return this;
  }

  private Behavior<Object> onLeads(Leads leads) {
    stopController();
    term = leads.term();
    startController();
    return this;
  }

  private Behavior<Object> onHappening(Happening what) {
    switch (what) {
      case LEADERSHIP_LOST -> {
        term = NOT_LEADING;
        stopController();
      }
      case START_AGAIN -> {
        if (term != NOT_LEADING && controller == null) {
          startController();
        }
      }
      case PATIENCE_ENDS -> refuseOverdue();
    }
    return this;
  }

  private void startController() {
    controller = getContext().spawnAnonymous(controllers.forTerm(term));
    getContext().watch(controller);
    waiting.forEach(held -> controller.tell(held.command()));
    waiting.clear();
    timers.cancel(Happening.PATIENCE_ENDS);
  }

  private void stopController() {
    if (controller != null) {
      getContext().unwatch(controller);
      getContext().stop(controller);
      controller = null;
    }
  }

  /** A write failed, so nobody knows what of it is committed: the next one recovers and knows. */
  private Behavior<Object> onControllerGone(Terminated terminated) {
    if (terminated.getRef().equals(controller)) {
      controller = null;
      timers.startSingleTimer(Happening.START_AGAIN, RESTART_DELAY);
    }
    return this;
  }

  private void refuseOverdue() {
    long now = System.nanoTime();
    while (!waiting.isEmpty() && waiting.peek().deadlineNanos() - now <= 0) {
      refuse(waiting.remove().command());
    }
    if (!waiting.isEmpty()) {
      Duration rest = Duration.ofNanos(waiting.peek().deadlineNanos() - now);
      timers.startSingleTimer(Happening.PATIENCE_ENDS, rest);
    }
  }

  private static void refuse(Command command) {
    command.refuse(Outcome.of(Errors.NOT_CONTROLLER));
  }
}
