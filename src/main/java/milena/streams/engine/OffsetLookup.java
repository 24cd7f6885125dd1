package milena.streams.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import milena.streams.link.BrokerLink;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;

/** Asks a partition's leader which offset belongs to a time. */
final class OffsetLookup {
  private static final short VERSION = 7;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private OffsetLookup() {}

  /**
   * @param timestamp in ms, or one of Kafka's names for special offsets
   * @param committedOnly whether the end is where open transactions begin
   */
  static CompletionStage<ListOffsetsPartitionResponse> ask(
      BrokerLink link,
      int leader,
      TopicPartition partition,
      long timestamp,
      boolean committedOnly) {
    ListOffsetsRequestData request =
        new ListOffsetsRequestData()
            .setReplicaId(-1)
            .setIsolationLevel((byte) (committedOnly ? 1 : 0))
            .setTopics(
                List.of(
                    new ListOffsetsTopic()
                        .setName(partition.topic())
                        .setPartitions(
                            List.of(
                                new ListOffsetsPartition()
                                    .setPartitionIndex(partition.partition())
                                    .setTimestamp(timestamp)))));
    return Calls.inTime(link, leader, request, VERSION, TIMEOUT)
        .thenApply(
            answer -> ((ListOffsetsResponseData) answer).topics().get(0).partitions().get(0));
  }
}
