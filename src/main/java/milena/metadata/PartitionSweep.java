package milena.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import milena.common.TopicIdPartition;
import milena.metadata.ElectionRules.Terms;

/** Asks {@link Election} about every partition that a broker's fate concerns. */
final class PartitionSweep {
  private final ElectionRules rules;

  PartitionSweep(ElectionRules rules) {
    this.rules = rules;
  }

  /** The broker stops leading and following. */
  List<TopicEvent> leave(ClusterImage image, int broker) {
    return sweep(
        image,
        broker,
        partition -> true,
        (partition, terms) -> Election.withoutBroker(partition, broker, terms));
  }

  /** What the broker holds of these partitions counts no longer. */
  List<TopicEvent> forget(ClusterImage image, int broker, Predicate<PartitionImage> which) {
    return sweep(
        image,
        broker,
        which,
        (partition, terms) -> Election.withoutReplica(partition, broker, terms));
  }

  /** What the broker holds of this one partition counts no longer. */
  List<TopicEvent> forget(ClusterImage image, int broker, TopicIdPartition id) {
    PartitionImage partition = image.partition(id);
    String topic = image.topic(id.topicId()).name();
    return Election.withoutReplica(partition, broker, rules.terms(image, topic, partition))
        .<TopicEvent>map(changed -> new TopicEvent.PartitionChanged(id, changed))
        .stream()
        .toList();
  }

  /** The broker is there again. */
  List<TopicEvent> returned(ClusterImage image, int broker) {
    return sweep(image, broker, partition -> true, Election::elect);
  }

  /**
   * {@code min.insync.replicas} or {@code unclean.leader.election.enable} may be another now. Where
   * as many as are asked for are in sync, leaders go on without those that were remembered as
   * eligible, who are so no longer; where nobody leads, somebody may now.
   */
  List<TopicEvent> settingsChanged(ClusterImage before, ClusterImage now) {
    List<TopicEvent> events = new ArrayList<>();
    for (TopicImage topic : now.topics().values()) {
      String name = topic.name();
      boolean same =
          rules.minInSync(now, name) == rules.minInSync(before, name)
              && rules.unclean(now, name) == rules.unclean(before, name);
      if (!same) {
        sweep(now, topic, partition -> true, Election::elect, events);
      }
    }
    return events;
  }

  private interface Change {
    Optional<PartitionImage> of(PartitionImage partition, Terms terms);
  }

  private List<TopicEvent> sweep(
      ClusterImage image, int broker, Predicate<PartitionImage> which, Change change) {
    List<TopicEvent> events = new ArrayList<>();
    for (TopicImage topic : image.topics().values()) {
      sweep(
          image,
          topic,
          partition -> partition.replicas().contains(broker) && which.test(partition),
          change,
          events);
    }
    return events;
  }

  private void sweep(
      ClusterImage image,
      TopicImage topic,
      Predicate<PartitionImage> which,
      Change change,
      List<TopicEvent> events) {
    int index = 0;
    for (PartitionImage partition : topic.partitions()) {
      TopicIdPartition id = new TopicIdPartition(topic.id(), index++);
      if (which.test(partition)) {
        change
            .of(partition, rules.terms(image, topic.name(), partition))
            .ifPresent(changed -> events.add(new TopicEvent.PartitionChanged(id, changed)));
      }
    }
  }
}
