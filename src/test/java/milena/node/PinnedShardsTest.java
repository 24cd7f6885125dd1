package milena.node;

import static org.junit.Assert.assertEquals;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.ShardingMessageExtractor;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Where entities go. */
public class PinnedShardsTest extends JUnitSuite {

  @Test
  public void theBrokerIdBeforeTheSlashIsTheShard() {
    ShardingMessageExtractor<ShardingEnvelope<String>, String> extractor = PinnedShards.extractor();
    ShardingEnvelope<String> envelope = new ShardingEnvelope<>("12/7/a/group", "m");
    assertEquals("12/7/a/group", extractor.entityId(envelope));
    assertEquals("12", extractor.shardId("12/7/a/group"));
    assertEquals("m", extractor.unwrapMessage(envelope));
  }

  @Test
  public void anEntityStartsOnTheNodeOfItsBroker() throws Exception {
    CompletableFuture<String> met = new CompletableFuture<>();
    EntityTypeKey<String> key = EntityTypeKey.create(String.class, "thing");
    ActorSystem<Void> system =
        NodeSystem.start(
            Behaviors.empty(),
            ConfigFactory.defaultReference(),
            new NodeSystem.Remoting("127.0.0.1", "127.0.0.1", 0),
            List.of("broker", PinnedShards.role(5)));
    try {
      Cluster cluster = Cluster.get(system);
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
      ActorRef<ShardingEnvelope<String>> region =
          ClusterSharding.get(system)
              .init(
                  Entity.of(
                          key,
                          context ->
                              Behaviors.receiveMessage(
                                  message -> {
                                    met.complete(context.getEntityId() + " " + message);
                                    return Behaviors.same();
                                  }))
                      .withMessageExtractor(PinnedShards.extractor())
                      .withAllocationStrategy(PinnedShards.of(system)));
      region.tell(new ShardingEnvelope<>("5/x", "hello"));
      assertEquals("5/x hello", met.get(30, TimeUnit.SECONDS));
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }
}
