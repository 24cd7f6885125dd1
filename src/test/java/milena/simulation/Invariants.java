package milena.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import milena.metadata.PartitionImage;
import milena.simulation.SimulatedLog.Entry;

/** What must always be true of a partition, checked as things happen and after each of them. */
final class Invariants {
  /** A committed entry, and who of those in sync at the time still has what it had. */
  private record Committed(Entry entry, Set<Integer> keepers) {}

  /** Broken: the world's seed repeats it. */
  static final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String invariant, String what) {
      super(invariant + ": " + what);
    }
  }

  private final ReplicationWorld world;
  private final int partition;
  private final Map<Integer, Integer> leaderOfEpoch = new HashMap<>();
  private final TreeSet<Integer> lastResortEpochs = new TreeSet<>();

  /** The newest epoch that somebody has come to lead in. */
  private int ledEpoch = -1;

  private final TreeMap<Long, Committed> committed = new TreeMap<>();
  private final Map<SimulatedReplica, Long> shown = new HashMap<>();

  /** From where on a replica may differ that has not cut yet what was given up. */
  private final Map<Integer, Long> excusedFrom = new HashMap<>();

  private long acknowledgements;
  private long excuses;
  private long compared;
  private long givenUp;

  Invariants(ReplicationWorld world, int partition) {
    this.world = world;
    this.partition = partition;
  }

  long acknowledgements() {
    return acknowledgements;
  }

  long givenUp() {
    return givenUp;
  }

  /**
   * @param lastResort neither the ISR nor the ELR had anybody left, or both lost the last with this
   */
  void elected(int leaderEpoch, boolean lastResort) {
    if (lastResort) {
      lastResortEpochs.add(leaderEpoch);
    }
  }

  /** A decision about the partition is committed. */
  void decided(PartitionImage before, PartitionImage now) {
    boolean sound =
        now.leaderEpoch() >= before.leaderEpoch()
            && now.partitionEpoch() > before.partitionEpoch()
            && (now.leader() == before.leader() || now.leaderEpoch() > before.leaderEpoch())
            && now.replicas().containsAll(now.isr())
            && (!now.hasLeader() || now.isr().contains(now.leader()));
    if (!sound) {
      throw new Violation("OneController", before + " becomes " + now);
    }
  }

  void appends(SimulatedReplica broker, int leaderEpoch) {
    Integer other = leaderOfEpoch.putIfAbsent(leaderEpoch, broker.id);
    if (other != null && other != broker.id) {
      throw new Violation(
          "OneLeaderPerEpoch",
          broker + " appends in epoch " + leaderEpoch + ", as broker " + other + " did");
    }
  }

  /** A new leader has all that was ever committed, if anybody can have it. */
  void leads(SimulatedReplica broker, int leaderEpoch) {
    PartitionImage now = world.decided(partition);
    if (leaderEpoch < now.leaderEpoch() && now.leader() != broker.id) {
      return; // it leads in its own mind only, and commits nothing
    }
    for (Map.Entry<Long, Committed> each : committed.entrySet()) {
      if (!each.getValue().entry().equals(broker.log.get(each.getKey()))) {
        boolean excused = each.getValue().keepers().isEmpty() || isLastResort(leaderEpoch);
        if (!excused) {
          throw new Violation(
              "AckedIsDurable",
              "%s leads in epoch %d without %s at %d, which %s still have"
                  .formatted(
                      broker,
                      leaderEpoch,
                      each.getValue().entry(),
                      each.getKey(),
                      each.getValue().keepers()));
        }
        giveUpFrom(each.getKey(), broker);
        break;
      }
    }
    ledEpoch = Math.max(ledEpoch, leaderEpoch);
  }

  /**
   * Whether it was elected as a last resort, or another was before it who never came to lead: it
   * follows from that election who is in sync now.
   */
  private boolean isLastResort(int leaderEpoch) {
    return lastResortEpochs.contains(leaderEpoch)
        || ledEpoch < leaderEpoch
            && !lastResortEpochs.subSet(ledEpoch, false, leaderEpoch, false).isEmpty();
  }

  private void giveUpFrom(long offset, SimulatedReplica leader) {
    for (SimulatedReplica other : world.replicas(partition)) {
      if (other != leader) {
        excusedFrom.merge(other.id, offset, Math::min);
      }
    }
    givenUp += committed.tailMap(offset).size();
    committed.tailMap(offset).clear();
    shown.replaceAll((broker, end) -> Math.min(end, offset));
  }

  /** A replica cuts what its leader does not have. */
  void truncated(SimulatedReplica broker) {
    excuses++;
    excusedFrom.remove(broker.id);
  }

  /**
   * The broker shows its consumers all below its high watermark. One that has not heard that the
   * end was given up may still show that.
   */
  void committed(SimulatedReplica broker) {
    long from = shown.getOrDefault(broker, 0L);
    long to = agreedEnd(broker);
    for (long offset = from; offset < to; offset++) {
      Entry entry = broker.log.get(offset);
      Committed before = committed.get(offset);
      if (entry == null) {
        throw new Violation("VisibleIsCommitted", broker + " shows what it lacks at " + offset);
      } else if (before == null) {
        committed.put(offset, new Committed(entry, keepers(broker, offset, entry)));
      } else if (!before.entry().equals(entry)) {
        throw new Violation(
            "MonotoneOffsets",
            "%s shows %s at %d, where %s was committed"
                .formatted(broker, entry, offset, before.entry()));
      }
    }
    shown.put(broker, Math.max(from, to));
  }

  /** Whoever is in sync now, as the controller has it, must have it now. */
  private Set<Integer> keepers(SimulatedReplica broker, long offset, Entry entry) {
    Set<Integer> keepers = new HashSet<>();
    PartitionImage now = world.decided(partition);
    for (int member : now.isr()) {
      if (entry.equals(world.replica(member, partition).log.get(offset))) {
        keepers.add(member);
      } else if (!world.hasLostLately(member)) {
        throw new Violation(
            "VisibleIsCommitted",
            "%s shows %s at %d, which %s lacks though in sync: %s"
                .formatted(broker, entry, offset, world.replica(member, partition), now));
      }
    }
    return keepers;
  }

  void acknowledged(SimulatedReplica broker, long offset) {
    acknowledgements++;
    if (offset >= excusedFrom.getOrDefault(broker.id, Long.MAX_VALUE)) {
      return;
    }
    Entry entry = broker.log.get(offset);
    Committed before = committed.get(offset);
    if (before == null) {
      committed.put(offset, new Committed(entry, keepers(broker, offset, entry)));
    } else if (!before.entry().equals(entry)) {
      throw new Violation(
          "MonotoneOffsets", "%s acknowledges %s at %d".formatted(broker, entry, offset));
    }
  }

  /** The controller has let replicas go: those that are in sync now must have everything. */
  void moved(PartitionImage now) {
    for (Map.Entry<Long, Committed> each : committed.entrySet()) {
      Set<Integer> keepers = each.getValue().keepers();
      boolean hadKeepers = !keepers.isEmpty();
      keepers.retainAll(now.replicas());
      for (int member : now.isr()) {
        SimulatedReplica replica = world.replica(member, partition);
        if (each.getValue().entry().equals(replica.log.get(each.getKey()))) {
          keepers.add(member);
        } else if (hadKeepers && !world.hasLostLately(member)) {
          throw new Violation(
              "AckedIsDurable",
              "%s lacks %s at %d, and others are let go: %s"
                  .formatted(replica, each.getValue().entry(), each.getKey(), now));
        }
      }
    }
  }

  /** A replica was deleted; nobody's high watermark is held against it any more. */
  void gaveUp(SimulatedReplica replica) {
    excuses++;
    shown.remove(replica);
    excusedFrom.remove(replica.id);
  }

  /**
   * A machine died, and with it perhaps the end of the broker's log. Nobody can know how much, so
   * the broker counts for none of it.
   */
  void lost(SimulatedReplica broker) {
    shown.put(broker, Math.min(shown.getOrDefault(broker, 0L), broker.log.end()));
    committed.values().forEach(each -> each.keepers().remove(broker.id));
  }

  /** Up to the smaller high watermark two logs are the same. */
  void afterEach() {
    long state = excuses;
    for (SimulatedReplica each : world.replicas(partition)) {
      state = state * 31 + each.log.changes() + each.highWatermark() + (each.isUp() ? 7 : 0);
    }
    if (state == compared) {
      return;
    }
    compared = state;
    for (SimulatedReplica a : world.replicas(partition)) {
      for (SimulatedReplica b : world.replicas(partition)) {
        if (a.id < b.id && a.isUp() && b.isUp()) {
          compare(a, b);
        }
      }
    }
  }

  private long agreedEnd(SimulatedReplica broker) {
    return Math.min(broker.highWatermark(), excusedFrom.getOrDefault(broker.id, Long.MAX_VALUE));
  }

  private void compare(SimulatedReplica a, SimulatedReplica b) {
    long end = Math.min(agreedEnd(a), agreedEnd(b));
    for (long offset = Math.max(0, end - 20); offset < end; offset++) {
      Entry entry = a.log.get(offset);
      if (entry == null || !entry.equals(b.log.get(offset))) {
        throw new Violation("LogMatching", "at %d: %s and %s".formatted(offset, a, b));
      }
    }
  }
}
