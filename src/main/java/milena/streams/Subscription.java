package milena.streams;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;

/** What a source reads; made by {@link Subscriptions}. */
public sealed interface Subscription {

  /** The group decides which partitions: what {@code withGroupId} names. */
  sealed interface AutoSubscription extends Subscription {}

  /** The partitions are named. */
  sealed interface ManualSubscription extends Subscription {}

  /** Topics by name. */
  record Topics(Set<String> names) implements AutoSubscription {
    public Topics {
      names = Set.copyOf(names);
    }
  }

  /** All topics whose whole name matches, also those to come. */
  record TopicPattern(Pattern pattern) implements AutoSubscription {}

  /** Partitions, each from the group's committed offset, if there is a group and an offset. */
  record Assignment(Set<TopicPartition> partitions) implements ManualSubscription {
    public Assignment {
      partitions = Set.copyOf(partitions);
    }
  }

  /** Partitions, each from an offset. */
  record AssignmentWithOffset(Map<TopicPartition, Long> offsets) implements ManualSubscription {
    public AssignmentWithOffset {
      offsets = Map.copyOf(offsets);
    }
  }

  /** Partitions, each from the first record that is not older than a time. */
  record AssignmentOffsetsForTimes(Map<TopicPartition, Long> timestampsMs)
      implements ManualSubscription {
    public AssignmentOffsetsForTimes {
      timestampsMs = Map.copyOf(timestampsMs);
    }
  }

  /** The pattern, of a subscription by pattern. */
  default Optional<Pattern> matching() {
    return this instanceof TopicPattern by ? Optional.of(by.pattern()) : Optional.empty();
  }
}
