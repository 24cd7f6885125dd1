package milena.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import milena.common.Outcome;
import milena.common.TopicIdPartition;
import milena.metadata.ElectionRules.Terms;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.protocol.Errors;

/** Decides about elections that somebody asks for, and those that give leaders back their place. */
public final class ElectionDecisions {
  private final ElectionRules rules;

  public ElectionDecisions(ElectionRules rules) {
    this.rules = rules;
  }

  /** A partition by its topic's name. */
  public record Named(String topic, int partition) {}

  /** What became of one partition's election. */
  public record Elected(Named partition, Outcome outcome) {}

  /**
   * Elects leaders on an operator's word.
   *
   * @param type the preferred replica where it may lead without a loss; or, where there is no
   *     leader, any replica at all (KIP-460)
   * @param wanted empty for every partition; then those that need no election are left out of the
   *     answer
   */
  public Decision<List<Elected>> elect(
      ClusterImage image, ElectionType type, Optional<List<Named>> wanted) {
    Draft draft = new Draft(image);
    List<Elected> answers = new ArrayList<>();
    for (Named partition : wanted.orElseGet(() -> all(image))) {
      Outcome outcome = elect(draft, type, partition);
      if (wanted.isPresent() || outcome.toError() != Errors.ELECTION_NOT_NEEDED) {
        answers.add(new Elected(partition, outcome));
      }
    }
    return draft.decide(List.copyOf(answers));
  }

  private static List<Named> all(ClusterImage image) {
    List<Named> all = new ArrayList<>();
    for (TopicImage topic : image.topics().values()) {
      for (int i = 0; i < topic.partitions().size(); i++) {
        all.add(new Named(topic.name(), i));
      }
    }
    return all;
  }

  private Outcome elect(Draft draft, ElectionType type, Named named) {
    TopicImage topic = draft.image().topic(named.topic());
    if (topic == null) {
      return Outcome.of(Errors.UNKNOWN_TOPIC_OR_PARTITION, "No such topic as " + named.topic());
    }
    PartitionImage partition = topic.partition(named.partition());
    if (partition == null) {
      return Outcome.of(
          Errors.UNKNOWN_TOPIC_OR_PARTITION,
          "No such partition as " + named.topic() + "-" + named.partition());
    }
    boolean preferred = type == ElectionType.PREFERRED;
    if (preferred ? isBalanced(partition) : partition.hasLeader()) {
      return Outcome.of(Errors.ELECTION_NOT_NEEDED);
    }
    Terms terms = rules.terms(draft.image(), named.topic(), partition);
    Optional<PartitionImage> changed =
        preferred
            ? Election.preferred(partition, terms)
            : Election.elect(partition, terms.withUnclean(true));
    if (changed.isEmpty() || !changed.get().hasLeader()) {
      return Outcome.of(
          preferred
              ? Errors.PREFERRED_LEADER_NOT_AVAILABLE
              : Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE);
    }
    TopicIdPartition id = new TopicIdPartition(topic.id(), named.partition());
    draft.add(new TopicEvent.PartitionChanged(id, changed.get()));
    return Outcome.SUCCESS;
  }

  /**
   * Gives leadership back to preferred replicas that can take it without a loss.
   *
   * @param most how many leaders change at most, so that clients don't all move at once
   * @return how many do
   */
  public Decision<Integer> balance(ClusterImage image, int most) {
    Draft draft = new Draft(image);
    for (TopicImage topic : image.topics().values()) {
      for (int i = 0; i < topic.partitions().size() && draft.size() < most; i++) {
        PartitionImage partition = topic.partition(i);
        if (!isBalanced(partition)) {
          TopicIdPartition id = new TopicIdPartition(topic.id(), i);
          Election.preferred(partition, rules.terms(image, topic.name(), partition))
              .ifPresent(changed -> draft.add(new TopicEvent.PartitionChanged(id, changed)));
        }
      }
    }
    return draft.decide(draft.size());
  }

  private static boolean isBalanced(PartitionImage partition) {
    return partition.leader() == partition.replicas().get(0);
  }
}
