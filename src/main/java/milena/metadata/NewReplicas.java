package milena.metadata;

import java.util.List;
import java.util.Optional;

/**
 * The brokers that shall have a partition from now on, the preferred leader first.
 *
 * @param brokers empty to give up the reassignment that is under way
 */
public record NewReplicas(String topic, int partition, Optional<List<Integer>> brokers) {
  public NewReplicas {
    brokers = brokers.map(List::copyOf);
  }
}
