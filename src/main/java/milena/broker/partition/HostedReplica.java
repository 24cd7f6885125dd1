package milena.broker.partition;

import akka.actor.typed.ActorRef;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import milena.common.TopicIdPartition;

/** What a replica shows of itself: written by its actor alone, read by any thread. */
final class HostedReplica implements PartitionHandle {
  private final TopicIdPartition id;
  private final ActorRef<PartitionReplica.Command> replica;
  private final ReplicaDirectory directory;
  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet(1);
  private volatile PartitionView view;
  private volatile long recoveryPoint;
  private volatile boolean offline;

  HostedReplica(
      TopicIdPartition id,
      ActorRef<PartitionReplica.Command> replica,
      ReplicaDirectory directory,
      PartitionView view) {
    this.id = id;
    this.replica = replica;
    this.directory = directory;
    this.view = view;
  }

  @Override
  public TopicIdPartition id() {
    return id;
  }

  @Override
  public ActorRef<PartitionReplica.Command> replica() {
    return replica;
  }

  @Override
  public PartitionView view() {
    return view;
  }

  @Override
  public ReplicaDirectory directory() {
    return directory;
  }

  @Override
  public boolean isOffline() {
    return offline;
  }

  @Override
  public void watch(Watcher watcher) {
    watchers.add(watcher);
  }

  @Override
  public void unwatch(Watcher watcher) {
    watchers.remove(watcher);
  }

  void publish(PartitionView published) {
    view = published;
    if (!watchers.isEmpty()) {
      for (Watcher watcher : watchers) {
        watcher.published(published);
      }
    }
  }

  /** The view stays as it is; nothing more is read or written. */
  void goOffline(PartitionView last) {
    offline = true;
    publish(last);
  }

  void stopped() {
    for (Watcher watcher : watchers) {
      watcher.stopped();
    }
    watchers.clear();
  }

  long recoveryPoint() {
    return recoveryPoint;
  }

  void recoveryPoint(long offset) {
    recoveryPoint = offset;
  }
}
