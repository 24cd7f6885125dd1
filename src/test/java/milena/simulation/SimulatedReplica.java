package milena.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import milena.common.OffsetAndEpoch;
import milena.metadata.InSyncChange;
import milena.metadata.PartitionImage;
import milena.replication.DeferredUntil;
import milena.replication.FollowerState;
import milena.replication.InSyncProposal;
import milena.replication.InSyncReplicas;
import milena.replication.LeaderState;
import milena.replication.Members;
import milena.simulation.SimulatedLog.Entry;
import org.apache.kafka.common.protocol.Errors;

/** One replica: the real states in a shell that a page can hold. */
final class SimulatedReplica {
  static final long LAG_MAX_MS = 800;
  private static final int RECORDS_MAX = 5;

  /** A fetch as it travels. */
  record Fetch(
      int from, long brokerEpoch, long number, int leaderEpoch, long offset, int lastEpoch) {}

  /** Its answer; {@code state} is null when the leader does not serve this epoch. */
  record Fetched(Fetch fetch, FollowerState.Answer state, List<Entry> records) {}

  final int id;
  final int partition;
  final SimulatedLog log = new SimulatedLog();
  private final SimulatedBroker broker;
  private final ReplicationWorld world;
  private final Invariants invariants;

  // What a crash ends.
  private PartitionImage decided;
  private LeaderState leader;
  private FollowerState follower;
  private long highWatermark;
  private long fetchNumber;
  private final DeferredUntil<Long> unacknowledged = new DeferredUntil<>();
  private final Map<Integer, Long> ends = new HashMap<>();
  private final Map<Integer, Long> incarnations = new HashMap<>();
  private int refusedAt;

  // What it leaves behind.
  private long checkpoint;

  SimulatedReplica(SimulatedBroker broker, int partition, ReplicationWorld world) {
    this.id = broker.id;
    this.broker = broker;
    this.partition = partition;
    this.world = world;
    this.invariants = world.invariants(partition);
  }

  boolean isUp() {
    return broker.isUp();
  }

  LeaderState leader() {
    return leader;
  }

  long highWatermark() {
    return highWatermark;
  }

  void open() {
    highWatermark = Math.min(checkpoint, log.end());
  }

  void checkpoint() {
    checkpoint = highWatermark;
  }

  void crash(boolean withMachine, Random random) {
    if (withMachine) {
      log.crashWithMachine(random);
      invariants.lost(this);
    } else {
      log.crash();
    }
    leader = null;
    follower = null;
    decided = null;
    unacknowledged.abandon(offset -> {});
  }

  void onDecided(PartitionImage decision) {
    if (decision.equals(decided)) {
      return;
    }
    if (!decision.replicas().contains(id)) {
      giveUp();
      return;
    }
    decided = decision;
    world.trace("%s hears of %s", this, decision);
    Members members = new Members(decision.partitionEpoch(), decision.replicas(), decision.isr());
    if (decision.leader() == id) {
      if (leader != null && leader.leaderEpoch() == decision.leaderEpoch()) {
        leader.onDecided(members, broker.nowMs());
        afterProgress();
      } else {
        lead(decision, members);
      }
    } else if (follower == null || follower.leaderEpoch() != decision.leaderEpoch()) {
      follow(decision);
    }
  }

  /** The replica is no longer wanted here. */
  private void giveUp() {
    world.trace("%s is given up", this);
    resign();
    decided = null;
    log.truncateTo(0);
    highWatermark = 0;
    checkpoint = 0;
    invariants.gaveUp(this);
  }

  private void lead(PartitionImage decision, Members members) {
    LeaderState before = world.bug == Bug.FORGET_WHO_WAS_ASKED_IN ? null : leader;
    resign();
    log.truncateTo(log.end());
    log.begin(decision.leaderEpoch());
    invariants.leads(this, decision.leaderEpoch());
    int epoch = decision.leaderEpoch();
    LeaderState.Limits limits = new LeaderState.Limits(world.minInSync, LAG_MAX_MS);
    long nowMs = broker.nowMs();
    leader =
        before == null
            ? new LeaderState(id, epoch, members, limits, log.end(), highWatermark, nowMs)
            : LeaderState.resumed(before, epoch, members, limits, log.end(), highWatermark, nowMs);
    afterProgress();
  }

  /** After an error of its own a leader's log is closed and opened again. */
  void startAfresh() {
    if (leader != null) {
      world.trace("%s starts afresh", this);
      lead(decided, new Members(decided.partitionEpoch(), decided.replicas(), decided.isr()));
    }
  }

  private void resign() {
    leader = null;
    follower = null;
    ends.clear();
    refusedAt = -1;
    unacknowledged.abandon(offset -> {});
  }

  private void follow(PartitionImage decision) {
    resign();
    log.truncateTo(world.bug == Bug.TRUNCATE_TO_HIGH_WATERMARK ? highWatermark : log.end());
    if (decision.hasLeader()) {
      follower = new FollowerState(decision.leader(), decision.leaderEpoch(), highWatermark);
      fetch();
    }
  }

  // Leading.

  void produce(long value) {
    if (leader == null) {
      return;
    }
    boolean all = leader.hasEnoughInSync();
    if (!all && world.random().nextInt(3) > 0) {
      return;
    }
    invariants.appends(this, leader.leaderEpoch());
    long offset = log.end();
    log.append(new Entry(leader.leaderEpoch(), value));
    if (all) {
      unacknowledged.add(offset + 1, Long.MAX_VALUE, offset);
    }
    if (world.bug == Bug.ACKNOWLEDGE_EARLY) {
      unacknowledged.abandon(early -> invariants.acknowledged(this, early));
    }
    leader.onOwnLog(log.end(), log.end(), broker.nowMs());
    afterProgress();
  }

  private void afterProgress() {
    highWatermark = Math.max(highWatermark, committedEnd());
    invariants.committed(this);
    unacknowledged.reached(highWatermark, offset -> invariants.acknowledged(this, offset));
  }

  private long committedEnd() {
    InSyncReplicas inSync = leader.inSync();
    return switch (world.bug) {
      case SMALLER_ISR_WHILE_PENDING ->
          smallestEnd(
              inSync.isPending() && inSync.wanted().size() < inSync.committed().size()
                  ? inSync.wanted()
                  : inSync.committed());
      case SHRINK_WITHOUT_THE_CONTROLLER -> smallestEnd(inSync.wanted());
      case ONE_REFUSAL_FOR_ALL ->
          refusedAt == leader.partitionEpoch() && leader.hasEnoughInSync()
              ? smallestEnd(inSync.committed())
              : leader.highWatermark();
      case COMMIT_BELOW_THE_MINIMUM -> smallestEnd(inSync.maximal());
      default -> leader.highWatermark();
    };
  }

  private long smallestEnd(Iterable<Integer> replicas) {
    long smallest = log.end();
    for (int replica : replicas) {
      smallest = Math.min(smallest, replica == id ? smallest : ends.getOrDefault(replica, -1L));
    }
    return smallest;
  }

  private void onFetch(Fetch fetch) {
    boolean checked = world.bug != Bug.NO_EPOCH_CHECK;
    if (leader == null || (checked && leader.leaderEpoch() != fetch.leaderEpoch())) {
      answer(new Fetched(fetch, null, List.of()));
      return;
    }
    if (fetch.offset() > log.end() && !checked) {
      return;
    }
    OffsetAndEpoch diverging = checked ? divergence(fetch) : null;
    List<Entry> records = List.of();
    if (diverging == null) {
      ends.put(fetch.from(), fetch.offset());
      incarnations.put(fetch.from(), fetch.brokerEpoch());
      leader.onFollowerFetched(fetch.from(), fetch.brokerEpoch(), fetch.offset(), broker.nowMs());
      afterProgress();
      propose();
      records = log.from(fetch.offset(), RECORDS_MAX);
    }
    answer(
        new Fetched(fetch, new FollowerState.Answer(highWatermark, 0, diverging, false), records));
  }

  private OffsetAndEpoch divergence(Fetch fetch) {
    if (fetch.lastEpoch() < 0) {
      return null;
    }
    OffsetAndEpoch end = log.endOffsetForEpoch(fetch.lastEpoch());
    boolean agrees = end.leaderEpoch() >= fetch.lastEpoch() && end.offset() >= fetch.offset();
    return agrees ? null : end;
  }

  private void answer(Fetched fetched) {
    int to = fetched.fetch().from();
    long waitMs = fetched.records().isEmpty() ? 15 : 0;
    world.happenings.in(
        waitMs,
        () ->
            world.network.sendCarelessly(
                id, to, () -> world.replica(to, partition).onFetched(fetched)));
  }

  void tick() {
    if (leader != null) {
      propose();
    }
  }

  private void propose() {
    leader.propose(broker.nowMs()).ifPresent(this::send);
  }

  private void send(InSyncProposal proposal) {
    List<InSyncChange.Member> members = new ArrayList<>();
    SortedMap<Integer, Long> inSync = new TreeMap<>(proposal.inSync());
    inSync.forEach(
        (broker, epoch) -> members.add(new InSyncChange.Member(broker, named(broker, epoch))));
    InSyncChange change =
        new InSyncChange(
            ReplicationWorld.name(partition),
            proposal.leaderEpoch(),
            proposal.partitionEpoch(),
            members);
    broker.alterInSync(
        change,
        outcome -> {
          if (leader == null || leader.leaderEpoch() != proposal.leaderEpoch()) {
            return;
          }
          if (outcome.ok()) {
            leader.onAccepted(proposal.partitionEpoch());
          } else {
            refusedAt = proposal.partitionEpoch();
            Errors error = outcome.toError();
            leader.onRefused(proposal.partitionEpoch(), error, broker.nowMs());
          }
        });
  }

  private long named(int follower, long brokerEpoch) {
    return switch (world.bug) {
      case NO_BROKER_EPOCH_CHECK -> InSyncProposal.UNCHECKED;
      case ASK_AGAIN_FOR_ANOTHER_INCARNATION ->
          brokerEpoch < 0 ? brokerEpoch : incarnations.get(follower);
      default -> brokerEpoch;
    };
  }

  // Following.

  private void fetch() {
    long number = ++fetchNumber;
    FollowerState asking = follower;
    int to = asking.leader();
    Fetch fetch =
        new Fetch(
            id, broker.brokerEpoch(), number, asking.leaderEpoch(), log.end(), log.latestEpoch());
    world.network.sendCarelessly(id, to, () -> world.replica(to, partition).receives(fetch));
    world.happenings.in(
        200,
        broker.alive(
            () -> {
              if (follower == asking && fetchNumber == number) {
                fetch();
              }
            }));
  }

  private void receives(Fetch fetch) {
    if (broker.isUp()) {
      onFetch(fetch);
    }
  }

  private void onFetched(Fetched fetched) {
    Fetch fetch = fetched.fetch();
    boolean expected =
        broker.isUp()
            && follower != null
            && fetch.number() == fetchNumber
            && fetch.brokerEpoch() == broker.brokerEpoch()
            && fetch.leaderEpoch() == follower.leaderEpoch();
    if (!expected || fetched.state() == null) {
      return; // asked again before long
    }
    FollowerState.Step step = follower.onAnswer(fetched.state(), log.end(), log::endOffsetForEpoch);
    if (step instanceof FollowerState.TruncateTo truncate) {
      log.truncateTo(truncate.offset());
      invariants.truncated(this);
      follower.onTruncated(log.end());
      highWatermark = follower.highWatermark();
    } else {
      fetched.records().forEach(log::append);
      follower.onTaken(fetched.state().highWatermark(), log.end());
      highWatermark = Math.max(highWatermark, follower.highWatermark());
      invariants.committed(this);
    }
    fetch();
  }

  @Override
  public String toString() {
    return "partition %d of %s (end %d, high watermark %d, %s)"
        .formatted(
            partition,
            broker,
            log.end(),
            highWatermark,
            leader != null ? leader : follower == null ? "idle" : "follows " + follower.leader());
  }
}
