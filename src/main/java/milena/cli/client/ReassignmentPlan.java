package milena.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * Which brokers are to hold the replicas of each partition, in the JSON that Kafka's own tool reads
 * and writes.
 *
 * @param replicas broker ids by partition, the preferred leader first
 */
record ReassignmentPlan(Map<TopicPartition, List<Integer>> replicas) {
  private static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  ReassignmentPlan {
    TreeMap<TopicPartition, List<Integer>> ordered = new TreeMap<>(BY_NAME);
    ordered.putAll(replicas);
    replicas = ordered;
  }

  /**
   * Spreads partitions evenly over brokers and moves as little as that needs: a replica stays where
   * it is unless its broker is not among {@code racks} or holds more than its share. Replicas of
   * one partition are put into different racks as long as there are any.
   *
   * @param current the replicas there are
   * @param racks the brokers to use, each with its rack, or null when it has none
   * @throws Complaint when there are fewer brokers than replicas
   */
  static ReassignmentPlan spread(
      Map<TopicPartition, List<Integer>> current, Map<Integer, String> racks) {
    int total = current.values().stream().mapToInt(List::size).sum();
    int share = (total + racks.size() - 1) / Math.max(1, racks.size());
    Load load = new Load(racks, share);
    TreeMap<TopicPartition, List<Integer>> planned = new TreeMap<>(BY_NAME);
    TreeMap<TopicPartition, List<Integer>> ordered = new TreeMap<>(BY_NAME);
    ordered.putAll(current);
    // First what can stay, so that what must move sees how full each broker is.
    ordered.forEach(
        (partition, replicas) -> {
          if (replicas.size() > racks.size()) {
            throw new Complaint(
                partition
                    + " has "
                    + replicas.size()
                    + " replicas for "
                    + racks.size()
                    + " brokers.");
          }
          planned.put(partition, new ArrayList<>(replicas.stream().filter(load::keeps).toList()));
        });
    planned.forEach(
        (partition, kept) -> {
          while (kept.size() < ordered.get(partition).size()) {
            kept.add(load.take(kept));
          }
        });
    Map<Integer, Integer> leaders = new HashMap<>();
    planned.values().forEach(replicas -> leadWithTheIdlest(replicas, leaders));
    return new ReassignmentPlan(planned);
  }

  private static void leadWithTheIdlest(List<Integer> replicas, Map<Integer, Integer> leaders) {
    int leader =
        replicas.stream()
            .min(Comparator.comparingInt(b -> leaders.getOrDefault(b, 0)))
            .orElseThrow();
    replicas.remove((Integer) leader);
    replicas.add(0, leader);
    leaders.merge(leader, 1, Integer::sum);
  }

  /** How many replicas each broker has been given. */
  private static final class Load {
    private final Map<Integer, Integer> replicas = new TreeMap<>();
    private final Map<Integer, String> racks;
    private final int share;

    Load(Map<Integer, String> racks, int share) {
      this.racks = racks;
      this.share = share;
      racks.keySet().forEach(b -> replicas.put(b, 0));
    }

    boolean keeps(int broker) {
      if (replicas.getOrDefault(broker, share) >= share) {
        return false;
      }
      replicas.merge(broker, 1, Integer::sum);
      return true;
    }

    /** The broker with the fewest, of those in a rack that has none of {@code taken} if any. */
    int take(List<Integer> taken) {
      Set<String> used = new HashSet<>();
      taken.stream().map(racks::get).filter(Objects::nonNull).forEach(used::add);
      int broker =
          replicas.keySet().stream()
              .filter(b -> !taken.contains(b))
              .min(
                  Comparator.comparing((Integer b) -> used.contains(racks.get(b)))
                      .thenComparing(replicas::get))
              .orElseThrow();
      replicas.merge(broker, 1, Integer::sum);
      return broker;
    }
  }

  /** Reads {@code {"version":1,"partitions":[{"topic":..,"partition":..,"replicas":[..]}]}}. */
  static ReassignmentPlan read(String json, String where) {
    Map<TopicPartition, List<Integer>> replicas = new HashMap<>();
    for (JsonNode entry : Json.read(json, where).path("partitions")) {
      if (!entry.path("topic").isTextual()
          || !entry.path("partition").isInt()
          || !entry.path("replicas").isArray()) {
        throw new Complaint(where + " has an entry without topic, partition or replicas: " + entry);
      }
      List<Integer> brokers = new ArrayList<>();
      entry.path("replicas").forEach(broker -> brokers.add(broker.asInt()));
      replicas.put(
          new TopicPartition(entry.path("topic").asText(), entry.path("partition").asInt()),
          brokers);
    }
    if (replicas.isEmpty()) {
      throw new Complaint(where + " names no partition.");
    }
    return new ReassignmentPlan(replicas);
  }

  /** As {@link #read} takes it. */
  Map<String, Object> asMap() {
    List<Map<String, Object>> partitions = new ArrayList<>();
    replicas.forEach(
        (partition, brokers) -> {
          Map<String, Object> entry = new LinkedHashMap<>();
          entry.put("topic", partition.topic());
          entry.put("partition", partition.partition());
          entry.put("replicas", brokers);
          partitions.add(entry);
        });
    Map<String, Object> plan = new LinkedHashMap<>();
    plan.put("version", 1);
    plan.put("partitions", partitions);
    return plan;
  }
}
