package milena.broker.membership;

import akka.actor.AbstractActorWithTimers;
import akka.actor.ActorRef;
import akka.actor.Address;
import akka.actor.Props;
import akka.cluster.Cluster;
import akka.cluster.ClusterEvent;
import akka.cluster.ClusterEvent.CurrentClusterState;
import akka.cluster.InternalClusterAction;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import java.time.Duration;
import java.util.Set;

/**
 * Has the actor cluster talk fast while its members change, so that it may talk slowly else. Akka
 * has one interval for its gossip and one for what its leader does, whatever happens: a join takes
 * several of each, and nodes that idle pay for both. From each change on this gives Akka the ticks
 * of both by itself, until all members are up and know of it, or have had their time: one that
 * can't be reached must not keep the others talking.
 *
 * <p>Akka has no setting for that: the ticks are messages of its own, which it names internal. They
 * are those of the one version that Milena is built with, and a test holds them to what they do.
 */
public final class MembershipPace extends AbstractActorWithTimers {
  private static final Duration STEP = Duration.ofMillis(50);

  /** Five seconds of steps after the last change. */
  private static final int STEPS = 100;

  private enum Step {
    NEXT
  }

  private final Cluster cluster = Cluster.get(getContext().getSystem());
  private int stepsLeft;

  /** One of these for each node, in the actor system that is a member. */
  public static Props props() {
    return Props.create(MembershipPace.class, MembershipPace::new);
  }

  private MembershipPace() {
    cluster.subscribe(
        getSelf(),
        ClusterEvent.initialStateAsEvents(),
        ClusterEvent.MemberEvent.class,
        ClusterEvent.ReachabilityEvent.class);
  }

  @Override
  public Receive createReceive() {
    return receiveBuilder()
        .matchEquals(Step.NEXT, next -> step())
        .match(ClusterEvent.ClusterDomainEvent.class, change -> hurry())
        .build();
  }

  @Override
  public void postStop() {
    cluster.unsubscribe(getSelf());
  }

  private void hurry() {
    if (stepsLeft == 0) {
      getTimers().startTimerWithFixedDelay(Step.NEXT, Step.NEXT, STEP);
    }
    stepsLeft = STEPS;
  }

  private void step() {
    stepsLeft--;
    if (stepsLeft == 0 || isSettled(cluster.state())) {
      stepsLeft = 0;
      getTimers().cancel(Step.NEXT);
      return;
    }
    cluster.clusterCore().tell(InternalClusterAction.GossipTick$.MODULE$, ActorRef.noSender());
    cluster
        .clusterCore()
        .tell(InternalClusterAction.LeaderActionsTick$.MODULE$, ActorRef.noSender());
  }

  /** Whether every member is up, and known by all to be. */
  static boolean isSettled(CurrentClusterState state) {
    Set<Address> seenBy = state.getSeenBy();
    for (Member member : state.getMembers()) {
      if (member.status() != MemberStatus.up() || !seenBy.contains(member.address())) {
        return false;
      }
    }
    return state.getUnreachable().isEmpty();
  }
}
