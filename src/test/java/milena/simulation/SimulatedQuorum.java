package milena.simulation;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import milena.metadata.ClusterEvent;
import milena.metadata.ClusterImage;
import milena.metadata.MetadataEvent;
import milena.metadata.PartitionImage;
import milena.metadata.RiskyElection;

/**
 * What Raft promises, without Raft: one log, whose leader changes, and who was leader may not know
 * yet that it is none. What a leader had under way when it lost its place is committed or not, and
 * nobody tells it.
 */
final class SimulatedQuorum {
  static final int VOTERS = 3;

  /** An entry that is not committed yet. */
  private record Entry(
      int term,
      int voter,
      long firstSequence,
      List<MetadataEvent> events,
      Consumer<Boolean> done) {}

  private final ReplicationWorld world;
  private final boolean[] up = new boolean[VOTERS];
  private final SimulatedController[] controllers = new SimulatedController[VOTERS];
  private ClusterImage committed =
      ClusterImage.EMPTY.apply(new ClusterEvent.ClusterNamed("simulated"));
  private Entry underWay;
  private int term;
  private int leader = -1;
  private long leaderlessSinceMs;
  private long elections;
  private long refusals;

  SimulatedQuorum(ReplicationWorld world) {
    this.world = world;
    for (int voter = 0; voter < VOTERS; voter++) {
      up[voter] = true;
    }
    world.happenings.every(60, this::watch);
  }

  /** All that is committed. */
  ClusterImage image() {
    return committed;
  }

  long elections() {
    return elections;
  }

  /** How many writes of deposed controllers were refused. */
  long refusals() {
    return refusals;
  }

  /** Whoever controls on this voter, or thinks so; null for nobody. */
  SimulatedController controllerOn(int voter) {
    return up[voter] ? controllers[voter] : null;
  }

  /** All who control, or think so. */
  List<SimulatedController> controllers() {
    return IntStream.range(0, VOTERS)
        .mapToObj(this::controllerOn)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Whom this voter takes for the leader. */
  int leaderSeenBy(int voter) {
    return controllers[voter] != null ? voter : leader;
  }

  private boolean reachesMajority(int voter) {
    int reached = 0;
    for (int other = 0; other < VOTERS; other++) {
      int from = Network.controller(voter);
      int to = Network.controller(other);
      boolean linked = !world.network.isCut(from, to) && !world.network.isCut(to, from);
      reached += up[other] && (other == voter || linked) ? 1 : 0;
    }
    return up[voter] && reached > VOTERS / 2;
  }

  private void watch() {
    if (leader >= 0 && reachesMajority(leader)) {
      leaderlessSinceMs = world.nowMs();
    } else if (world.nowMs() - leaderlessSinceMs > 150) {
      elect(world.random().nextInt(VOTERS));
    }
  }

  /** Another leads, though nothing is wrong with the one before. */
  void changeLeader() {
    elect(world.random().nextInt(VOTERS));
  }

  private void elect(int voter) {
    if (!reachesMajority(voter)) {
      return;
    }
    elections++;
    term++;
    int before = leader;
    leader = voter;
    leaderlessSinceMs = world.nowMs();
    endUnderWay();
    if (before >= 0 && before != voter && controllers[before] != null) {
      SimulatedController deposed = controllers[before];
      world.happenings.in(world.random().nextInt(800), () -> end(before, deposed));
    }
    int mine = term;
    world.happenings.in(
        1 + world.random().nextInt(30),
        () -> {
          // Not after a crash, however soon the voter was up again: it leads no more.
          if (mine == term && leader == voter && up[voter]) {
            controllers[voter] = new SimulatedController(world, voter, mine, committed);
            world.trace("voter %d controls in term %d", voter, mine);
          }
        });
  }

  private void end(int voter, SimulatedController deposed) {
    if (controllers[voter] == deposed) {
      controllers[voter] = null;
    }
  }

  /** The new leader has it in its log, or not. */
  private void endUnderWay() {
    Entry entry = underWay;
    underWay = null;
    if (entry != null && world.random().nextBoolean()) {
      world.trace("what was under way is committed all the same");
      apply(entry.events());
    }
  }

  void crash(int voter) {
    up[voter] = false;
    controllers[voter] = null;
    if (leader == voter) {
      leader = -1;
    }
  }

  void start(int voter) {
    up[voter] = true;
  }

  /**
   * Appends to the log, if the term is still the leader's and nothing came in between.
   *
   * @param done told whether it is committed, or nothing when that is not known
   */
  void append(
      int ofTerm,
      int voter,
      long firstSequence,
      List<MetadataEvent> events,
      Consumer<Boolean> done) {
    Entry entry = new Entry(ofTerm, voter, firstSequence, events, done);
    if (ofTerm == term) {
      underWay = entry;
    }
    world.happenings.in(1 + world.random().nextInt(12), () -> commit(entry));
  }

  private void commit(Entry entry) {
    boolean unfenced = world.bug == Bug.CONTROLLER_NOT_FENCED && entry.term() != term;
    if (entry != underWay && !unfenced) {
      refusals++;
      entry.done().accept(false);
      return;
    }
    if (!unfenced && !reachesMajority(entry.voter())) {
      world.happenings.in(20, () -> commit(entry));
      return;
    }
    if (entry == underWay) {
      underWay = null;
    }
    boolean inSequence = entry.firstSequence() == committed.lastSequence() + 1;
    if (!inSequence && !unfenced) {
      throw new Invariants.Violation("OneController", "two controllers in term " + term);
    }
    apply(entry.events());
    entry.done().accept(true);
  }

  private void apply(List<MetadataEvent> events) {
    ClusterImage before = committed;
    List<RiskyElection> risky = RiskyElection.among(committed, events);
    try {
      for (MetadataEvent event : events) {
        committed = committed.apply(event);
        world.trace("event %d: %s", committed.lastSequence(), event);
      }
    } catch (IllegalStateException e) {
      throw new Invariants.Violation("OneController", e.getMessage());
    }
    if (world.bug == Bug.NONE && !risky.stream().allMatch(RiskyElection::ofLastKnownLeader)) {
      throw new Invariants.Violation("NoUncleanElection", risky.toString());
    }
    for (int partition = 0; partition < world.partitions(); partition++) {
      PartitionImage was = before.partition(ReplicationWorld.name(partition));
      PartitionImage is = committed.partition(ReplicationWorld.name(partition));
      if (was != null && was != is) {
        changed(world.invariants(partition), was, is);
      }
    }
    world.images();
  }

  private void changed(Invariants invariants, PartitionImage before, PartitionImage now) {
    invariants.decided(before, now);
    if (!now.replicas().containsAll(before.replicas())) {
      invariants.moved(now);
    }
    if (now.leaderEpoch() > before.leaderEpoch() && now.hasLeader()) {
      boolean wasEligible =
          before.isr().contains(now.leader()) || before.elr().contains(now.leader());
      boolean isAlone = now.isr().size() == 1 && now.elr().isEmpty();
      invariants.elected(now.leaderEpoch(), !wasEligible && isAlone && world.bug == Bug.NONE);
    }
  }
}
