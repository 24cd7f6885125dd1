package milena.common.config;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The partitions of a topic whose replicas on one broker are throttled, on one side of replication.
 *
 * @param all whether {@code *} was said, for every replica
 */
public record ThrottledReplicas(boolean all, Set<Integer> partitions) {
  /** The topic setting that names the leaders' side, and the one that names the followers'. */
  public static final String LEADERS = "leader.replication.throttled.replicas";

  public static final String FOLLOWERS = "follower.replication.throttled.replicas";

  public ThrottledReplicas {
    partitions = Set.copyOf(partitions);
  }

  /**
   * What a topic's own settings say of a broker.
   *
   * @param side {@link #LEADERS} or {@link #FOLLOWERS}
   */
  public static ThrottledReplicas of(Map<String, String> ofTopic, String side, int broker) {
    String text = ofTopic.getOrDefault(side, "").trim();
    if (text.equals("*")) {
      return new ThrottledReplicas(true, Set.of());
    }
    Set<Integer> partitions = new HashSet<>();
    for (String pair : List.of(text.split(","))) {
      String[] both = pair.trim().split(":");
      if (both.length == 2 && Integer.parseInt(both[1]) == broker) {
        partitions.add(Integer.parseInt(both[0]));
      }
    }
    return new ThrottledReplicas(false, partitions);
  }

  /** Whether this broker's replica of the partition is throttled. */
  public boolean contains(int partition) {
    return all || partitions.contains(partition);
  }

  /** Whether none is. */
  public boolean isEmpty() {
    return !all && partitions.isEmpty();
  }
}
