package milena.broker.partition;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import milena.common.TopicIdPartition;
import milena.common.config.BrokerConfig.Replication;
import milena.metadata.BrokerImage;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.ImageSource;

/**
 * The fetchers of a node: one {@link ReplicaFetcher} for each broker that leads what this node
 * follows. Replicas say whom they follow; this passes it on.
 */
public final class ReplicaFetchers extends AbstractBehavior<ReplicaFetchers.Command> {

  /** What it is told. */
  public sealed interface Command {}

  /**
   * A replica follows, from now on.
   *
   * @param offset the end of its log
   * @param lastEpoch the leader epoch of its last record, -1 without
   * @param logStart where its log begins
   */
  record Follow(
      TopicIdPartition id,
      int leader,
      int leaderEpoch,
      long offset,
      int lastEpoch,
      long logStart,
      ActorRef<PartitionReplica.Command> replica)
      implements Command {}

  /** A replica follows nobody. */
  record Unfollow(TopicIdPartition id) implements Command {}

  /**
   * What the fetchers work with.
   *
   * @param brokerEpoch this broker's, -1 while it has none
   * @param listener the name of the listener that brokers reach each other by
   */
  public record Setup(
      int brokerId,
      LongSupplier brokerEpoch,
      ImageSource images,
      String listener,
      LeaderLink.Dialer dialer,
      Replication settings,
      ReplicationThrottles throttles) {

    Optional<Endpoint> endpointOf(int broker) {
      BrokerImage image = images.current().brokers().get(broker);
      return image == null
          ? Optional.empty()
          : Optional.ofNullable(image.listeners().get(listener));
    }
  }

  private final Setup setup;
  private final Map<Integer, ActorRef<ReplicaFetcher.Command>> fetchers = new HashMap<>();
  private final Map<TopicIdPartition, Follow> followed = new HashMap<>();

  private ReplicaFetchers(ActorContext<Command> context, Setup setup) {
    super(context);
    this.setup = setup;
  }

  /** One per node. */
  public static Behavior<Command> create(Setup setup) {
    return Behaviors.setup(context -> new ReplicaFetchers(context, setup));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Follow.class, this::onFollow)
        .onMessage(Unfollow.class, this::onUnfollow)
        .onSignal(Terminated.class, this::onFetcherGone)
        .build();
  }

  private Behavior<Command> onFollow(Follow follow) {
    Follow before = followed.put(follow.id(), follow);
    if (before != null && before.leader() != follow.leader()) {
      drop(before);
    }
    fetchers.computeIfAbsent(follow.leader(), this::start).tell(new ReplicaFetcher.Fetch(follow));
    return this;
  }

  private Behavior<Command> onUnfollow(Unfollow unfollow) {
    Follow before = followed.remove(unfollow.id());
    if (before != null) {
      drop(before);
    }
    return this;
  }

  private void drop(Follow before) {
    ActorRef<ReplicaFetcher.Command> fetcher = fetchers.get(before.leader());
    if (fetcher != null) {
      fetcher.tell(new ReplicaFetcher.Drop(before.id()));
    }
  }

  private ActorRef<ReplicaFetcher.Command> start(int leader) {
    ActorRef<ReplicaFetcher.Command> fetcher =
        getContext()
            .spawnAnonymous(
                ReplicaFetcher.create(leader, setup), DispatcherSelector.sameAsParent());
    getContext().watch(fetcher);
    return fetcher;
  }

  /** An error of our own: whoever it fetched for says anew where it stands. */
  private Behavior<Command> onFetcherGone(Terminated gone) {
    fetchers.values().removeIf(fetcher -> fetcher.equals(gone.getRef()));
    List<Follow> orphans = new ArrayList<>(followed.values());
    orphans.removeIf(follow -> fetchers.containsKey(follow.leader()));
    for (Follow follow : orphans) {
      followed.remove(follow.id());
      follow.replica().tell(PartitionReplica.Tick.FOLLOW);
    }
    return this;
  }
}
