package milena.metadata;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A topic that somebody wants.
 *
 * @param partitions how many, or -1 for the cluster's default or when assigned by hand
 * @param replicationFactor how many replicas of each, or -1 likewise
 * @param assignments the replicas chosen by hand; empty when the controller is to choose
 * @param configs the topic's own settings; a value may be null if a client sent it so
 */
public record NewTopic(
    String name,
    int partitions,
    short replicationFactor,
    List<Assignment> assignments,
    Map<String, String> configs) {

  public NewTopic {
    assignments = List.copyOf(assignments);
    configs = Collections.unmodifiableMap(new LinkedHashMap<>(configs));
  }

  /** The brokers of one partition, the preferred leader first. */
  public record Assignment(int partition, List<Integer> brokers) {
    public Assignment {
      brokers = List.copyOf(brokers);
    }
  }
}
