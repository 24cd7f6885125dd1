package milena.node;

import static org.junit.Assert.assertTrue;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import milena.broker.membership.ClusterMember;
import milena.metadata.MemberNode;
import milena.testkit.MilenaCluster;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** A node that stood still for so long that the others have struck it off. */
public class SleptNodeIT extends JUnitSuite {

  @Test
  public void whenItWakesItBeginsAnewAsTheSameBroker() throws Exception {
    try (MilenaCluster cluster =
        MilenaCluster.builder()
            .nodes(3)
            .config("broker.heartbeat.interval.ms", "250")
            .config("broker.session.timeout.ms", "1000")
            .start()) {
      NodeParts witness = cluster.node(1).run().parts();
      MemberNode run = ClusterMember.runOf(2, Cluster.get(cluster.node(2).run().parts().system()));
      long epoch = witness.images().current().brokers().get(2).epoch();
      cluster.pauseNode(2);
      ImageWait.until(witness.images(), now -> now.membership().isGone(run.uid()));
      awaitRemoval(witness.system(), run);
      cluster.healNode(2);
      ImageWait.until(
          witness.images(),
          now ->
              now.brokers().get(2).epoch() > epoch
                  && now.brokers().get(2).active()
                  && now.membership().nodes().get(2).joined());
    }
  }

  private static void awaitRemoval(ActorSystem<?> system, MemberNode run) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
    while (StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
        .anyMatch(member -> member.uniqueAddress().longUid() == run.uid())) {
      assertTrue("It is never struck off", System.nanoTime() < deadline);
      Thread.sleep(20);
    }
  }
}
