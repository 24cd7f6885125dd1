package milena.metadata;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import milena.common.Outcome;
import milena.common.TopicIdPartition;
import milena.metadata.ElectionRules.Terms;
import milena.metadata.InSyncChange.Member;
import org.apache.kafka.common.protocol.Errors;

/**
 * Decides about the in-sync replicas that leaders ask for. A leader that was deposed, or that knows
 * an older state of the partition, changes nothing; and whoever may have lost what it fetched, or
 * is about to leave, is not let in (KIP-497, KIP-841, KIP-903).
 */
public final class InSyncDecisions {
  private final ElectionRules rules;

  public InSyncDecisions(ElectionRules rules) {
    this.rules = rules;
  }

  /** Answers each change on its own, in order. */
  public Decision<List<Outcome>> alter(
      ClusterImage image, int leader, long leaderBrokerEpoch, List<InSyncChange> changes) {
    BrokerImage broker = image.brokers().get(leader);
    if (broker == null || broker.epoch() != leaderBrokerEpoch) {
      Outcome stale = Outcome.of(Errors.STALE_BROKER_EPOCH);
      return Decision.reply(changes.stream().map(change -> stale).toList());
    }
    Draft draft = new Draft(image);
    List<Outcome> outcomes = new ArrayList<>();
    for (InSyncChange change : changes) {
      Outcome objection = objection(draft.image(), leader, change);
      outcomes.add(objection);
      if (objection.ok()) {
        draft.add(changed(draft.image(), change));
      }
    }
    return draft.decide(List.copyOf(outcomes));
  }

  private TopicEvent changed(ClusterImage image, InSyncChange change) {
    TopicIdPartition id = change.id();
    PartitionImage partition = image.partition(id);
    List<Integer> isr = change.inSync().stream().map(Member::brokerId).toList();
    Terms terms = rules.terms(image, image.topic(id.topicId()).name(), partition);
    return new TopicEvent.PartitionChanged(id, Election.withInSync(partition, isr, terms));
  }

  private static Outcome objection(ClusterImage image, int leader, InSyncChange change) {
    if (image.topic(change.id().topicId()) == null) {
      return Outcome.of(Errors.UNKNOWN_TOPIC_ID);
    }
    PartitionImage partition = image.partition(change.id());
    if (partition == null) {
      return Outcome.of(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    if (change.leaderEpoch() > partition.leaderEpoch()
        || change.partitionEpoch() > partition.partitionEpoch()) {
      return Outcome.of(Errors.NOT_CONTROLLER); // the leader knows more than this image
    }
    if (change.leaderEpoch() < partition.leaderEpoch()) {
      return Outcome.of(Errors.FENCED_LEADER_EPOCH);
    }
    if (change.partitionEpoch() < partition.partitionEpoch()) {
      return Outcome.of(Errors.INVALID_UPDATE_VERSION);
    }
    List<Integer> isr = change.inSync().stream().map(Member::brokerId).toList();
    if (partition.leader() != leader
        || !isr.contains(leader)
        || !partition.replicas().containsAll(isr)
        || new HashSet<>(isr).size() < isr.size()) {
      return Outcome.of(Errors.INVALID_REQUEST);
    }
    for (Member member : change.inSync()) {
      if (!isEligible(image, partition, member)) {
        return Outcome.of(
            Errors.INELIGIBLE_REPLICA,
            "Broker %d is fenced, stopping or another incarnation".formatted(member.brokerId()));
      }
    }
    return Outcome.SUCCESS;
  }

  private static boolean isEligible(ClusterImage image, PartitionImage partition, Member member) {
    return ElectionRules.canLead(image, partition, member.brokerId())
        && (member.brokerEpoch() < 0
            || member.brokerEpoch() == image.brokers().get(member.brokerId()).epoch());
  }
}
