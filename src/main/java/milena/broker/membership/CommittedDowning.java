package milena.broker.membership;

import akka.actor.AbstractActorWithTimers;
import akka.actor.ActorSystem;
import akka.actor.Props;
import akka.cluster.Cluster;
import akka.cluster.DowningProvider;
import akka.cluster.Member;
import akka.cluster.UniqueAddress;
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
 * Strikes unreachable members off the actor cluster when the controller has committed that their
 * run is gone. Clients, which host nothing and are in no metadata, go when they have been
 * unreachable for a while: nobody may join as long as anyone is. Nobody else goes, ever. Akka makes
 * it by its name, which configuration gives.
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

    private final Cluster cluster = Cluster.get(getContext().getSystem());
    private final Map<UniqueAddress, Long> silentSinceNanos = new HashMap<>();

    Downer() {
      getTimers().startTimerWithFixedDelay(Look.NOW, Look.NOW, LOOK);
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder().matchEquals(Look.NOW, now -> look()).build();
    }

    private void look() {
      if (cluster.state().getUnreachable().isEmpty()) {
        silentSinceNanos.clear();
        return;
      }
      MetadataLogs.find(getContext().getSystem())
          .ifPresent(
              log -> {
                downThoseGone(log.image().membership());
                downSilentClients();
              });
    }

    private void downSilentClients() {
      Set<UniqueAddress> silent = new HashSet<>();
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
      for (Member member : cluster.state().getUnreachable()) {
        if (membership.isGone(member.uniqueAddress().longUid())) {
          cluster.down(member.address());
        }
      }
    }
  }
}
