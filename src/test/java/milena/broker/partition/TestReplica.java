package milena.broker.partition;

import akka.actor.typed.ActorRef;
import java.util.concurrent.CopyOnWriteArrayList;
import milena.common.TopicIdPartition;

/** A replica without an actor or a log: it shows what a test publishes. */
public final class TestReplica implements PartitionHandle {
  private final CopyOnWriteArrayList<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final ReplicaDirectory directory;
  private volatile PartitionView view;

  public TestReplica(PartitionView view, ReplicaDirectory directory) {
    this.view = view;
    this.directory = directory;
  }

  /** Makes it known to its node. */
  public TestReplica enter(PartitionRegistry registry) {
    registry.enter(this);
    return this;
  }

  public void publish(PartitionView next) {
    view = next;
    watchers.forEach(watcher -> watcher.published(next));
  }

  @Override
  public TopicIdPartition id() {
    return view.id();
  }

  @Override
  public ActorRef<PartitionReplica.Command> replica() {
    throw new UnsupportedOperationException();
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
    return false;
  }

  @Override
  public void watch(Watcher watcher) {
    watchers.add(watcher);
  }

  @Override
  public void unwatch(Watcher watcher) {
    watchers.remove(watcher);
  }
}
