package milena.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Who leads a partition, and who may after a failure. The in-sync replicas (ISR) hold everything
 * that is committed; a member that leaves while fewer than {@code min.insync.replicas} would be
 * left is remembered as eligible (ELR), because the high watermark can't have moved without it
 * (KIP-966). Leaders come from the ISR, then from the ELR, and when both are empty only the last
 * known leader may lead again.
 *
 * <p>Each function returns the partition as it should become, or nothing when it may stay as it is.
 */
final class Election {

  private Election() {}

  /**
   * A broker that may not lead any longer, and won't follow either, but keeps what it has: it was
   * fenced, or it stops.
   *
   * @param canLead which brokers may lead this partition now
   */
  static Optional<PartitionImage> withoutBroker(
      PartitionImage partition, int broker, int minInSync, IntPredicate canLead) {
    List<Integer> isr = minus(partition.isr(), broker);
    List<Integer> elr = partition.elr();
    if (isr.size() < partition.isr().size() && isr.size() < quorum(partition, minInSync)) {
      elr = plus(minus(elr, broker), broker);
    }
    return settle(partition, isr, elr, minInSync, other -> other != broker && canLead.test(other));
  }

  /** A replica whose data can't be relied on any more: what it once had may be gone. */
  static Optional<PartitionImage> withoutReplica(
      PartitionImage partition, int broker, int minInSync, IntPredicate canLead) {
    return settle(
        partition,
        minus(partition.isr(), broker),
        minus(partition.elr(), broker),
        minInSync,
        other -> other != broker && canLead.test(other));
  }

  /** Elects a leader where there is none, now that somebody came back. */
  static Optional<PartitionImage> elect(
      PartitionImage partition, int minInSync, IntPredicate canLead) {
    return partition.hasLeader()
        ? Optional.empty()
        : settle(partition, partition.isr(), partition.elr(), minInSync, canLead);
  }

  /**
   * The leader's own finding of who is in sync. It takes a partition epoch even when it changes
   * nothing, so that whatever else the leader asked for before comes too late.
   */
  static PartitionImage withInSync(PartitionImage old, List<Integer> isr, int minInSync) {
    List<Integer> elr = old.elr();
    for (int left : old.isr()) {
      elr = isr.contains(left) ? elr : plus(minus(elr, left), left);
    }
    for (int member : isr) {
      elr = minus(elr, member);
    }
    return new PartitionImage(
        old.replicas(),
        old.directories(),
        isr,
        isr.size() >= quorum(old, minInSync) ? List.of() : elr,
        old.lastKnownLeader(),
        old.leader(),
        old.leaderEpoch(),
        old.partitionEpoch() + 1);
  }

  private static Optional<PartitionImage> settle(
      PartitionImage old,
      List<Integer> isr,
      List<Integer> elr,
      int minInSync,
      IntPredicate canLead) {
    int leader =
        old.hasLeader() && isr.contains(old.leader()) && canLead.test(old.leader())
            ? old.leader()
            : choose(old, isr, elr, canLead);
    List<Integer> inSync =
        leader == PartitionImage.NO_LEADER || isr.contains(leader) ? isr : List.of(leader);
    // Enough members in sync hold all that is committed: nobody else need be remembered.
    List<Integer> eligible =
        inSync.size() >= quorum(old, minInSync) ? List.of() : minus(elr, leader);
    boolean sameLeader = leader == old.leader();
    if (sameLeader && inSync.equals(old.isr()) && eligible.equals(old.elr())) {
      return Optional.empty();
    }
    return Optional.of(
        new PartitionImage(
            old.replicas(),
            old.directories(),
            inSync,
            eligible,
            leader == PartitionImage.NO_LEADER ? old.lastKnownLeader() : leader,
            leader,
            sameLeader ? old.leaderEpoch() : old.leaderEpoch() + 1,
            old.partitionEpoch() + 1));
  }

  private static int choose(
      PartitionImage partition, List<Integer> isr, List<Integer> elr, IntPredicate canLead) {
    int best = firstOf(partition.replicas(), isr, canLead);
    if (best == PartitionImage.NO_LEADER && isr.isEmpty()) {
      best = firstOf(partition.replicas(), elr, canLead);
    }
    if (best == PartitionImage.NO_LEADER && isr.isEmpty() && elr.isEmpty()) {
      best = firstOf(partition.replicas(), List.of(partition.lastKnownLeader()), canLead);
    }
    return best;
  }

  private static int firstOf(
      List<Integer> preference, List<Integer> candidates, IntPredicate canLead) {
    for (int broker : preference) {
      if (candidates.contains(broker) && canLead.test(broker)) {
        return broker;
      }
    }
    return PartitionImage.NO_LEADER;
  }

  private static int quorum(PartitionImage partition, int minInSync) {
    return Math.min(minInSync, partition.replicas().size());
  }

  private static List<Integer> minus(List<Integer> brokers, int broker) {
    return brokers.contains(broker) ? brokers.stream().filter(b -> b != broker).toList() : brokers;
  }

  private static List<Integer> plus(List<Integer> brokers, int broker) {
    List<Integer> more = new ArrayList<>(brokers);
    more.add(broker);
    return more;
  }
}
