package milena.common;

import java.util.Objects;
import org.apache.kafka.common.Uuid;

/**
 * The identity of a partition: its topic's id, which no later topic of the same name shares, and
 * its index within the topic.
 */
public record TopicIdPartition(Uuid topicId, int partition) {

  public TopicIdPartition {
    Objects.requireNonNull(topicId, "topicId");
    if (partition < 0) {
      throw new IllegalArgumentException("A partition index is never negative: " + partition);
    }
  }

  @Override
  public String toString() {
    return topicId + "-" + partition;
  }
}
