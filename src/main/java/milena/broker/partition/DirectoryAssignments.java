package milena.broker.partition;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import milena.broker.controller.Controller;
import milena.broker.controller.Controller.AssignReplicas;
import milena.broker.controller.Controller.ReplicasAssigned;
import milena.common.TopicIdPartition;
import milena.metadata.AssignedReplica;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Tells the controller in which log directories this node's replicas are, where that is not what
 * the image says (KIP-858): one message at a time, until it is told.
 */
public final class DirectoryAssignments extends AbstractBehavior<DirectoryAssignments.Command> {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int REPLICAS_MAX = 1000;

  /** What it is told. */
  public sealed interface Command {}

  /** A replica is in this directory. */
  public record Assign(TopicIdPartition id, Uuid directory) implements Command {}

  private enum Send implements Command {
    INSTANCE
  }

  private record Answered(List<AssignedReplica> asked, ReplicasAssigned answer)
      implements Command {}

  private final TimerScheduler<Command> timers;
  private final int brokerId;
  private final LongSupplier brokerEpoch;
  private final ActorRef<Controller.Command> controller;
  private final Map<TopicIdPartition, Uuid> gathered = new LinkedHashMap<>();
  private boolean underWay;

  private DirectoryAssignments(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      int brokerId,
      LongSupplier brokerEpoch,
      ActorRef<Controller.Command> controller) {
    super(context);
    this.timers = timers;
    this.brokerId = brokerId;
    this.brokerEpoch = brokerEpoch;
    this.controller = controller;
  }

  /** One per node. */
  public static Behavior<Command> create(
      int brokerId, LongSupplier brokerEpoch, ActorRef<Controller.Command> controller) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new DirectoryAssignments(context, timers, brokerId, brokerEpoch, controller)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Assign.class, this::onAssign)
        .onMessage(Send.class, send -> onSend())
        .onMessage(Answered.class, this::onAnswered)
        .build();
  }

  private Behavior<Command> onAssign(Assign assign) {
    gathered.put(assign.id(), assign.directory());
    if (!underWay) {
      underWay = true;
      getContext().getSelf().tell(Send.INSTANCE); // behind what has arrived already
    }
    return this;
  }

  private Behavior<Command> onSend() {
    List<AssignedReplica> replicas =
        gathered.entrySet().stream()
            .limit(REPLICAS_MAX)
            .map(each -> new AssignedReplica(each.getKey(), each.getValue()))
            .toList();
    replicas.forEach(replica -> gathered.remove(replica.id()));
    getContext()
        .ask(
            ReplicasAssigned.class,
            controller,
            TIMEOUT,
            (ActorRef<ReplicasAssigned> replyTo) ->
                new AssignReplicas(brokerId, brokerEpoch.getAsLong(), replicas, replyTo),
            (answer, failure) -> new Answered(replicas, answer));
    return this;
  }

  private Behavior<Command> onAnswered(Answered answered) {
    boolean again = false;
    for (int i = 0; i < answered.asked().size(); i++) {
      Errors error =
          answered.answer() == null
              ? Errors.REQUEST_TIMED_OUT
              : answered.answer().outcomes().get(i).toError();
      if (error == Errors.REQUEST_TIMED_OUT || error == Errors.NOT_CONTROLLER) {
        AssignedReplica replica = answered.asked().get(i);
        gathered.putIfAbsent(replica.id(), replica.directory());
        again = true;
      }
    }
    underWay = !gathered.isEmpty();
    if (again) {
      timers.startSingleTimer(Send.INSTANCE, PAUSE);
    } else if (underWay) {
      getContext().getSelf().tell(Send.INSTANCE);
    }
    return this;
  }
}
