package milena.metadata;

import java.util.List;
import java.util.Optional;

/**
 * More partitions for a topic.
 *
 * @param count how many it shall have in all
 * @param assignments the brokers of each added partition, when chosen by hand
 */
public record NewPartitions(String topic, int count, Optional<List<List<Integer>>> assignments) {

  public NewPartitions {
    assignments = assignments.map(lists -> lists.stream().map(List::copyOf).toList());
  }
}
