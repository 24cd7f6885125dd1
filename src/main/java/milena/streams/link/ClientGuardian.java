package milena.streams.link;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.eventstream.EventStream;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.JoinSeedNodes;
import akka.cluster.typed.SelfUp;
import akka.cluster.typed.Subscribe;
import akka.remote.artery.ThisActorSystemQuarantinedEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The root of a client's actors: joins the actor cluster, opens the link when it is a member, and
 * ends when the membership is of no use any more, so that another run can begin: the client was
 * struck off, or the brokers it knew have all been away for a while.
 */
public final class ClientGuardian extends AbstractBehavior<ClientGuardian.Command> {
  /** The role of members that host nothing; brokers strike them off when they are silent. */
  public static final String ROLE = "client";

  private static final Duration LOOK = Duration.ofSeconds(1);

  /** The looks that may find no broker: a whole cluster may be starting anew. */
  private static final int LOOKS_ALONE = 5;

  /** Local. */
  public sealed interface Command {}

  private enum Event implements Command {
    JOINED,
    QUARANTINED,
    LOOK
  }

  private final Cluster cluster;
  private final CompletableFuture<BrokerLink> link;
  private int looksAlone;

  private ClientGuardian(
      ActorContext<Command> context, List<Address> doors, CompletableFuture<BrokerLink> link) {
    super(context);
    this.cluster = Cluster.get(context.getSystem());
    this.link = link;
    cluster
        .subscriptions()
        .tell(
            Subscribe.create(
                context.messageAdapter(SelfUp.class, up -> Event.JOINED), SelfUp.class));
    context
        .getSystem()
        .eventStream()
        .tell(
            new EventStream.Subscribe<>(
                ThisActorSystemQuarantinedEvent.class,
                context.messageAdapter(
                    ThisActorSystemQuarantinedEvent.class, event -> Event.QUARANTINED)));
    cluster.manager().tell(new JoinSeedNodes(doors));
  }

  /**
   * @param doors members of the cluster, any of which may let the client in
   * @param link completed when the client is a member
   */
  public static Behavior<Command> create(List<Address> doors, CompletableFuture<BrokerLink> link) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  timers.startTimerWithFixedDelay(Event.LOOK, LOOK);
                  return new ClientGuardian(context, doors, link);
                }));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessageEquals(Event.JOINED, this::onJoined)
        .onMessageEquals(Event.QUARANTINED, () -> end("others have quarantined it"))
        .onMessageEquals(Event.LOOK, this::onLook)
        .build();
  }

  private Behavior<Command> onJoined() {
    OpenAnswers answers = new OpenAnswers();
    ActorRef<StreamLink.Command> brokers =
        getContext().spawn(StreamLink.create(answers), StreamLink.NAME);
    link.complete(
        new MemberLink(
            brokers, answers, null, "client-" + cluster.selfMember().address().hostPort()));
    return this;
  }

  private Behavior<Command> onLook() {
    if (cluster.selfMember().status() != MemberStatus.up() || seesABroker()) {
      looksAlone = 0;
      return this;
    }
    looksAlone++;
    return looksAlone < LOOKS_ALONE ? this : end("it has not seen any broker for a while");
  }

  private boolean seesABroker() {
    for (Member member : cluster.state().getMembers()) {
      boolean isThere =
          member.status() == MemberStatus.up()
              && !member.hasRole(ROLE)
              && !cluster.state().getUnreachable().contains(member);
      if (isThere) {
        return true;
      }
    }
    return false;
  }

  private Behavior<Command> end(String why) {
    getContext().getLog().warn("This client's membership is of no use, for {}", why);
    return Behaviors.stopped();
  }
}
