package milena.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import milena.common.OffsetAndEpoch;
import milena.metadata.ClusterImage;
import milena.metadata.InSyncChange;
import milena.metadata.PartitionImage;
import milena.metadata.PreviousStop;
import milena.replication.DeferredUntil;
import milena.replication.FollowerState;
import milena.replication.InSyncProposal;
import milena.replication.InSyncReplicas;
import milena.replication.LeaderState;
import milena.replication.Members;
import milena.simulation.SimulatedLog.Entry;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** A broker with one replica: the real states in a shell that a page can hold. */
final class SimulatedBroker {
  static final long LAG_MAX_MS = 800;
  private static final int RECORDS_MAX = 5;

  /** A fetch as it travels. */
  record Fetch(
      int from, long brokerEpoch, long number, int leaderEpoch, long offset, int lastEpoch) {}

  /** Its answer; {@code state} is null when the leader does not serve this epoch. */
  record Fetched(Fetch fetch, FollowerState.Answer state, List<Entry> records) {}

  final int id;
  final SimulatedLog log = new SimulatedLog();
  private final ReplicationWorld world;

  // What a crash ends.
  private boolean up;
  private long life;
  private Uuid incarnation;
  private long brokerEpoch = -1;
  private ClusterImage image = ClusterImage.EMPTY;
  private PartitionImage decided;
  private LeaderState leader;
  private FollowerState follower;
  private long highWatermark;
  private long fetchNumber;
  private final DeferredUntil<Long> unacknowledged = new DeferredUntil<>();
  private final Map<Integer, Long> ends = new HashMap<>();

  // What it leaves behind.
  private long incarnations;
  private long checkpoint;
  private boolean lossy;

  SimulatedBroker(int id, ReplicationWorld world) {
    this.id = id;
    this.world = world;
  }

  boolean isUp() {
    return up;
  }

  LeaderState leader() {
    return leader;
  }

  long highWatermark() {
    return highWatermark;
  }

  void start() {
    up = true;
    life++;
    brokerEpoch = -1;
    incarnation = new Uuid(id, ++incarnations);
    highWatermark = Math.min(checkpoint, log.end());
    register();
    repeat(100, this::heartbeat);
    repeat(60, this::tick);
    repeat(250, () -> checkpoint = highWatermark);
    repeat(400, log::flush);
  }

  void crash(boolean withMachine, Random random) {
    up = false;
    life++;
    if (withMachine) {
      lossy = true;
      log.crashWithMachine(random);
      world.invariants.lost(this);
    } else {
      log.crash();
    }
    leader = null;
    follower = null;
    decided = null;
    image = ClusterImage.EMPTY;
    unacknowledged.abandon(offset -> {});
  }

  private void repeat(long ms, Runnable what) {
    long mine = life;
    world.happenings.in(
        1 + world.random().nextInt((int) ms),
        () -> {
          if (mine == life && up) {
            what.run();
            repeat(ms, what);
          }
        });
  }

  private void toController(Runnable arrives) {
    world.network.send(id, Network.CONTROLLER, arrives);
  }

  /** What is done when it arrives, unless this life is over by then. */
  private Runnable alive(Runnable what) {
    long mine = life;
    return () -> {
      if (mine == life && up) {
        what.run();
      }
    };
  }

  private void register() {
    long mine = life;
    Uuid self = incarnation;
    PreviousStop stop = lossy ? PreviousStop.LOSSY : PreviousStop.PROCESS_CRASH;
    toController(
        () ->
            world.controller.register(
                id,
                self,
                stop,
                registration -> {
                  if (mine == life && registration.outcome().ok()) {
                    brokerEpoch = registration.epoch();
                    lossy = false;
                  }
                }));
  }

  private void heartbeat() {
    if (brokerEpoch < 0) {
      register();
      return;
    }
    long epoch = brokerEpoch;
    long applied = image.lastSequence();
    long mine = life;
    toController(
        () ->
            world.controller.heartbeat(
                id,
                epoch,
                applied,
                outcome -> {
                  if (mine == life && outcome.toError() == Errors.STALE_BROKER_EPOCH) {
                    registerAnew(epoch);
                  }
                }));
    world.network.send(Network.CONTROLLER, id, alive(() -> onImage(world.controller.image())));
  }

  /** What an earlier life asked for came late, and the controller takes that for the newer one. */
  private void registerAnew(long staleEpoch) {
    if (brokerEpoch == staleEpoch) {
      brokerEpoch = -1;
      incarnation = new Uuid(id, ++incarnations);
      register();
    }
  }

  void onImage(ClusterImage now) {
    boolean known =
        brokerEpoch >= 0
            && now.brokers().containsKey(id)
            && now.brokers().get(id).epoch() >= brokerEpoch;
    if (!up || !known || now.lastSequence() <= image.lastSequence()) {
      return;
    }
    image = now;
    PartitionImage partition = now.partition(SimulatedController.PARTITION);
    if (partition == null || partition.equals(decided)) {
      return;
    }
    if (!partition.replicas().contains(id)) {
      giveUp();
      return;
    }
    decided = partition;
    world.trace("%s hears of event %d", this, now.lastSequence());
    Members members =
        new Members(partition.partitionEpoch(), partition.replicas(), partition.isr());
    if (partition.leader() == id) {
      if (leader != null && leader.leaderEpoch() == partition.leaderEpoch()) {
        leader.onDecided(members, world.nowMs());
        afterProgress();
      } else {
        lead(partition, members);
      }
    } else if (follower == null || follower.leaderEpoch() != partition.leaderEpoch()) {
      follow(partition);
    }
  }

  /** The replica is no longer wanted here. */
  private void giveUp() {
    world.trace("%s gives its replica up", this);
    resign();
    decided = null;
    log.truncateTo(0);
    highWatermark = 0;
    checkpoint = 0;
    world.invariants.gaveUp(this);
  }

  private void lead(PartitionImage partition, Members members) {
    resign();
    log.truncateTo(log.end());
    log.begin(partition.leaderEpoch());
    world.invariants.leads(this, partition.leaderEpoch());
    leader =
        new LeaderState(
            id,
            partition.leaderEpoch(),
            members,
            new LeaderState.Limits(world.minInSync, LAG_MAX_MS),
            log.end(),
            highWatermark,
            world.nowMs());
    afterProgress();
  }

  private void resign() {
    leader = null;
    follower = null;
    ends.clear();
    unacknowledged.abandon(offset -> {});
  }

  private void follow(PartitionImage partition) {
    resign();
    log.truncateTo(world.bug == Bug.TRUNCATE_TO_HIGH_WATERMARK ? highWatermark : log.end());
    if (partition.hasLeader()) {
      follower = new FollowerState(partition.leader(), partition.leaderEpoch(), highWatermark);
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
    world.invariants.appends(this, leader.leaderEpoch());
    long offset = log.end();
    log.append(new Entry(leader.leaderEpoch(), value));
    if (all) {
      unacknowledged.add(offset + 1, Long.MAX_VALUE, offset);
    }
    if (world.bug == Bug.ACKNOWLEDGE_EARLY) {
      unacknowledged.abandon(early -> world.invariants.acknowledged(this, early));
    }
    leader.onOwnLog(log.end(), log.end(), world.nowMs());
    afterProgress();
  }

  private void afterProgress() {
    highWatermark = Math.max(highWatermark, committedEnd());
    world.invariants.committed(this);
    unacknowledged.reached(highWatermark, offset -> world.invariants.acknowledged(this, offset));
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
      leader.onFollowerFetched(fetch.from(), fetch.brokerEpoch(), fetch.offset(), world.nowMs());
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
        () -> world.network.sendCarelessly(id, to, () -> world.broker(to).onFetched(fetched)));
  }

  private void tick() {
    if (leader != null) {
      propose();
    }
  }

  private void propose() {
    leader.propose(world.nowMs()).ifPresent(this::send);
  }

  private void send(InSyncProposal proposal) {
    List<InSyncChange.Member> members = new ArrayList<>();
    SortedMap<Integer, Long> inSync = new TreeMap<>(proposal.inSync());
    inSync.forEach(
        (broker, epoch) ->
            members.add(
                new InSyncChange.Member(
                    broker, world.bug == Bug.NO_BROKER_EPOCH_CHECK ? -1 : epoch)));
    InSyncChange change =
        new InSyncChange(
            SimulatedController.PARTITION,
            proposal.leaderEpoch(),
            proposal.partitionEpoch(),
            members);
    long epoch = brokerEpoch;
    LeaderState asking = leader;
    long mine = life;
    toController(
        () ->
            world.controller.alterInSync(
                id,
                epoch,
                change,
                outcome -> {
                  if (mine != life || leader != asking) {
                    return;
                  }
                  if (outcome.ok()) {
                    asking.onAccepted(proposal.partitionEpoch());
                  } else {
                    Errors error = outcome.toError();
                    asking.onRefused(proposal.partitionEpoch(), error, world.nowMs());
                  }
                }));
  }

  // Following.

  private void fetch() {
    long number = ++fetchNumber;
    FollowerState asking = follower;
    int to = asking.leader();
    Fetch fetch =
        new Fetch(id, brokerEpoch, number, asking.leaderEpoch(), log.end(), log.latestEpoch());
    world.network.sendCarelessly(id, to, () -> world.broker(to).receives(fetch));
    world.happenings.in(
        200,
        alive(
            () -> {
              if (follower == asking && fetchNumber == number) {
                fetch();
              }
            }));
  }

  private void receives(Fetch fetch) {
    if (up) {
      onFetch(fetch);
    }
  }

  private void onFetched(Fetched fetched) {
    Fetch fetch = fetched.fetch();
    boolean expected =
        up
            && follower != null
            && fetch.number() == fetchNumber
            && fetch.brokerEpoch() == brokerEpoch
            && fetch.leaderEpoch() == follower.leaderEpoch();
    if (!expected || fetched.state() == null) {
      return; // asked again before long
    }
    FollowerState.Step step = follower.onAnswer(fetched.state(), log.end(), log::endOffsetForEpoch);
    if (step instanceof FollowerState.TruncateTo truncate) {
      log.truncateTo(truncate.offset());
      world.invariants.truncated(this);
      follower.onTruncated(log.end());
      highWatermark = follower.highWatermark();
    } else {
      fetched.records().forEach(log::append);
      follower.onTaken(fetched.state().highWatermark(), log.end());
      highWatermark = Math.max(highWatermark, follower.highWatermark());
      world.invariants.committed(this);
    }
    fetch();
  }

  @Override
  public String toString() {
    return "broker %d (%s, epoch %d, end %d, high watermark %d, %s)"
        .formatted(
            id,
            up ? "up" : "down",
            brokerEpoch,
            log.end(),
            highWatermark,
            leader != null ? leader : follower == null ? "idle" : "follows " + follower.leader());
  }
}
