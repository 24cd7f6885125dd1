package milena.broker.partition;

import akka.actor.typed.ActorRef;
import java.util.function.IntPredicate;
import milena.common.TopicIdPartition;
import milena.replication.InSyncProposal;

/**
 * A replica's way to its partition's other replicas and to the controller. The actors behind it are
 * started after the replicas' host is made and before the first replica is told what it is; without
 * them a replica follows nobody and asks for nothing.
 */
public final class ReplicaPeers {
  private final long lagMaxMs;
  private volatile ActorRef<ReplicaFetchers.Command> fetchers;
  private volatile ActorRef<InSyncRequests.Command> inSync;
  private volatile IntPredicate alive = broker -> true;

  /**
   * @param lagMaxMs {@code replica.lag.time.max.ms}
   */
  public ReplicaPeers(long lagMaxMs) {
    this.lagMaxMs = lagMaxMs;
  }

  /**
   * Makes it work.
   *
   * @param brokersAlive whether the controller counts a broker among the living, by its id
   */
  public void connect(
      ActorRef<ReplicaFetchers.Command> fetchersOfNode,
      ActorRef<InSyncRequests.Command> inSyncOfNode,
      IntPredicate brokersAlive) {
    fetchers = fetchersOfNode;
    inSync = inSyncOfNode;
    alive = brokersAlive;
  }

  boolean isAlive(int broker) {
    return alive.test(broker);
  }

  long lagMaxMs() {
    return lagMaxMs;
  }

  void follow(ReplicaFetchers.Follow follow) {
    ActorRef<ReplicaFetchers.Command> to = fetchers;
    if (to != null) {
      to.tell(follow);
    }
  }

  void unfollow(TopicIdPartition id) {
    ActorRef<ReplicaFetchers.Command> to = fetchers;
    if (to != null) {
      to.tell(new ReplicaFetchers.Unfollow(id));
    }
  }

  void propose(
      TopicIdPartition id, InSyncProposal proposal, ActorRef<PartitionReplica.Command> replica) {
    ActorRef<InSyncRequests.Command> to = inSync;
    if (to != null) {
      to.tell(new InSyncRequests.Ask(id, proposal, replica));
    }
  }
}
