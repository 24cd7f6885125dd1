package milena.replication;

import java.util.List;

/**
 * Who has a partition, as the controller decided.
 *
 * @param partitionEpoch grows with each such decision
 */
public record Members(int partitionEpoch, List<Integer> replicas, List<Integer> inSync) {
  public Members {
    replicas = List.copyOf(replicas);
    inSync = List.copyOf(inSync);
  }
}
