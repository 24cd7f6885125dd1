package milena.broker.partition;

import java.util.Map;
import java.util.function.LongSupplier;
import milena.common.TopicIdPartition;
import milena.common.config.ThrottleConfig.Windows;
import milena.common.config.ThrottledReplicas;
import org.apache.kafka.common.Uuid;

/**
 * How fast one side of a node's throttled replicas may be copied (KIP-73): what it gives to
 * followers, or what it fetches as one. All that goes by counts; only who is not in sync is held
 * back. Any thread may use it.
 */
public final class ReplicationThrottle {
  private final RateLimit limit;
  private volatile Map<Uuid, ThrottledReplicas> replicas = Map.of();

  ReplicationThrottle(Windows windows, LongSupplier clockMs) {
    this.limit = new RateLimit(windows, clockMs);
  }

  /** One that holds nobody back. */
  public static ReplicationThrottle off() {
    return new ReplicationThrottle(new Windows(1, 1), () -> 0);
  }

  void change(long bytesPerSecond, Map<Uuid, ThrottledReplicas> throttled) {
    limit.bound(bytesPerSecond);
    replicas = Map.copyOf(throttled);
  }

  /** Whether the partition's replica here is throttled. */
  public boolean covers(TopicIdPartition id) {
    ThrottledReplicas ofTopic = replicas.get(id.topicId());
    return ofTopic != null && ofTopic.contains(id.partition());
  }

  /** So many bytes of throttled replicas were copied. */
  public void moved(long bytes) {
    limit.moved(bytes);
  }

  /** How long whoever is not in sync has to wait, in ms; 0 for not at all, a second at most. */
  public long waitMs() {
    return replicas.isEmpty() ? 0 : limit.waitMs();
  }
}
