package milena.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import milena.common.Outcome;
import milena.common.TopicIdPartition;
import milena.metadata.ElectionRules.Terms;
import org.apache.kafka.common.protocol.Errors;

/**
 * Decides about moving partitions to other brokers (KIP-455). A reassignment first takes the new
 * replicas in beside the old ones; the first change after which all wanted ones are in sync lets
 * the others go ({@link Election}). Its state is the partition's, so that it goes on under any
 * controller.
 */
public final class Reassignments {
  private final ElectionRules rules;

  public Reassignments(ElectionRules rules) {
    this.rules = rules;
  }

  /**
   * Begins, changes or gives up reassignments; one answer for each, in order.
   *
   * @param mayChangeFactor whether a partition may get more or fewer replicas than it has (KIP-860)
   * @param random chooses log directories
   */
  public Decision<List<Outcome>> alter(
      ClusterImage image,
      List<NewReplicas> wanted,
      boolean mayChangeFactor,
      RandomGenerator random) {
    Draft draft = new Draft(image);
    ReplicaPlacement placement = new ReplicaPlacement(image, random.nextInt());
    List<Outcome> outcomes = new ArrayList<>(wanted.size());
    for (NewReplicas each : wanted) {
      try {
        alter(draft, placement, each, mayChangeFactor);
        outcomes.add(Outcome.SUCCESS);
      } catch (Refusal refusal) {
        outcomes.add(refusal.outcome());
      }
    }
    return draft.decide(List.copyOf(outcomes));
  }

  private void alter(
      Draft draft, ReplicaPlacement placement, NewReplicas wanted, boolean mayChangeFactor) {
    ClusterImage image = draft.image();
    TopicImage topic = image.topic(wanted.topic());
    if (topic == null) {
      throw new Refusal(
          Errors.UNKNOWN_TOPIC_OR_PARTITION,
          "Unable to find a topic named " + wanted.topic() + ".");
    }
    PartitionImage partition = topic.partition(wanted.partition());
    if (partition == null) {
      throw new Refusal(
          Errors.UNKNOWN_TOPIC_OR_PARTITION,
          "Unable to find partition " + wanted.topic() + ":" + wanted.partition() + ".");
    }
    if (draft.size() >= TopicDecisions.MAX_PARTITIONS_PER_REQUEST) {
      throw new Refusal(
          Errors.POLICY_VIOLATION, "Excessively large number of partitions per request.");
    }
    Optional<PartitionImage> changed =
        wanted.brokers().isPresent()
            ? moved(image, placement, wanted, partition, mayChangeFactor)
            : cancelled(image, wanted, partition);
    TopicIdPartition id = new TopicIdPartition(topic.id(), wanted.partition());
    changed.ifPresent(now -> draft.add(new TopicEvent.PartitionChanged(id, now)));
  }

  private Optional<PartitionImage> moved(
      ClusterImage image,
      ReplicaPlacement placement,
      NewReplicas wanted,
      PartitionImage partition,
      boolean mayChangeFactor) {
    List<Integer> brokers = wanted.brokers().orElseThrow();
    PartitionPlans.requireSound(image, brokers);
    int factor = partition.replicasWanted().size();
    if (!mayChangeFactor && brokers.size() != factor) {
      throw new Refusal(
          Errors.INVALID_REPLICATION_FACTOR,
          "The replication factor is changed from %d to %d".formatted(factor, brokers.size()));
    }
    ReplicaPlan plan =
        ReplicaPlan.to(
            partition, brokers, broker -> placement.directoryOn(image.brokers().get(broker)));
    return Election.withReplicas(partition, plan, rules.terms(image, wanted.topic(), partition));
  }

  private Optional<PartitionImage> cancelled(
      ClusterImage image, NewReplicas wanted, PartitionImage partition) {
    if (!partition.reassignment().isUnderWay()) {
      throw new Refusal(
          Errors.NO_REASSIGNMENT_IN_PROGRESS, Errors.NO_REASSIGNMENT_IN_PROGRESS.message());
    }
    Terms terms = rules.terms(image, wanted.topic(), partition);
    ReplicaPlan before = ReplicaPlan.of(partition).cancelled();
    boolean needsUnclean =
        !holdsAll(partition, before)
            || (partition.hasLeader()
                && !Election.withReplicas(partition, before, terms.withUnclean(false))
                    .orElseThrow()
                    .hasLeader());
    if (needsUnclean && !terms.unclean()) {
      throw new Refusal(
          Errors.INVALID_REPLICA_ASSIGNMENT,
          ("Unable to revert partition assignment for %s:%d because it would require an unclean"
                  + " leader election.")
              .formatted(wanted.topic(), wanted.partition()));
    }
    return Election.withReplicas(partition, before, terms);
  }

  /** Whether somebody who stays has all that is committed, as far as anybody has. */
  private static boolean holdsAll(PartitionImage partition, ReplicaPlan rest) {
    return partition.replicas().stream().noneMatch(broker -> ReplicaPlan.holds(partition, broker))
        || rest.replicas().stream().anyMatch(broker -> ReplicaPlan.holds(partition, broker));
  }
}
