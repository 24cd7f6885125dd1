package milena.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;

import akka.actor.Address;
import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.typed.Cluster;
import akka.remote.RemoteActorRefProvider;
import java.util.List;
import java.util.Map;
import milena.broker.controller.Controller;
import milena.broker.membership.ClusterMember;
import milena.metadata.ClusterImage;
import milena.metadata.MemberNode;
import milena.testkit.MilenaCluster;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;
import scala.Option;

/** A node whose cluster takes it for dead comes back as the same broker, in the same process. */
public class ExpelledNodeIT extends JUnitSuite {

  @Test
  public void itBeginsAnew() throws Exception {
    try (MilenaCluster cluster = MilenaCluster.builder().nodes(3).start()) {
      NodeParts witness = cluster.node(1).run().parts();
      RunningNode before = cluster.node(2).run();
      MemberNode run = ClusterMember.runOf(2, Cluster.get(before.parts().system()));
      long epoch = witness.images().current().brokers().get(2).epoch();
      witness
          .controller()
          .tell(new Controller.NodeEnds(2, run.uid(), witness.system().deadLetters()));
      ClusterImage image =
          ImageWait.until(
              witness.images(),
              now -> now.brokers().get(2).epoch() > epoch && now.brokers().get(2).active());
      MemberNode next = image.membership().nodes().get(2);
      assertNotEquals(run.uid(), next.uid());
      assertEquals(run.port(), next.port());
      ImageWait.until(witness.images(), now -> now.membership().nodes().get(2).joined());
    }
  }

  /**
   * As it happens when two nodes can't hear of each other for too long, or lose a system message.
   */
  @Test
  public void itBeginsAnewWhenAnotherWillNotListenToItAnyMore() throws Exception {
    try (MilenaCluster cluster = MilenaCluster.builder().nodes(3).start()) {
      NodeParts witness = cluster.node(1).run().parts();
      MemberNode run = ClusterMember.runOf(2, Cluster.get(cluster.node(2).run().parts().system()));
      long epoch = witness.images().current().brokers().get(2).epoch();
      quarantine(cluster.node(3).run().parts().system(), run);
      ClusterImage image =
          ImageWait.until(
              witness.images(),
              now -> now.brokers().get(2).epoch() > epoch && now.brokers().get(2).active());
      MemberNode next = image.membership().nodes().get(2);
      assertNotEquals(run.uid(), next.uid());
      ImageWait.until(witness.images(), now -> now.membership().nodes().get(2).joined());
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
        admin.createTopics(List.of(new NewTopic("on-all", 3, (short) 3))).all().get();
      }
    }
  }

  /** What Akka's remoting does by itself when it has to give up a system message. */
  private static void quarantine(ActorSystem<?> by, MemberNode run) {
    RemoteActorRefProvider remoting =
        (RemoteActorRefProvider) ((ExtendedActorSystem) Adapter.toClassic(by)).provider();
    Address address = new Address("akka", by.name(), run.host(), run.port());
    remoting.quarantine(address, Option.apply((Object) run.uid()), "for a test");
  }
}
