package milena.node;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionRegistry;
import milena.common.TopicIdPartition;
import milena.metadata.ClusterImage;
import milena.metadata.TopicImage;

/**
 * Tells when the replicas that a starting node leads are open: a client that finds the front door
 * open finds the data behind it, too.
 */
final class OpenReplicas {
  private OpenReplicas() {}

  /**
   * Completes when all are open; also when patience ends, since one that takes longer (its log is
   * read after a crash, its disk is broken) must not keep the others.
   */
  static CompletableFuture<Void> of(
      int nodeId, ClusterImage image, PartitionRegistry registry, Duration patience) {
    Set<TopicIdPartition> missing = ConcurrentHashMap.newKeySet();
    for (TopicImage topic : image.topics().values()) {
      for (int i = 0; i < topic.partitions().size(); i++) {
        if (topic.partition(i).leader() == nodeId) {
          missing.add(new TopicIdPartition(topic.id(), i));
        }
      }
    }
    CompletableFuture<Void> open = new CompletableFuture<>();
    Runnable end = registry.onEnter(handle -> opened(handle, missing, open));
    registry.all().forEach(handle -> opened(handle, missing, open));
    if (missing.isEmpty()) {
      open.complete(null);
    }
    open.completeOnTimeout(null, patience.toMillis(), TimeUnit.MILLISECONDS);
    return open.whenComplete((done, failure) -> end.run());
  }

  private static void opened(
      PartitionHandle handle, Set<TopicIdPartition> missing, CompletableFuture<Void> open) {
    missing.remove(handle.id());
    if (missing.isEmpty()) {
      open.complete(null);
    }
  }
}
