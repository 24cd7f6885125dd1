package milena.replication;

import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.apache.kafka.common.protocol.Errors;

/**
 * A leader's knowledge of its partition in one leader epoch: how far each replica has come, so how
 * far the partition is committed, and which change of the in-sync replicas is to be asked for.
 *
 * <p>The high watermark is the smallest log end of the {@linkplain InSyncReplicas#maximal in-sync
 * replicas}. It never goes back, and moves only while those that the controller has committed are
 * at least as many as {@code min.insync.replicas} asks, or as there are replicas at all: a record
 * that fewer have could be lost with them although a consumer has seen it (KIP-966).
 *
 * <p>A follower is asked in once it has reached the high watermark and the begin of this epoch, so
 * that it has all that any leader before has committed. It is asked out when it has not had all
 * that the leader has for {@code replica.lag.time.max.ms}. One change at a time:
 *
 * <pre>
 *              propose                        onDecided: whatever the controller has
 *   Committed ---------> PendingExpand/Shrink ---------------------------------> Committed
 *       ^                  |           ^   |
 *       +--- refused ------+           +---+ fate unknown: propose the same again, later
 *       (and no earlier request is under way)
 * </pre>
 *
 * <p>A refusal says only that the request that it answers changes nothing, which holds for good
 * because each request comes to one controller once at most. What was asked before it in the same
 * partition epoch may still be accepted, by this controller or the next.
 *
 * <p>Plain and single-threaded; the replica's actor owns it.
 */
public final class LeaderState {
  /** How long an answer is waited for, and a refused follower not asked in again. */
  static final long RETRY_MS = 1000;

  private static final long UNTIL_DECIDED = Long.MAX_VALUE;

  /**
   * What the topic and the broker ask.
   *
   * @param minInSync {@code min.insync.replicas}
   * @param lagMaxMs {@code replica.lag.time.max.ms}
   */
  public record Limits(int minInSync, long lagMaxMs) {}

  private final int self;
  private final int leaderEpoch;
  private final long epochStart;
  private final Followers followers;
  private Limits limits;
  private Set<Integer> replicas = Set.of();
  private InSyncReplicas inSync = new InSyncReplicas.Committed(Set.of());
  private int partitionEpoch;
  private int requestsUnderWay;
  private long retryAtMs;

  /** The end of the leader's log, and the part of it that counts. */
  private long logEnd;

  private long safeEnd;
  private long highWatermark;

  /**
   * The state at the begin of a leader epoch.
   *
   * @param self the leader's broker id
   * @param logEnd the leader's own log end
   * @param highWatermark what was known to be committed; the truth may be beyond it
   */
  public LeaderState(
      int self,
      int leaderEpoch,
      Members members,
      Limits limits,
      long logEnd,
      long highWatermark,
      long nowMs) {
    this(self, leaderEpoch, members, limits, logEnd, highWatermark, nowMs, null);
  }

  private LeaderState(
      int self,
      int leaderEpoch,
      Members members,
      Limits limits,
      long logEnd,
      long highWatermark,
      long nowMs,
      LeaderState before) {
    if (highWatermark > logEnd) {
      throw new IllegalArgumentException(
          "The high watermark " + highWatermark + " is past the log's end " + logEnd);
    }
    this.self = self;
    this.leaderEpoch = leaderEpoch;
    this.epochStart = logEnd;
    this.followers = new Followers(self);
    this.logEnd = logEnd;
    this.safeEnd = logEnd;
    this.highWatermark = highWatermark;
    this.limits = limits;
    take(members, nowMs);
    if (before != null
        && before.leaderEpoch == leaderEpoch
        && before.partitionEpoch == partitionEpoch) {
      inSync = before.inSync;
      requestsUnderWay = before.requestsUnderWay;
      retryAtMs = before.retryAtMs;
    }
    advance();
  }

  /**
   * The state of a leader whose log was closed and opened again. If that was within a leader epoch,
   * what the state before has asked for may still be decided, and counts as it did.
   *
   * @param before the last state in which this replica led, in whatever epoch
   */
  public static LeaderState resumed(
      LeaderState before,
      int leaderEpoch,
      Members members,
      Limits limits,
      long logEnd,
      long highWatermark,
      long nowMs) {
    return new LeaderState(
        before.self, leaderEpoch, members, limits, logEnd, highWatermark, nowMs, before);
  }

  /**
   * Takes over what the controller has decided since, in the same leader epoch. Older decisions are
   * ignored.
   *
   * @return whether it was news
   */
  public boolean onDecided(Members members, long nowMs) {
    if (members.partitionEpoch() <= partitionEpoch) {
      return false;
    }
    take(members, nowMs);
    advance();
    return true;
  }

  private void take(Members members, long nowMs) {
    partitionEpoch = members.partitionEpoch();
    replicas = Set.copyOf(members.replicas());
    inSync = new InSyncReplicas.Committed(Set.copyOf(members.inSync()));
    requestsUnderWay = 0;
    followers.become(replicas, nowMs);
  }

  /** The topic's settings have changed. */
  public void onLimits(Limits changed) {
    limits = changed;
    advance();
  }

  /**
   * The leader's own log has grown.
   *
   * @param end where it ends
   * @param safe up to where it is as safe on its disk as the topic asks
   */
  public void onOwnLog(long end, long safe, long nowMs) {
    if (end < logEnd || safe < safeEnd || safe > end) {
      throw new IllegalStateException(
          "A leader's log never shrinks: " + safeEnd + "/" + logEnd + " to " + safe + "/" + end);
    }
    if (end > logEnd) {
      followers.leaderGrew(logEnd, nowMs);
    }
    logEnd = end;
    safeEnd = safe;
    advance();
  }

  /**
   * A follower has fetched in this leader epoch, from this offset on: it has all before.
   *
   * @param brokerEpoch its incarnation; what an earlier one said is ignored
   * @return whether the high watermark has moved
   */
  public boolean onFollowerFetched(int follower, long brokerEpoch, long fetchOffset, long nowMs) {
    return followers.fetched(follower, brokerEpoch, fetchOffset, logEnd, nowMs) && advance();
  }

  /**
   * Where a follower's log begins, as its fetch has said.
   *
   * @param brokerEpoch its incarnation; what an earlier one said is ignored
   */
  public void onFollowerLogStart(int follower, long brokerEpoch, long logStart) {
    followers.beginsAt(follower, brokerEpoch, logStart);
  }

  /**
   * Records below it are gone from every replica whose broker is alive, in sync or not; -1 while
   * one of them has not said where its log begins.
   *
   * @param ownLogStart where the leader's own log begins
   * @param isAlive whether a broker is, by its id
   */
  public long lowWatermark(long ownLogStart, IntPredicate isAlive) {
    return Math.min(ownLogStart, followers.lowestLogStart(isAlive));
  }

  private boolean advance() {
    if (!hasEnoughInSync()) {
      return false;
    }
    long smallest = Math.min(safeEnd, followers.smallestEnd(inSync.maximal()));
    if (smallest <= highWatermark) {
      return false;
    }
    highWatermark = smallest;
    return true;
  }

  /**
   * The change to ask the controller for now, if any; from then on it may have been made. The shell
   * asks after each fetch of a follower that is not in sync, and from time to time.
   */
  public Optional<InSyncProposal> propose(long nowMs) {
    if (!inSync.isPending()) {
      Set<Integer> lagging =
          followers.lagging(inSync.committed(), logEnd, limits.lagMaxMs(), nowMs);
      Optional<Integer> joining =
          followers.joining(inSync.committed(), Math.max(highWatermark, epochStart), nowMs);
      if (lagging.isEmpty() && joining.isEmpty()) {
        return Optional.empty();
      }
      InSyncReplicas.Committed now = new InSyncReplicas.Committed(inSync.committed());
      if (lagging.isEmpty()) {
        int follower = joining.get();
        inSync = now.toPendingExpand(follower, followers.brokerEpoch(follower));
      } else {
        inSync = now.toPendingShrink(lagging);
      }
      requestsUnderWay = 0;
    } else if (nowMs < retryAtMs) {
      return Optional.empty();
    }
    requestsUnderWay++;
    retryAtMs = nowMs + RETRY_MS;
    return Optional.of(new InSyncProposal(leaderEpoch, partitionEpoch, wanted()));
  }

  private SortedMap<Integer, Long> wanted() {
    SortedMap<Integer, Long> wanted = new TreeMap<>();
    for (int replica : inSync.wanted()) {
      wanted.put(
          replica,
          inSync instanceof InSyncReplicas.PendingExpand expand && expand.added() == replica
              ? expand.brokerEpoch()
              : InSyncProposal.UNCHECKED);
    }
    return wanted;
  }

  /**
   * The controller did not do what was proposed, or nobody knows whether it did.
   *
   * @param proposedAt the proposal's partition epoch
   */
  public void onRefused(int proposedAt, Errors error, long nowMs) {
    if (!inSync.isPending() || proposedAt != partitionEpoch) {
      return; // decided otherwise since
    }
    switch (error) {
      case INELIGIBLE_REPLICA, OPERATION_NOT_ATTEMPTED, INVALID_REQUEST -> giveUp(nowMs);
      case INVALID_UPDATE_VERSION,
          FENCED_LEADER_EPOCH,
          STALE_BROKER_EPOCH,
          UNKNOWN_TOPIC_ID,
          UNKNOWN_TOPIC_OR_PARTITION ->
          retryAtMs = UNTIL_DECIDED; // the controller has decided already; the news is on its way
      default -> retryAtMs = nowMs + RETRY_MS;
    }
  }

  /** The controller took the proposal: the decision is on its way. */
  public void onAccepted(int proposedAt) {
    if (inSync.isPending() && proposedAt == partitionEpoch) {
      retryAtMs = UNTIL_DECIDED;
    }
  }

  private void giveUp(long nowMs) {
    if (inSync instanceof InSyncReplicas.PendingExpand expand) {
      followers.refusedUntil(expand.added(), nowMs + RETRY_MS);
      if (requestsUnderWay > 1) {
        // One that was not answered may yet be accepted: the follower counts until none can be.
        retryAtMs = expand.withdrawn() ? nowMs + RETRY_MS : nowMs;
        inSync = expand.toWithdrawn();
        return;
      }
    }
    inSync = new InSyncReplicas.Committed(inSync.committed());
  }

  /** Whether nothing will happen here by the passing of time alone. */
  public boolean isQuiet() {
    return !inSync.isPending()
        && inSync.committed().size() == replicas.size()
        && followers.haveAll(logEnd);
  }

  /** Whether enough replicas are in sync to begin an append that asks for all of them. */
  public boolean hasEnoughInSync() {
    return inSync.committed().size() >= Math.min(limits.minInSync(), replicas.size());
  }

  /** Records below it are committed. */
  public long highWatermark() {
    return highWatermark;
  }

  public InSyncReplicas inSync() {
    return inSync;
  }

  public int leaderEpoch() {
    return leaderEpoch;
  }

  public int partitionEpoch() {
    return partitionEpoch;
  }

  @Override
  public String toString() {
    return "LeaderState(epoch %d, partition epoch %d, %s, end %d, high watermark %d)"
        .formatted(leaderEpoch, partitionEpoch, inSync, logEnd, highWatermark);
  }
}
