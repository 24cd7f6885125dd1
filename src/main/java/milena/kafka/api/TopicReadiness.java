package milena.kafka.api;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionRegistry;
import milena.broker.partition.PartitionView;
import milena.common.TopicIdPartition;
import milena.metadata.ClusterImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;

/**
 * Tells when new partitions can be used through this node: its image shows them, and those that it
 * leads are open. So a client that is told of a topic finds it.
 *
 * <p>Of very many partitions it tells when the image shows them, as Kafka does: to open a thousand
 * logs takes longer than a client should wait to hear that there will be a topic. Appends that come
 * before a log is open wait for it ({@link OpeningReplicas}); other requests are told
 * NOT_LEADER_OR_FOLLOWER, which every client asks again after.
 */
public final class TopicReadiness {
  /** So many partitions are waited for until they are open. */
  private static final int OPENED_MAX = 200;

  private final int nodeId;
  private final ImageWaits images;
  private final PartitionRegistry registry;

  public TopicReadiness(int nodeId, ImageWaits images, PartitionRegistry registry) {
    this.nodeId = nodeId;
    this.images = images;
    this.registry = registry;
  }

  /**
   * Completes when all is ready, or normally when the time is over: what was committed stays true.
   *
   * @param partitions how many partitions to wait for, by topic
   */
  CompletableFuture<Void> await(Map<Uuid, Integer> partitions, long timeoutMs) {
    if (partitions.isEmpty() || timeoutMs <= 0) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> over =
        new CompletableFuture<Void>().completeOnTimeout(null, timeoutMs, TimeUnit.MILLISECONDS);
    CompletableFuture<ClusterImage> seen = images.until(image -> shows(image, partitions));
    boolean few = partitions.values().stream().mapToInt(count -> count).sum() <= OPENED_MAX;
    seen.thenAccept(
        image -> {
          if (few) {
            new OpenReplicas(image, partitions.keySet(), over).start();
          } else {
            over.complete(null);
          }
        });
    over.whenComplete((done, failure) -> seen.cancel(false));
    return over;
  }

  private static boolean shows(ClusterImage image, Map<Uuid, Integer> partitions) {
    for (Map.Entry<Uuid, Integer> wanted : partitions.entrySet()) {
      TopicImage topic = image.topic(wanted.getKey());
      if (topic == null || topic.partitions().size() < wanted.getValue()) {
        return false;
      }
    }
    return true;
  }

  /** The partitions that this node leads and has not opened yet. */
  private final class OpenReplicas {
    private final Set<TopicIdPartition> missing = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> done;

    OpenReplicas(ClusterImage image, Set<Uuid> topics, CompletableFuture<Void> done) {
      this.done = done;
      for (Uuid id : topics) {
        TopicImage topic = image.topic(id);
        for (int i = 0; i < topic.partitions().size(); i++) {
          if (topic.partition(i).leader() == nodeId) {
            missing.add(new TopicIdPartition(id, i));
          }
        }
      }
    }

    void start() {
      Runnable end = registry.onEnter(this::look);
      done.whenComplete((ready, failure) -> end.run());
      for (TopicIdPartition id : missing) {
        PartitionHandle handle = registry.find(id);
        if (handle != null) {
          look(handle);
        }
      }
      completeWhenAllOpen();
    }

    private void look(PartitionHandle handle) {
      if (!missing.contains(handle.id())) {
        return;
      }
      if (handle.view().leading() || handle.isOffline()) {
        opened(handle.id());
        return;
      }
      PartitionHandle.Watcher watcher =
          new PartitionHandle.Watcher() {
            @Override
            public void published(PartitionView view) {
              if (view.leading()) {
                handle.unwatch(this);
                opened(view.id());
              } else if (done.isDone()) {
                handle.unwatch(this);
              }
            }

            @Override
            public void stopped() {
              opened(handle.id());
            }
          };
      handle.watch(watcher);
      if (handle.view().leading()) {
        watcher.published(handle.view());
      }
    }

    private void opened(TopicIdPartition id) {
      missing.remove(id);
      completeWhenAllOpen();
    }

    private void completeWhenAllOpen() {
      if (missing.isEmpty()) {
        done.complete(null);
      }
    }
  }
}
