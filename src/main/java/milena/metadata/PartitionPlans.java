package milena.metadata;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Makes new partitions out of placements, the controller's own or a client's. */
final class PartitionPlans {
  private final ClusterImage image;
  private final ReplicaPlacement placement;

  PartitionPlans(ClusterImage image, int start) {
    this.image = image;
    this.placement = new ReplicaPlacement(image, start);
  }

  /** {@code count} partitions whose first has the index {@code firstIndex}. */
  List<PartitionImage> placed(int firstIndex, int count, int replicationFactor) {
    List<PartitionImage> partitions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      partitions.add(partition(placement.place(firstIndex + i, replicationFactor)));
    }
    return partitions;
  }

  /** A partition on the brokers that a client chose. */
  PartitionImage byHand(int index, List<Integer> brokers, int replicationFactor) {
    requireSound(image, brokers);
    if (brokers.size() != replicationFactor) {
      throw unsound(
          "a partition with %d replica(s), but this is not consistent with previous partitions, which have %d replica(s)."
              .formatted(brokers.size(), replicationFactor));
    }
    if (brokers.stream().noneMatch(this::active)) {
      throw new Refusal(
          Errors.INVALID_REPLICA_ASSIGNMENT,
          "All brokers specified in the manual partition assignment for partition %d are fenced or in controlled shutdown."
              .formatted(index));
    }
    return partition(brokers);
  }

  private PartitionImage partition(List<Integer> replicas) {
    List<Uuid> directories = new ArrayList<>(replicas.size());
    List<Integer> isr = new ArrayList<>(replicas.size());
    for (int broker : replicas) {
      directories.add(placement.directoryOn(image.brokers().get(broker)));
      if (active(broker)) {
        isr.add(broker);
      }
    }
    return new PartitionImage(replicas, directories, isr, List.of(), isr.get(0), 0, 0);
  }

  private boolean active(int broker) {
    return image.brokers().get(broker).active();
  }

  /** Refuses a list of brokers that can't be a partition's. */
  static void requireSound(ClusterImage image, List<Integer> brokers) {
    if (brokers.isEmpty()) {
      throw unsound("an empty replica list.");
    }
    Set<Integer> seen = new HashSet<>();
    for (int broker : brokers) {
      if (!image.brokers().containsKey(broker)) {
        throw unsound("broker " + broker + ", but no such broker is registered.");
      }
      if (!seen.add(broker)) {
        throw unsound("the broker " + broker + " more than once.");
      }
    }
  }

  private static Refusal unsound(String what) {
    return new Refusal(
        Errors.INVALID_REPLICA_ASSIGNMENT, "The manual partition assignment includes " + what);
  }
}
