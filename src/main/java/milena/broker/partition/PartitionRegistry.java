package milena.broker.partition;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import milena.common.TopicIdPartition;

/** The replicas that this node hosts now. Replicas enter and leave by themselves; anyone reads. */
public final class PartitionRegistry {
  private final ConcurrentHashMap<TopicIdPartition, PartitionHandle> handles =
      new ConcurrentHashMap<>();

  /** The replica's handle, or null when this node does not host it (yet). */
  public PartitionHandle find(TopicIdPartition id) {
    return handles.get(id);
  }

  public Collection<PartitionHandle> all() {
    return handles.values();
  }

  void enter(PartitionHandle handle) {
    handles.put(handle.id(), handle);
  }

  void leave(PartitionHandle handle) {
    handles.remove(handle.id(), handle);
  }
}
