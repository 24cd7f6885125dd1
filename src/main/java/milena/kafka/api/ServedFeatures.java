package milena.kafka.api;

import java.util.List;
import java.util.function.LongSupplier;

/**
 * The cluster-wide features (KIP-584) that ApiVersions tells of.
 *
 * @param features what this node can do and what the cluster has settled on
 * @param finalizedEpoch grows with each change of the finalized levels
 */
public record ServedFeatures(List<Feature> features, LongSupplier finalizedEpoch) {

  public ServedFeatures {
    features = List.copyOf(features);
  }

  /** Kafka 4.3's metadata.version, eligible leader replicas, and nothing that is not served yet. */
  public static ServedFeatures of(LongSupplier finalizedEpoch) {
    return new ServedFeatures(
        List.of(
            new Feature("metadata.version", (short) 7, (short) 30, (short) 30),
            new Feature("eligible.leader.replicas.version", (short) 0, (short) 1, (short) 1)),
        finalizedEpoch);
  }

  /**
   * A feature's range and level.
   *
   * @param finalizedLevel the level in force, 0 for off
   */
  public record Feature(String name, short minVersion, short maxVersion, short finalizedLevel) {}
}
