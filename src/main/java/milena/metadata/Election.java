package milena.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import milena.metadata.ElectionRules.Terms;

/**
 * Who leads a partition, and who may after a failure. The in-sync replicas (ISR) hold everything
 * that is committed; a member that leaves while fewer than {@code min.insync.replicas} would be
 * left is remembered as eligible (ELR), because the high watermark can't have moved without it
 * (KIP-966). Leaders come from the ISR, then from the ELR, and when both are empty the last known
 * leader may lead again; any other replica only where an unclean election is allowed, since what it
 * lacks is lost.
 *
 * <p>A reassignment ends with the first change after which all wanted replicas are in sync. Whoever
 * goes then might come back without what it has told the leader it had, so the leader epoch grows
 * and all of it is forgotten.
 *
 * <p>Each function returns the partition as it should become, or nothing when it may stay as it is.
 */
final class Election {

  private Election() {}

  /** A broker that was fenced or stops: it leads and follows no longer, but keeps what it has. */
  static Optional<PartitionImage> withoutBroker(PartitionImage partition, int broker, Terms terms) {
    Change change = new Change(partition);
    change.isr = minus(change.isr, broker);
    if (change.isr.size() < partition.isr().size() && change.isr.size() < change.quorum(terms)) {
      change.elr = plus(minus(change.elr, broker), broker);
    }
    return change.settle(terms.without(broker));
  }

  /** A replica whose data can't be relied on any more: what it once had may be gone. */
  static Optional<PartitionImage> withoutReplica(
      PartitionImage partition, int broker, Terms terms) {
    Change change = new Change(partition);
    change.isr = minus(change.isr, broker);
    change.elr = minus(change.elr, broker);
    return change.settle(terms.without(broker));
  }

  /** Somebody came back, or the terms have changed: elects a leader where there is none. */
  static Optional<PartitionImage> elect(PartitionImage partition, Terms terms) {
    return new Change(partition).settle(terms);
  }

  /** Gives leadership to the preferred replica, the first, if it may lead without a loss. */
  static Optional<PartitionImage> preferred(PartitionImage partition, Terms terms) {
    int first = partition.replicas().get(0);
    Change change = new Change(partition);
    if (change.holdsAll(first) && terms.canLead().test(first)) {
      change.favourite = first;
    }
    return change.settle(terms.withUnclean(false));
  }

  /**
   * The leader's own finding of who is in sync. It takes a partition epoch even when it changes
   * nothing, so that whatever else the leader asked for before comes too late.
   */
  static PartitionImage withInSync(PartitionImage old, List<Integer> isr, Terms terms) {
    Change change = new Change(old);
    for (int left : old.isr()) {
      change.elr = isr.contains(left) ? change.elr : plus(minus(change.elr, left), left);
    }
    for (int member : isr) {
      change.elr = minus(change.elr, member);
    }
    change.isr = isr;
    return change.settled(terms);
  }

  /** The replicas are to be others, or in another order; see {@link Reassignments}. */
  static Optional<PartitionImage> withReplicas(
      PartitionImage partition, ReplicaPlan plan, Terms terms) {
    Change change = new Change(partition);
    change.plan = plan;
    change.isr = kept(change.isr, plan.replicas());
    change.elr = kept(change.elr, plan.replicas());
    return change.settle(terms);
  }

  /** A partition on its way from one image to the next. */
  private static final class Change {
    private final PartitionImage old;
    private ReplicaPlan plan;
    private List<Integer> isr;
    private List<Integer> elr;
    private int favourite = PartitionImage.NO_LEADER;

    Change(PartitionImage old) {
      this.old = old;
      this.plan = ReplicaPlan.of(old);
      this.isr = old.isr();
      this.elr = old.elr();
    }

    int quorum(Terms terms) {
      return Math.min(terms.minInSync(), plan.replicas().size());
    }

    boolean holdsAll(int broker) {
      return isr.contains(broker) || (isr.isEmpty() && elr.contains(broker));
    }

    Optional<PartitionImage> settle(Terms terms) {
      PartitionImage now = settled(terms);
      boolean same =
          now.leader() == old.leader()
              && now.isr().equals(old.isr())
              && now.elr().equals(old.elr())
              && plan.equals(ReplicaPlan.of(old));
      return same ? Optional.empty() : Optional.of(now);
    }

    PartitionImage settled(Terms terms) {
      endReassignment(terms);
      int leader = leader(terms);
      boolean led = leader != PartitionImage.NO_LEADER;
      List<Integer> inSync = !led || isr.contains(leader) ? isr : List.of(leader);
      // Enough members in sync hold all that is committed: nobody else need be remembered.
      List<Integer> eligible =
          inSync.size() >= quorum(terms) ? List.of() : minus(elr, led ? leader : -1);
      boolean newEpoch = leader != old.leader() || !plan.replicas().containsAll(old.replicas());
      return new PartitionImage(
          plan.replicas(),
          plan.directories(),
          inSync,
          eligible,
          led ? leader : old.lastKnownLeader(),
          leader,
          newEpoch ? old.leaderEpoch() + 1 : old.leaderEpoch(),
          old.partitionEpoch() + 1,
          plan.reassignment());
    }

    /** All that are wanted are in sync: the others go. */
    private void endReassignment(Terms terms) {
      List<Integer> removing = plan.reassignment().removing();
      List<Integer> rest = isr.stream().filter(broker -> !removing.contains(broker)).toList();
      ReplicaPlan ended = plan.ended();
      if (plan.reassignment().isUnderWay()
          && rest.containsAll(ended.replicas())
          && rest.stream().anyMatch(terms.canLead()::test)) {
        plan = ended;
        isr = rest;
        elr = kept(elr, ended.replicas());
      }
    }

    private int leader(Terms terms) {
      if (favourite != PartitionImage.NO_LEADER) {
        return favourite;
      }
      boolean mayStay =
          old.hasLeader() && isr.contains(old.leader()) && terms.canLead().test(old.leader());
      if (mayStay) {
        return old.leader();
      }
      int best = firstOf(isr, terms);
      if (best == PartitionImage.NO_LEADER && isr.isEmpty()) {
        best = firstOf(elr, terms);
      }
      if (best == PartitionImage.NO_LEADER && isr.isEmpty() && elr.isEmpty()) {
        best = firstOf(List.of(old.lastKnownLeader()), terms);
      }
      if (best == PartitionImage.NO_LEADER && terms.unclean()) {
        best = firstOf(plan.replicas(), terms);
        elr = best == PartitionImage.NO_LEADER ? elr : List.of();
      }
      return best;
    }

    private int firstOf(List<Integer> candidates, Terms terms) {
      for (int broker : plan.replicas()) {
        if (candidates.contains(broker) && terms.canLead().test(broker)) {
          return broker;
        }
      }
      return PartitionImage.NO_LEADER;
    }
  }

  private static List<Integer> kept(List<Integer> brokers, List<Integer> replicas) {
    return replicas.containsAll(brokers)
        ? brokers
        : brokers.stream().filter(replicas::contains).toList();
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
