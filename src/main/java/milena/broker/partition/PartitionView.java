package milena.broker.partition;

import milena.common.TopicIdPartition;
import milena.log.LogView;
import org.apache.kafka.common.TopicPartition;

/**
 * What a replica has published of itself: immutable, replaced after each change, read by any thread
 * without a message.
 *
 * @param leading whether this replica leads the partition in {@code leaderEpoch}
 * @param leaderId the leader this replica knows, -1 for none
 * @param highWatermark records below it are committed: all a consumer may see
 * @param lastStableOffset records below it belong to no open transaction: all that a read_committed
 *     consumer may see
 * @param awaited whether somebody waits for what this leader has and its followers don't: an
 *     acks=all producer, or a reader of all that is committed
 * @param offline the log directory has failed: whoever asks is told KAFKA_STORAGE_ERROR
 */
public record PartitionView(
    TopicIdPartition id,
    TopicPartition name,
    boolean leading,
    int leaderId,
    int leaderEpoch,
    int partitionEpoch,
    long highWatermark,
    long lastStableOffset,
    LogView log,
    boolean awaited,
    boolean offline) {

  /** The view of a replica whose disk works. */
  public PartitionView(
      TopicIdPartition id,
      TopicPartition name,
      boolean leading,
      int leaderId,
      int leaderEpoch,
      int partitionEpoch,
      long highWatermark,
      long lastStableOffset,
      LogView log,
      boolean awaited) {
    this(
        id,
        name,
        leading,
        leaderId,
        leaderEpoch,
        partitionEpoch,
        highWatermark,
        lastStableOffset,
        log,
        awaited,
        false);
  }

  /** The replica has stopped leading, or {@code offline}, stopped everything. */
  PartitionView stepDown(boolean offline) {
    return new PartitionView(
        id,
        name,
        false,
        leaderId,
        leaderEpoch,
        partitionEpoch,
        highWatermark,
        lastStableOffset,
        log,
        false,
        offline);
  }
}
