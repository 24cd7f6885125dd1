package milena.metadata;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Chooses brokers and log directories for new partitions: leaders go round all brokers, a
 * partition's replicas to as many racks as there are, and each broker's share round its
 * directories. The same brokers, start and count always give the same places.
 */
final class ReplicaPlacement {
  private final List<BrokerImage> ring;
  private final List<BrokerImage> fenced;
  private final Map<Integer, Integer> placedOn = new HashMap<>();
  private final int start;
  private final int racks;

  /**
   * @param start where on the ring the first partition goes; a random number, so that many small
   *     topics don't all begin on the same broker
   */
  ReplicaPlacement(ClusterImage image, int start) {
    List<BrokerImage> active = new ArrayList<>();
    this.fenced = new ArrayList<>();
    for (BrokerImage broker : image.brokers().values()) {
      if (broker.active()) {
        active.add(broker);
      } else if (!broker.stopping()) {
        fenced.add(broker);
      }
    }
    fenced.sort(Comparator.comparingInt(BrokerImage::id));
    this.ring = interleaved(active);
    this.racks = (int) ring.stream().map(ReplicaPlacement::rack).distinct().count();
    this.start = ring.isEmpty() ? 0 : Math.floorMod(start, ring.size());
  }

  /** The brokers for partition {@code index} of a run, the preferred leader first. */
  List<Integer> place(int index, int replicationFactor) {
    int known = ring.size() + fenced.size();
    if (replicationFactor > known) {
      throw unreachable(
          replicationFactor,
          "The target replication factor of %d cannot be reached because only %d broker(s) are registered."
              .formatted(replicationFactor, known));
    }
    if (ring.isEmpty()) {
      throw unreachable(replicationFactor, "All brokers are currently fenced.");
    }
    List<Integer> chosen = new ArrayList<>(replicationFactor);
    Set<String> usedRacks = new HashSet<>();
    int first = start + index;
    take(first, chosen, usedRacks);
    // Followers begin elsewhere on each lap, so that one leader's followers are not always the
    // same.
    int shift = 1 + index / ring.size();
    for (int step = 0; chosen.size() < Math.min(replicationFactor, ring.size()); step++) {
      BrokerImage candidate = at(first + 1 + (shift + step) % ring.size());
      boolean lapWithoutNewRack = step >= ring.size();
      boolean newRack = !usedRacks.contains(rack(candidate));
      if (!chosen.contains(candidate.id())
          && (newRack || usedRacks.size() >= racks || lapWithoutNewRack)) {
        take(first + 1 + (shift + step) % ring.size(), chosen, usedRacks);
      }
    }
    for (int i = 0; chosen.size() < replicationFactor; i++) {
      chosen.add(fenced.get(Math.floorMod(index + i, fenced.size())).id());
    }
    return chosen;
  }

  /** A log directory for a replica on a broker: each in turn. */
  Uuid directoryOn(BrokerImage broker) {
    int earlier = placedOn.merge(broker.id(), 1, Integer::sum) - 1;
    List<Uuid> directories = broker.directories();
    return directories.isEmpty()
        ? Uuid.ZERO_UUID
        : directories.get(Math.floorMod(start + earlier, directories.size()));
  }

  private void take(int position, List<Integer> chosen, Set<String> usedRacks) {
    BrokerImage broker = at(position);
    chosen.add(broker.id());
    usedRacks.add(rack(broker));
  }

  private BrokerImage at(int position) {
    return ring.get(Math.floorMod(position, ring.size()));
  }

  private static Refusal unreachable(int replicationFactor, String why) {
    return new Refusal(
        Errors.INVALID_REPLICATION_FACTOR,
        "Unable to replicate the partition %d time(s): %s".formatted(replicationFactor, why));
  }

  /** One broker of each rack, then the next of each: neighbours differ in rack while they can. */
  private static List<BrokerImage> interleaved(List<BrokerImage> brokers) {
    Map<String, List<BrokerImage>> byRack = new TreeMap<>();
    brokers.stream()
        .sorted(Comparator.comparingInt(BrokerImage::id))
        .forEach(
            broker -> byRack.computeIfAbsent(rack(broker), r -> new ArrayList<>()).add(broker));
    Map<Integer, BrokerImage> ring = new LinkedHashMap<>();
    for (int i = 0; ring.size() < brokers.size(); i++) {
      for (List<BrokerImage> rack : byRack.values()) {
        if (i < rack.size()) {
          ring.put(rack.get(i).id(), rack.get(i));
        }
      }
    }
    return List.copyOf(ring.values());
  }

  private static String rack(BrokerImage broker) {
    return broker.rack().orElse("");
  }
}
