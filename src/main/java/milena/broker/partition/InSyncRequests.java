package milena.broker.partition;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import milena.broker.controller.Controller;
import milena.broker.controller.Controller.AlterInSync;
import milena.broker.controller.Controller.InSyncAltered;
import milena.common.TopicIdPartition;
import milena.metadata.InSyncChange;
import milena.replication.InSyncProposal;
import org.apache.kafka.common.protocol.Errors;

/**
 * Asks the controller for what this node's leaders propose: one message at a time, with all that
 * has gathered meanwhile, and a partition's newest proposal only.
 */
public final class InSyncRequests extends AbstractBehavior<InSyncRequests.Command> {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** Partitions in one message, which must stay below the frame size of messages between nodes. */
  private static final int CHANGES_MAX = 1000;

  /** What it is told. */
  public sealed interface Command {}

  /** A leader's proposal; the replica hears what became of it. */
  record Ask(
      TopicIdPartition id, InSyncProposal proposal, ActorRef<PartitionReplica.Command> replica)
      implements Command {}

  private enum Send implements Command {
    INSTANCE
  }

  private record Answered(List<Ask> asked, InSyncAltered answer) implements Command {}

  private final int brokerId;
  private final LongSupplier brokerEpoch;
  private final ActorRef<Controller.Command> controller;
  private final Map<TopicIdPartition, Ask> gathered = new LinkedHashMap<>();
  private boolean underWay;

  private InSyncRequests(
      ActorContext<Command> context,
      int brokerId,
      LongSupplier brokerEpoch,
      ActorRef<Controller.Command> controller) {
    super(context);
    this.brokerId = brokerId;
    this.brokerEpoch = brokerEpoch;
    this.controller = controller;
  }

  /** One per node. */
  public static Behavior<Command> create(
      int brokerId, LongSupplier brokerEpoch, ActorRef<Controller.Command> controller) {
    return Behaviors.setup(
        context -> new InSyncRequests(context, brokerId, brokerEpoch, controller));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Ask.class, this::onAsk)
        .onMessage(Send.class, send -> onSend())
        .onMessage(Answered.class, this::onAnswered)
        .build();
  }

  private Behavior<Command> onAsk(Ask ask) {
    gathered.put(ask.id(), ask);
    if (!underWay) {
      underWay = true;
      getContext().getSelf().tell(Send.INSTANCE); // behind what has arrived already
    }
    return this;
  }

  private Behavior<Command> onSend() {
    List<Ask> asks = gathered.values().stream().limit(CHANGES_MAX).toList();
    asks.forEach(ask -> gathered.remove(ask.id()));
    List<InSyncChange> changes = asks.stream().map(InSyncRequests::change).toList();
    getContext()
        .ask(
            InSyncAltered.class,
            controller,
            TIMEOUT,
            (ActorRef<InSyncAltered> replyTo) ->
                new AlterInSync(brokerId, brokerEpoch.getAsLong(), changes, replyTo),
            (answer, failure) -> new Answered(asks, answer));
    return this;
  }

  private static InSyncChange change(Ask ask) {
    InSyncProposal proposal = ask.proposal();
    return new InSyncChange(
        ask.id(),
        proposal.leaderEpoch(),
        proposal.partitionEpoch(),
        proposal.inSync().entrySet().stream()
            .map(member -> new InSyncChange.Member(member.getKey(), member.getValue()))
            .toList());
  }

  private Behavior<Command> onAnswered(Answered answered) {
    for (int i = 0; i < answered.asked().size(); i++) {
      Ask ask = answered.asked().get(i);
      Errors error =
          answered.answer() == null
              ? Errors.REQUEST_TIMED_OUT
              : answered.answer().outcomes().get(i).toError();
      ask.replica()
          .tell(
              new PartitionReplica.InSyncAnswered(
                  ask.proposal().leaderEpoch(), ask.proposal().partitionEpoch(), error));
    }
    underWay = !gathered.isEmpty();
    if (underWay) {
      getContext().getSelf().tell(Send.INSTANCE);
    }
    return this;
  }
}
