package milena.kafka.api;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionRegistry;
import milena.broker.partition.PartitionReplica.Append;
import milena.common.TopicIdPartition;
import milena.metadata.PartitionImage;
import milena.metadata.TopicImage;

/**
 * Keeps appends to replicas that this node leads by its image but has not opened yet, in their
 * order, until they are open: a client that is quicker than a thousand new logs need not ask again.
 * Their bytes stay counted as those of a request under way, which bounds how many there can be.
 */
final class OpeningReplicas {
  /** How long a replica may take; then its clients are told NOT_LEADER_OR_FOLLOWER, as Kafka's. */
  static final long OPENING_MAX_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final int nodeId;
  private final PartitionRegistry registry;
  private final ConcurrentHashMap<TopicIdPartition, List<Kept>> kept = new ConcurrentHashMap<>();

  /** An append and what to do when it has waited for too long; one of the two happens. */
  private static final class Kept {
    final Append append;
    final AtomicBoolean settled = new AtomicBoolean();

    Kept(Append append) {
      this.append = append;
    }
  }

  OpeningReplicas(int nodeId, PartitionRegistry registry) {
    this.nodeId = nodeId;
    this.registry = registry;
    registry.onEnter(this::opened);
  }

  /** Whether appends to this partition, which has no replica here, are worth keeping. */
  boolean expects(TopicImage topic, int partition) {
    PartitionImage image = topic == null ? null : topic.partition(partition);
    return image != null && image.leader() == nodeId;
  }

  /** Whether there is any append that a later one must not overtake. */
  boolean keepsAny() {
    return !kept.isEmpty();
  }

  /**
   * Tells the replica as soon as it is open, behind what is kept for it already.
   *
   * @param late run on the executor, in place of the append, when the replica takes too long
   */
  void append(
      TopicIdPartition id,
      Append append,
      long waitNanos,
      ScheduledExecutorService executor,
      Runnable late) {
    Kept one = new Kept(append);
    kept.compute(
        id,
        (key, others) -> {
          PartitionHandle handle = others == null ? registry.find(id) : null;
          if (handle != null) {
            one.settled.set(true);
            handle.replica().tell(append);
            return null;
          }
          List<Kept> all = others == null ? new ArrayList<>(1) : others;
          all.add(one);
          return all;
        });
    if (!one.settled.get()) {
      executor.schedule(
          () -> {
            if (one.settled.compareAndSet(false, true)) {
              drop(id, one);
              late.run();
            }
          },
          Math.min(waitNanos, OPENING_MAX_NANOS),
          TimeUnit.NANOSECONDS);
    }
  }

  private void drop(TopicIdPartition id, Kept one) {
    kept.computeIfPresent(
        id,
        (key, all) -> {
          all.remove(one);
          return all.isEmpty() ? null : all;
        });
  }

  /** On the replica's own thread. */
  private void opened(PartitionHandle handle) {
    kept.computeIfPresent(
        handle.id(),
        (key, all) -> {
          for (Kept one : all) {
            if (one.settled.compareAndSet(false, true)) {
              handle.replica().tell(one.append);
            }
          }
          return null;
        });
  }
}
