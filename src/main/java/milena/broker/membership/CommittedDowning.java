package milena.broker.membership;

import akka.actor.AbstractActorWithTimers;
import akka.actor.ActorSystem;
import akka.actor.Props;
import akka.cluster.Cluster;
import akka.cluster.DowningProvider;
import akka.cluster.Member;
import java.time.Duration;
import milena.broker.raft.MetadataLogs;
import milena.metadata.MembershipImage;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;

/**
 * Strikes unreachable members off the actor cluster when the controller has committed that their
 * run is gone, and nobody else ever. Akka makes it by its name, which configuration gives.
 */
public final class CommittedDowning extends DowningProvider {
  private static final Duration LOOK = Duration.ofMillis(200);

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

    Downer() {
      getTimers().startTimerWithFixedDelay(Look.NOW, Look.NOW, LOOK);
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder().matchEquals(Look.NOW, now -> look()).build();
    }

    private void look() {
      if (cluster.state().getUnreachable().isEmpty()) {
        return;
      }
      MetadataLogs.find(getContext().getSystem())
          .ifPresent(log -> downThoseGone(log.image().membership()));
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
