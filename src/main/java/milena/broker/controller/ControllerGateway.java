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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import milena.broker.controller.Controller.Command;
import milena.broker.raft.MetadataLog;
import milena.common.Outcome;
import milena.metadata.ClusterImage;
import milena.metadata.MemberNode;
import org.apache.kafka.common.protocol.Errors;

/**
 * A node's way to the controller, wherever that is: takes every command of this node and passes it
 * on. While nobody controls the cluster commands wait here, for a while and in a bounded number;
 * then they are refused with NOT_CONTROLLER, which clients take as a reason to try again.
 *
 * <p>What was handed to a controller that is one no longer is refused in the same way: whoever
 * asked can't tell whether it was done, and asks the next one. Who was answered by then overhears
 * the refusal. A command is handed to one controller once at most: a leader relies on it that what
 * was once decided against is not decided anew ({@link milena.replication.LeaderState}).
 *
 * <p>Gateways hand each other commands through a door of their own ({@link #DOOR}): what came
 * through it is never handed on, so that nothing goes round in circles.
 *
 * <p>On the node that leads the metadata log it is also the controller's parent: it starts one when
 * the log says that the leader is ready, and stops it at once when leadership is lost.
 */
public final class ControllerGateway extends AbstractBehavior<Object> {
  /** The name of a node's gateway. */
  public static final String NAME = "controller";

  /** The name of the gateway's child that takes the commands of other nodes. */
  public static final String DOOR = "door";

  static final int WAITING_MAX = 10_000;
  private static final Duration RESTART_DELAY = Duration.ofMillis(100);
  private static final long NOT_LEADING = -1;
  private static final int NOBODY = -1;

  private final MetadataLog log;
  private final ControllerShell.Factory controllers;
  private final TimerScheduler<Object> timers;
  private final Duration patience;
  private final IntFunction<Optional<ActorRef<Command>>> doors;
  private final NodeProbe probe;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final HandedOver handed = new HandedOver(WAITING_MAX);
  private final QuorumStanding quorum;
  private ActorRef<Command> controller;
  private ActorRef<Command> leaderDoor;
  private long term = NOT_LEADING;
  private int leader = NOBODY;
  private int formerLeader = NOBODY;

  /** How often the leader was said to be dead. */
  private int suspicions;

  private record Waiting(Command command, boolean fromAfar, long deadlineNanos) {}

  private record FromAfar(Command command) {}

  private record LeaderIs(int nodeId) {}

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
    return create(log, controllers, patience, nodeId -> Optional.empty(), NodeProbe.NONE);
  }

  /**
   * @param log this node's metadata log
   * @param controllers makes the controller of a term
   * @param patience how long a command waits for a controller
   * @param doors the way to the gateways of other nodes
   * @param probe finds out whether the node that leads the log is dead
   */
  public static Behavior<Command> create(
      MetadataLog log,
      ControllerShell.Factory controllers,
      Duration patience,
      IntFunction<Optional<ActorRef<Command>>> doors,
      NodeProbe probe) {
    return Behaviors.<Object>setup(
            context ->
                Behaviors.withTimers(
                    timers ->
                        new ControllerGateway(
                            context, timers, log, controllers, patience, doors, probe)))
        .narrow();
  }

  private ControllerGateway(
      ActorContext<Object> context,
      TimerScheduler<Object> timers,
      MetadataLog log,
      ControllerShell.Factory controllers,
      Duration patience,
      IntFunction<Optional<ActorRef<Command>>> doors,
      NodeProbe probe) {
    super(context);
    this.timers = timers;
    this.log = log;
    this.quorum = new QuorumStanding(log);
    this.controllers = controllers;
    this.patience = patience;
    this.doors = doors;
    this.probe = probe;
    ActorRef<Object> self = context.getSelf();
    context.spawn(door(self), DOOR);
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

          @Override
          public void onLeader(int nodeId) {
            self.tell(new LeaderIs(nodeId));
          }
        });
  }

  private static Behavior<Command> door(ActorRef<Object> gateway) {
    return Behaviors.receiveMessage(
        command -> {
          gateway.tell(new FromAfar(command));
          return Behaviors.same();
        });
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder()
        .onMessage(Command.class, command -> onCommand(command, false))
        .onMessage(FromAfar.class, far -> onCommand(far.command(), true))
        .onMessage(LeaderIs.class, this::onLeaderIs)
        .onMessage(Leads.class, this::onLeads)
        .onMessage(Happening.class, this::onHappening)
        .onSignal(Terminated.class, this::onControllerGone)
        .build();
  }

  private Behavior<Object> onCommand(Command command, boolean fromAfar) {
    if (controller != null && command instanceof Controller.DescribeQuorum ask) {
      ask.replyTo().tell(new Controller.QuorumDescribed(Outcome.SUCCESS, quorum.describe(nowMs())));
    } else if (controller != null) {
      if (command instanceof Controller.BrokerHeartbeat beat) {
        quorum.heard(beat, nowMs());
      }
      hand(command, controller);
    } else if (command instanceof Controller.SuspectNode suspect && suspect.nodeId() == leader) {
      lookAtLeader(suspect);
    } else if (leaderDoor != null && !fromAfar) {
      hand(command, leaderDoor);
    } else if (waiting.size() >= WAITING_MAX) {
      refuse(command);
    } else {
      if (waiting.isEmpty()) {
        timers.startSingleTimer(Happening.PATIENCE_ENDS, patience);
      }
      waiting.add(new Waiting(command, fromAfar, System.nanoTime() + patience.toNanos()));
    }
    return this;
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  private void hand(Command command, ActorRef<Command> to) {
    handed.add(command);
    to.tell(command);
  }

  private void refuseHanded() {
    handed.take().forEach(ControllerGateway::refuse);
  }

  private Behavior<Object> onLeads(Leads leads) {
    stopController();
    refuseHanded();
    leaderDoor = null;
    quorum.forget();
    term = leads.term();
    startController();
    return this;
  }

  /** Whoever controls can't be told that its own node is dead: its voters have to find out. */
  private void lookAtLeader(Controller.SuspectNode suspect) {
    MemberNode node = log.image().membership().nodes().get(suspect.nodeId());
    if (node != null && node.uid() == suspect.uid()) {
      int round = suspicions++;
      probe
          .isDead(node.host(), node.port())
          .thenAccept(
              dead -> {
                if (dead) {
                  log.challenge(node.id(), round);
                }
              });
    }
  }

  /** Another node leads: it has the controller, or is about to. */
  private Behavior<Object> onLeaderIs(LeaderIs now) {
    if (now.nodeId() != leader) {
      formerLeader = leader;
      leader = now.nodeId();
    }
    suspicions = 0;
    leaderDoor = doors.apply(leader).orElse(null);
    if (leaderDoor != null) {
      refuseHanded();
      waiting.stream().filter(w -> !w.fromAfar()).forEach(w -> hand(w.command(), leaderDoor));
      waiting.removeIf(held -> !held.fromAfar());
    }
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
    controller = getContext().spawnAnonymous(controllers.forTerm(term, formerLeader));
    getContext().watch(controller);
    timers.cancel(Happening.PATIENCE_ENDS);
    List<Waiting> held = List.copyOf(waiting);
    waiting.clear();
    held.forEach(each -> onCommand(each.command(), each.fromAfar()));
  }

  private void stopController() {
    if (controller != null) {
      getContext().unwatch(controller);
      getContext().stop(controller);
      controller = null;
      refuseHanded();
    }
  }

  /** A write failed, so nobody knows what of it is committed: the next one recovers and knows. */
  private Behavior<Object> onControllerGone(Terminated terminated) {
    if (terminated.getRef().equals(controller)) {
      controller = null;
      refuseHanded();
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
