package milena.broker.partition;

import akka.actor.typed.ActorRef;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import milena.common.TopicIdPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a replica shows of itself: written by its actor alone, read by any thread. */
final class HostedReplica implements PartitionHandle {
  private static final Logger LOG = LoggerFactory.getLogger(HostedReplica.class);

  private final TopicIdPartition id;
  private final ActorRef<PartitionReplica.Command> replica;
  private volatile ReplicaDirectory directory;
  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet(1);
  private volatile PartitionView view;
  private volatile long recoveryPoint;
  private volatile boolean restless;
  private volatile boolean compacted;

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

  void moved(ReplicaDirectory to) {
    directory = to;
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
        try {
          watcher.published(published);
        } catch (RuntimeException e) {
          LOG.error("A watcher of {} failed.", id, e);
        }
      }
    }
  }

  /** Whether a reader has had all that is committed, and waits for more. */
  boolean isAwaited() {
    for (Watcher watcher : watchers) {
      if (watcher.awaitsCommits()) {
        return true;
      }
    }
    return false;
  }

  /** The last view stays, of a replica that leads no longer. */
  void stepDown(boolean offline) {
    publish(view.stepDown(offline));
  }

  void stopped() {
    for (Watcher watcher : watchers) {
      try {
        watcher.stopped();
      } catch (RuntimeException e) {
        LOG.error("A watcher of {} failed.", id, e);
      }
    }
    watchers.clear();
  }

  /** Whether {@code cleanup.policy} asks for compaction. */
  boolean isCompacted() {
    return compacted;
  }

  void compacted(boolean asked) {
    compacted = asked;
  }

  /** Whether the replica has to look at its followers from time to time. */
  boolean isRestless() {
    return restless;
  }

  void restless(boolean now) {
    restless = now;
  }

  long recoveryPoint() {
    return recoveryPoint;
  }

  void recoveryPoint(long offset) {
    recoveryPoint = offset;
  }
}
