package milena.broker.partition;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import milena.common.config.ThrottleConfig;
import milena.common.config.ThrottledReplicas;
import milena.metadata.ClusterImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/** The throttles of a node's replication, as the settings in force have them. */
public final class ReplicationThrottles {
  private final int brokerId;
  private final ReplicationThrottle leaders;
  private final ReplicationThrottle followers;
  private final RateLimit moves;

  /**
   * Throttles of no topic's replicas until the first {@link #change}.
   *
   * @param started what the node was started with; the windows can't change at run time
   * @param clockMs milliseconds of a clock that never goes back
   */
  public ReplicationThrottles(int brokerId, ThrottleConfig started, LongSupplier clockMs) {
    this.brokerId = brokerId;
    this.leaders = new ReplicationThrottle(started.ofReplication(), clockMs);
    this.followers = new ReplicationThrottle(started.ofReplication(), clockMs);
    this.moves = new RateLimit(started.ofMoves(), clockMs);
    moves.bound(started.moveBytesPerSecond());
  }

  /** On what this node gives to the followers of what it leads. */
  public ReplicationThrottle leaders() {
    return leaders;
  }

  /** On what this node fetches. */
  ReplicationThrottle followers() {
    return followers;
  }

  /** On what is copied between this node's log directories, all of it together. */
  RateLimit moves() {
    return moves;
  }

  /** Puts in force what this image's topics say, with the broker's settings as of it. */
  public void change(ClusterImage image, ThrottleConfig config) {
    leaders.change(config.leaderBytesPerSecond(), throttled(image, ThrottledReplicas.LEADERS));
    followers.change(
        config.followerBytesPerSecond(), throttled(image, ThrottledReplicas.FOLLOWERS));
    moves.bound(config.moveBytesPerSecond());
  }

  private Map<Uuid, ThrottledReplicas> throttled(ClusterImage image, String side) {
    Map<Uuid, ThrottledReplicas> throttled = new HashMap<>();
    image
        .configs()
        .forEach(
            (resource, settings) -> {
              if (resource.type() == ConfigResource.Type.TOPIC && settings.containsKey(side)) {
                TopicImage topic = image.topic(resource.name());
                ThrottledReplicas replicas = ThrottledReplicas.of(settings, side, brokerId);
                if (topic != null && !replicas.isEmpty()) {
                  throttled.put(topic.id(), replicas);
                }
              }
            });
    return throttled;
  }
}
