package milena.broker.membership;

import akka.actor.ActorSystem;
import akka.cluster.Cluster;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.testkit.javadsl.TestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.After;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Members whose own ticks come once an hour: what happens sooner is {@link MembershipPace}'s. */
public class MembershipPaceTest extends JUnitSuite {
  private static final Config SLOW =
      ConfigFactory.parseString(
              """
              akka {
                loglevel = WARNING
                actor.provider = cluster
                remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
                coordinated-shutdown.run-by-jvm-shutdown-hook = off
                cluster {
                  jmx.enabled = off
                  leader-actions-interval = 1h
                  gossip-interval = 1h
                  failure-detector.acceptable-heartbeat-pause = 1h
                }
              }
              """)
          .withFallback(ConfigFactory.load());

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final List<ActorSystem> systems = new ArrayList<>();

  @After
  public void end() {
    systems.forEach(system -> system.terminate());
  }

  private Cluster member() {
    ActorSystem system = ActorSystem.create("pace", SLOW);
    systems.add(system);
    system.actorOf(MembershipPace.props());
    return Cluster.get(system);
  }

  private static int upSeenBy(Cluster cluster) {
    int up = 0;
    for (Member member : cluster.state().getMembers()) {
      up += member.status() == MemberStatus.up() ? 1 : 0;
    }
    return up;
  }

  private void await(Supplier<Object> condition) {
    new TestKit(systems.get(0)).awaitCond(PATIENCE, Duration.ofMillis(20), condition);
  }

  @Test
  public void whoJoinsAndWhoLeavesNeedsNoTickOfAkkas() {
    List<Cluster> clusters = List.of(member(), member(), member());
    for (Cluster each : clusters) {
      each.join(clusters.get(0).selfAddress());
    }
    await(() -> clusters.stream().allMatch(each -> upSeenBy(each) == 3));

    clusters.get(0).leave(clusters.get(2).selfAddress());
    List<Cluster> staying = clusters.subList(0, 2);
    await(() -> staying.stream().allMatch(each -> upSeenBy(each) == 2));
    await(() -> staying.stream().allMatch(each -> MembershipPace.isSettled(each.state())));
  }
}
