package milena.broker.partition;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import milena.common.TopicIdPartition;

/** The replicas that this node hosts now. Replicas enter and leave by themselves; anyone reads. */
public final class PartitionRegistry {
  private final ConcurrentHashMap<TopicIdPartition, PartitionHandle> handles =
      new ConcurrentHashMap<>();
  private final ConcurrentHashMap<TopicIdPartition, Copy> copies = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<Consumer<PartitionHandle>> arrivals =
      new CopyOnWriteArrayList<>();

  /** The replica's handle, or null when this node does not host it (yet). */
  public PartitionHandle find(TopicIdPartition id) {
    return handles.get(id);
  }

  public Collection<PartitionHandle> all() {
    return handles.values();
  }

  /**
   * Hears of each replica that enters from now on, on the replica's thread, once it can be found.
   * The listener must not block.
   *
   * @return ends it
   */
  public Runnable onEnter(Consumer<PartitionHandle> listener) {
    arrivals.add(listener);
    return () -> arrivals.remove(listener);
  }

  /**
   * A copy of a replica's log that a move to another directory makes.
   *
   * @param logEnd how far the copy has come
   */
  public record Copy(ReplicaDirectory directory, long logEnd, long sizeInBytes) {}

  /** The copy that is made of a replica now, or null. */
  public Copy copyOf(TopicIdPartition id) {
    return copies.get(id);
  }

  void showCopy(TopicIdPartition id, Copy copy) {
    copies.put(id, copy);
  }

  void dropCopy(TopicIdPartition id, ReplicaDirectory directory) {
    copies.computeIfPresent(id, (any, copy) -> copy.directory() == directory ? null : copy);
  }

  void enter(PartitionHandle handle) {
    handles.put(handle.id(), handle);
    arrivals.forEach(listener -> listener.accept(handle));
  }

  void leave(PartitionHandle handle) {
    handles.remove(handle.id(), handle);
  }
}
