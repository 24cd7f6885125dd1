package milena.node;

import akka.actor.ActorRef;
import akka.actor.Address;
import akka.actor.typed.ActorSystem;
import akka.cluster.Cluster;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.sharding.ShardCoordinator.AbstractShardAllocationStrategy;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.ShardingMessageExtractor;
import akka.dispatch.Futures;
import java.util.Map;
import java.util.Set;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;

/**
 * Pins each shard to the broker whose id it bears, for good: what a broker's replicas and
 * coordinators work on is that broker's log directories, so there is nowhere else to put them.
 *
 * <p>Entity ids begin with the broker id and a slash ({@code 3/topic-0}); the part before the slash
 * is the shard. A broker is found among the cluster's members by its role ({@link #role}), which
 * survives restarts on another address.
 */
final class PinnedShards extends AbstractShardAllocationStrategy {
  private final Cluster cluster;

  private PinnedShards(Cluster cluster) {
    this.cluster = cluster;
  }

  /** One for each entity type: Akka stops a strategy with its coordinator. */
  static PinnedShards of(ActorSystem<?> system) {
    return new PinnedShards(Cluster.get(system.classicSystem()));
  }

  /** The role by which the members of the cluster tell whose node they are. */
  static String role(int brokerId) {
    return "broker-" + brokerId;
  }

  /** Takes entity ids apart: for every entity type that is pinned. */
  static <M> ShardingMessageExtractor<ShardingEnvelope<M>, M> extractor() {
    return new ShardingMessageExtractor<>() {
      @Override
      public String entityId(ShardingEnvelope<M> envelope) {
        return envelope.entityId();
      }

      @Override
      public String shardId(String entityId) {
        int slash = entityId.indexOf('/');
        return slash < 0 ? entityId : entityId.substring(0, slash);
      }

      @Override
      public M unwrapMessage(ShardingEnvelope<M> envelope) {
        return envelope.message();
      }
    };
  }

  /**
   * The region on the shard's broker. While that broker is away the allocation fails, and the
   * asking region asks again: its messages wait there, bounded, and are never put elsewhere.
   */
  @Override
  public Future<ActorRef> allocateShard(
      ActorRef requester, String shardId, Map<ActorRef, IndexedSeq<String>> regions) {
    Address broker = addressOf("broker-" + shardId);
    for (ActorRef region : regions.keySet()) {
      Address address = region.path().address();
      if (broker != null
          && (address.hasLocalScope() ? cluster.selfAddress() : address).equals(broker)) {
        return Futures.successful(region);
      }
    }
    return Futures.failed(new BrokerAway("Broker " + shardId + " is not in the cluster now."));
  }

  /** Nothing ever moves. */
  @Override
  public Future<Set<String>> rebalance(
      Map<ActorRef, IndexedSeq<String>> regions, Set<String> inProgress) {
    return Futures.successful(Set.of());
  }

  private Address addressOf(String role) {
    for (Member member : cluster.state().getMembers()) {
      if (member.status() == MemberStatus.up() && member.hasRole(role)) {
        return member.address();
      }
    }
    return null;
  }

  private static final class BrokerAway extends RuntimeException {
    BrokerAway(String message) {
      super(message, null, false, false);
    }
  }
}
