package milena.broker.controller;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Function;
import milena.broker.controller.Controller.Command;
import milena.common.Outcome;
import org.apache.kafka.common.protocol.Errors;

/**
 * The commands that wait for one term's controller, in their order. The controller, a child of this
 * actor, has a few of them at a time: what Akka stashes while it recovers or persists it handles
 * afterwards in one nested call each, and thousands would overflow the thread's stack. It ends with
 * the controller.
 */
final class CommandQueue extends AbstractBehavior<Object> {
  /** Commands that the controller has and has not taken up yet. */
  private static final int AHEAD = 64;

  private final int most;
  private final ActorRef<Command> controller;
  private final Queue<Command> waiting = new ArrayDeque<>();
  private int ahead;

  private enum Taken {
    INSTANCE
  }

  /**
   * @param most no more than so many wait; the others are refused with NOT_CONTROLLER, which is a
   *     reason to try again
   * @param controller makes the controller, which runs what it is given, on any thread, once for
   *     each command from here that it takes up
   */
  static Behavior<Command> create(int most, Function<Runnable, Behavior<Command>> controller) {
    return Behaviors.<Object>setup(context -> new CommandQueue(context, most, controller)).narrow();
  }

  private CommandQueue(
      ActorContext<Object> context, int most, Function<Runnable, Behavior<Command>> controller) {
    super(context);
    this.most = most;
    ActorRef<Object> self = context.getSelf();
    this.controller = context.spawnAnonymous(controller.apply(() -> self.tell(Taken.INSTANCE)));
    context.watch(this.controller);
  }

  @Override
  public Receive<Object> createReceive() {
    return newReceiveBuilder()
        .onMessage(Command.class, this::onCommand)
        .onMessage(Taken.class, this::onTaken)
        .onSignal(Terminated.class, ended -> Behaviors.stopped())
        .build();
  }

  private Behavior<Object> onCommand(Command command) {
    if (ahead < AHEAD) {
      ahead++;
      controller.tell(command);
    } else if (waiting.size() < most) {
      waiting.add(command);
    } else {
      command.refuse(Outcome.of(Errors.NOT_CONTROLLER));
    }
    return this;
  }

  private Behavior<Object> onTaken(Taken taken) {
    if (waiting.isEmpty()) {
      ahead--;
    } else {
      controller.tell(waiting.remove());
    }
    return this;
  }
}
