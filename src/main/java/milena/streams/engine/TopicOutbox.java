package milena.streams.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Utils;

/** A sink's partitions of one topic, and which of them a record goes to. Belongs to its stage. */
final class TopicOutbox {
  private final List<PartitionOutbox> partitions = new ArrayList<>();
  private final IntFunction<PartitionOutbox> opening;
  private Topic topic;
  private int stuckTo;
  private int stuckSince;

  TopicOutbox(Topic topic, IntFunction<PartitionOutbox> opening) {
    this.opening = opening;
    renewed(topic);
    stick();
  }

  Topic topic() {
    return topic;
  }

  /** More partitions, maybe, and other leaders. */
  void renewed(Topic now) {
    topic = now;
    while (partitions.size() < now.partitions()) {
      partitions.add(opening.apply(partitions.size()));
    }
  }

  /**
   * By the record's own word; else by its key, as Kafka's clients do it; else one partition until
   * its batch is closed, and then another.
   *
   * @throws KafkaException when there is no such partition
   */
  PartitionOutbox of(Integer partition, byte[] key) {
    int count = topic.partitions();
    if (partition != null) {
      if (partition < 0 || partition >= count) {
        throw new KafkaException(
            "%s has the partitions 0 to %d, and not %d"
                .formatted(topic.name(), count - 1, partition));
      }
      return partitions.get(partition);
    }
    if (key != null) {
      return partitions.get(Utils.toPositive(Utils.murmur2(key)) % count);
    }
    if (count > 1 && partitions.get(stuckTo).closedBatches() != stuckSince) {
      stick();
    }
    return partitions.get(stuckTo);
  }

  /** Nothing more is written. */
  void abandon() {
    partitions.forEach(PartitionOutbox::abandon);
  }

  private void stick() {
    stuckTo = ThreadLocalRandom.current().nextInt(topic.partitions());
    stuckSince = partitions.get(stuckTo).closedBatches();
  }
}
