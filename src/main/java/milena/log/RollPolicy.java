package milena.log;

import java.io.IOException;
import milena.common.config.LogConfig;
import org.apache.kafka.common.TopicPartition;

/** When a segment that has room left is rolled all the same. */
final class RollPolicy {
  private RollPolicy() {}

  /**
   * Whether the segment is older than {@code segment.ms}, or than a compacted topic's {@code
   * max.compaction.lag.ms}: by the records' time where they have one, as Kafka does, else since it
   * became active.
   *
   * @param timestampMs of the batch that is to be appended
   */
  static boolean isTooOld(
      Segment active,
      LogConfig config,
      TopicPartition name,
      long activeSinceMs,
      long timestampMs,
      long nowMs)
      throws IOException {
    if (active.stagedSize() == 0) {
      return false;
    }
    long first = active.firstTimestampMs();
    long age = first >= 0 && timestampMs >= 0 ? timestampMs - first : nowMs - activeSinceMs;
    long limit = config.segmentMs();
    if (config.compact()) {
      limit = Math.min(limit, config.maxCompactionLagMs());
    }
    long jitterMs = Math.min(config.segmentJitterMs(), limit);
    if (jitterMs > 0) {
      // Spread by name rather than by chance: topics made together still don't roll together.
      limit -= Math.floorMod(31L * name.hashCode() + active.baseOffset(), jitterMs);
    }
    return age > limit;
  }
}
