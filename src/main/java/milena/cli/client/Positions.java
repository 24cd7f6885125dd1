package milena.cli.client;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Turns places in partitions into offsets, by asking their leaders. */
final class Positions {
  private Positions() {}

  /** The start and end of each partition's log. */
  static Map<TopicPartition, OffsetReset.Range> ranges(
      Admin admin, Collection<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> starts = list(admin, partitions, p -> OffsetSpec.earliest());
    Map<TopicPartition, Long> ends = list(admin, partitions, p -> OffsetSpec.latest());
    Map<TopicPartition, OffsetReset.Range> ranges = new HashMap<>();
    starts.forEach((p, start) -> ranges.put(p, new OffsetReset.Range(start, ends.get(p))));
    return ranges;
  }

  /** The offset of the place in each partition, within its log. */
  static Map<TopicPartition, Long> resolve(
      Admin admin, StartingPoint point, Map<TopicPartition, OffsetReset.Range> ranges)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    Map<TopicPartition, Long> atTime =
        point instanceof StartingPoint.Time time
            ? list(admin, ranges.keySet(), p -> OffsetSpec.forTimestamp(time.timestampMs()))
            : Map.of();
    ranges.forEach(
        (partition, range) -> offsets.put(partition, within(point, range, atTime.get(partition))));
    return offsets;
  }

  private static long within(StartingPoint point, OffsetReset.Range range, Long atTime) {
    if (point instanceof StartingPoint.Beginning) {
      return range.start();
    }
    if (point instanceof StartingPoint.Offset offset) {
      return Math.max(range.start(), Math.min(offset.offset(), range.end()));
    }
    if (point instanceof StartingPoint.Last last) {
      return Math.max(range.start(), range.end() - last.count());
    }
    // No record is as young: what comes next is.
    return atTime == null || atTime < 0 ? range.end() : atTime;
  }

  private static Map<TopicPartition, Long> list(
      Admin admin, Collection<TopicPartition> partitions, Function<TopicPartition, OffsetSpec> of)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(p -> asked.put(p, of.apply(p)));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    if (!asked.isEmpty()) {
      admin.listOffsets(asked).all().get().forEach((p, info) -> offsets.put(p, info.offset()));
    }
    return offsets;
  }

  /**
   * The partitions of a topic.
   *
   * @throws Complaint when there is no such topic
   */
  static List<TopicPartition> partitionsOf(Consumer<?, ?> consumer, String topic) {
    List<PartitionInfo> infos;
    try {
      infos = consumer.partitionsFor(topic);
    } catch (UnknownTopicOrPartitionException e) {
      infos = List.of();
    }
    if (infos == null || infos.isEmpty()) {
      throw new Complaint("There is no topic " + topic + ".");
    }
    return infos.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
  }
}
