package milena.streams;

import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import milena.streams.Subscription.AutoSubscription;
import milena.streams.Subscription.ManualSubscription;
import org.apache.kafka.common.TopicPartition;

/** Makes subscriptions. */
public final class Subscriptions {
  private Subscriptions() {}

  /** The group shares out the partitions of these topics. */
  public static AutoSubscription topics(String... names) {
    return new Subscription.Topics(Set.of(names));
  }

  /** The group shares out the partitions of these topics. */
  public static AutoSubscription topics(Set<String> names) {
    return new Subscription.Topics(names);
  }

  /** The group shares out the partitions of all topics whose names match. */
  public static AutoSubscription topicPattern(String regularExpression) {
    return new Subscription.TopicPattern(Pattern.compile(regularExpression));
  }

  /** Just these partitions. */
  public static ManualSubscription assignment(TopicPartition... partitions) {
    return new Subscription.Assignment(Set.of(partitions));
  }

  /** Just these partitions. */
  public static ManualSubscription assignment(Set<TopicPartition> partitions) {
    return new Subscription.Assignment(partitions);
  }

  /** Just this partition, from this offset on. */
  public static ManualSubscription assignmentWithOffset(TopicPartition partition, long offset) {
    return new Subscription.AssignmentWithOffset(Map.of(partition, offset));
  }

  /** Just these partitions, from these offsets on. */
  public static ManualSubscription assignmentWithOffset(Map<TopicPartition, Long> offsets) {
    return new Subscription.AssignmentWithOffset(offsets);
  }

  /** Just this partition, from the first record that is not older. */
  public static ManualSubscription assignmentOffsetsForTimes(
      TopicPartition partition, long timestampMs) {
    return new Subscription.AssignmentOffsetsForTimes(Map.of(partition, timestampMs));
  }

  /** Just these partitions, each from the first record that is not older. */
  public static ManualSubscription assignmentOffsetsForTimes(
      Map<TopicPartition, Long> timestampsMs) {
    return new Subscription.AssignmentOffsetsForTimes(timestampsMs);
  }
}
