package milena.cli.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * What setting a group's offsets would do, worked out before anything is done.
 *
 * @param moves by partition
 */
record OffsetReset(List<Move> moves) {

  /**
   * One partition's part.
   *
   * @param from the committed offset; null when there is none
   * @param to the offset to commit, between the log's start and end
   */
  record Move(TopicPartition partition, Long from, long to) {
    /** How many records are read again (negative) or left out. */
    long distance() {
      return from == null ? 0 : to - from;
    }
  }

  /** The ends of a partition's log. */
  record Range(long start, long end) {}

  /**
   * @param wanted where each partition is to be, or null to shift it
   * @param shiftBy records to go forward (or back) from the committed offset, for those of {@code
   *     wanted} that are null; a partition without a committed offset is left out
   */
  static OffsetReset plan(
      Map<TopicPartition, Long> committed,
      Map<TopicPartition, Range> ranges,
      Map<TopicPartition, Long> wanted,
      long shiftBy) {
    List<Move> moves = new ArrayList<>();
    Map<TopicPartition, Range> ordered =
        new TreeMap<>(
            java.util.Comparator.comparing(TopicPartition::topic)
                .thenComparingInt(TopicPartition::partition));
    ordered.putAll(ranges);
    ordered.forEach(
        (partition, range) -> {
          Long from = committed.get(partition);
          Long to = wanted.get(partition);
          if (to == null && from == null) {
            return;
          }
          long target = to == null ? from + shiftBy : to;
          moves.add(
              new Move(partition, from, Math.max(range.start(), Math.min(target, range.end()))));
        });
    return new OffsetReset(moves);
  }
}
