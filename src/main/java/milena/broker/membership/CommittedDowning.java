package milena.broker.membership;

import akka.actor.AbstractActorWithTimers;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Props;
import akka.cluster.Cluster;
import akka.cluster.ClusterEvent;
import akka.cluster.DowningProvider;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.remote.RemoteActorRefProvider;
import akka.remote.UniqueAddress;
import akka.remote.artery.QuarantinedEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import milena.broker.raft.MetadataLogs;
import milena.metadata.MembershipImage;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;

/**
 * Strikes members off the actor cluster as soon as the controller has committed that their run is
 * gone, without waiting for Akka's failure detector to find them silent: whoever works in their
 * place, such as sharding's coordinator, begins only when they are off. Clients, which host nothing
 * and are in no metadata, go when they have been unreachable for a while: nobody may join as long
 * as anyone is. Nobody else goes, ever. Akka makes it by its name, which configuration gives.
 */
public final class CommittedDowning extends DowningProvider {
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final String CLIENT = "client";

  /** Beyond what the failure detector allows for a pause. */
  private static final long CLIENT_PATIENCE_NANOS = Duration.ofSeconds(5).toNanos();

  /** Akka calls this constructor. */
  public CommittedDowning(ActorSystem system) {}

  @Override
  public FiniteDuration downRemovalMargin() {
    return scala.concurrent.duration.Duration.Zero();
  }

  @Override
  public Option<Props> downingActorProps() {
    return Option.apply(Props.create(Downer.class, Downer::new));
  }

  /** Looks at who is unreachable, now and then, and whether any of them is known to be gone. */
  private static final class Downer extends AbstractActorWithTimers {
    private enum Look {
      NOW
    }

    private final ExtendedActorSystem system = (ExtendedActorSystem) getContext().getSystem();
    private final Cluster cluster = Cluster.get(getContext().getSystem());
    private final Map<akka.cluster.UniqueAddress, Long> silentSinceNanos = new HashMap<>();

    Downer() {
      cluster.subscribe(
          getSelf(), ClusterEvent.initialStateAsEvents(), ClusterEvent.MemberDowned.class);
      getTimers().startTimerWithFixedDelay(Look.NOW, Look.NOW, LOOK);
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder()
          .matchEquals(Look.NOW, now -> look())
          .match(ClusterEvent.MemberDowned.class, downed -> stopListening(downed.member()))
          .build();
    }

    @Override
    public void postStop() {
      cluster.unsubscribe(getSelf());
    }

    /**
     * Whoever was struck off while it slept, or was cut off, hears nothing of the cluster any more.
     * Akka takes that for its own affair and gives no answer to what it says; by this one it does:
     * its remoting tells it that nobody listens to this run. The members are told as well that it
     * won't speak again, or they would wait for the failure detector before they remove it; the
     * remoting does that by itself only while the node's next run has not reported.
     */
    private void stopListening(Member gone) {
      if (!gone.uniqueAddress().equals(cluster.selfUniqueAddress())
          && system.provider() instanceof RemoteActorRefProvider remoting) {
        long uid = gone.uniqueAddress().longUid();
        remoting.quarantine(gone.address(), Option.apply((Object) uid), "struck off");
        system.eventStream().publish(new QuarantinedEvent(new UniqueAddress(gone.address(), uid)));
      }
    }

    private void look() {
      MetadataLogs.find(getContext().getSystem())
          .ifPresent(
              log -> {
                downThoseGone(log.image().membership());
                downSilentClients();
              });
    }

    private void downSilentClients() {
      Set<akka.cluster.UniqueAddress> silent = new HashSet<>();
      for (Member member : cluster.state().getUnreachable()) {
        if (member.hasRole(CLIENT)) {
          silent.add(member.uniqueAddress());
          long since = silentSinceNanos.computeIfAbsent(member.uniqueAddress(), m -> now());
          if (now() - since > CLIENT_PATIENCE_NANOS) {
            cluster.down(member.address());
          }
        }
      }
      silentSinceNanos.keySet().retainAll(silent);
    }

    private static long now() {
      return System.nanoTime();
    }

    private void downThoseGone(MembershipImage membership) {
      for (Member member : cluster.state().getMembers()) {
        if (membership.isGone(member.uniqueAddress().longUid())
            && member.status() != MemberStatus.down()) {
          cluster.down(member.address());
        }
      }
    }
  }
}
