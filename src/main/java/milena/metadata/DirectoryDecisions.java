package milena.metadata;

import java.util.ArrayList;
import java.util.List;
import milena.common.Outcome;
import org.apache.kafka.common.protocol.Errors;

/**
 * Decides where brokers may say that their replicas are (KIP-858). The image names a directory for
 * every replica from the start; a broker that keeps one elsewhere, because it found it there or has
 * moved it, says so before it serves from there, so that the failure of that directory is known to
 * be the replica's.
 */
public final class DirectoryDecisions {
  private final PartitionSweep sweep;

  public DirectoryDecisions(ElectionRules rules) {
    this.sweep = new PartitionSweep(rules);
  }

  /**
   * Answers each on its own, in order. A replica in a directory that the broker has reported as
   * failed, or never had, counts no longer: it leaves the in-sync replicas, and leads nothing.
   */
  public Decision<List<Outcome>> assign(
      ClusterImage image, int brokerId, long brokerEpoch, List<AssignedReplica> replicas) {
    BrokerImage broker = image.brokers().get(brokerId);
    if (broker == null || broker.epoch() != brokerEpoch) {
      Outcome stale = Outcome.of(Errors.STALE_BROKER_EPOCH);
      return Decision.reply(replicas.stream().map(replica -> stale).toList());
    }
    Draft draft = new Draft(image);
    List<Outcome> outcomes = new ArrayList<>(replicas.size());
    for (AssignedReplica replica : replicas) {
      Outcome objection = objection(draft.image(), brokerId, replica);
      outcomes.add(objection);
      if (objection.ok()) {
        assign(draft, broker, replica);
      }
    }
    return draft.decide(List.copyOf(outcomes));
  }

  private static Outcome objection(ClusterImage image, int brokerId, AssignedReplica replica) {
    if (image.topic(replica.id().topicId()) == null) {
      return Outcome.of(Errors.UNKNOWN_TOPIC_ID);
    }
    PartitionImage partition = image.partition(replica.id());
    if (partition == null) {
      return Outcome.of(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    return partition.replicas().contains(brokerId)
        ? Outcome.SUCCESS
        : Outcome.of(Errors.NOT_LEADER_OR_FOLLOWER);
  }

  private void assign(Draft draft, BrokerImage broker, AssignedReplica replica) {
    PartitionImage partition = draft.image().partition(replica.id());
    if (!replica.directory().equals(partition.directoryOf(broker.id()))) {
      draft.add(
          new TopicEvent.PartitionChanged(
              replica.id(), partition.withDirectory(broker.id(), replica.directory())));
    }
    if (!ElectionRules.isOnline(broker, replica.directory())) {
      draft.addAll(sweep.forget(draft.image(), broker.id(), replica.id()));
    }
  }
}
