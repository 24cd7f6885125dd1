package milena.replication;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A leader's knowledge of its partition in one leader epoch: how far each replica has come, and so
 * how far the partition is committed.
 *
 * <p>The high watermark is the smallest log end of the {@linkplain InSyncReplicas#maximal in-sync
 * replicas}. It never goes back, and moves only while they are at least as many as {@code
 * min.insync.replicas} asks, or as there are replicas at all: a record that fewer have could be
 * lost with them although a consumer has seen it (KIP-966).
 *
 * <p>Plain and single-threaded; the replica's actor owns it. A replica of an ISR of one is its own
 * high watermark.
 */
public final class LeaderState {
  private final int self;
  private final int leaderEpoch;
  private final Map<Integer, Long> followerEnds = new TreeMap<>();
  private Set<Integer> replicas;
  private InSyncReplicas inSync;
  private int partitionEpoch;
  private int minInSync;
  private long logEnd;
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
      int partitionEpoch,
      List<Integer> replicas,
      List<Integer> inSync,
      int minInSync,
      long logEnd,
      long highWatermark) {
    if (highWatermark > logEnd) {
      throw new IllegalArgumentException(
          "The high watermark " + highWatermark + " is past the log's end " + logEnd);
    }
    this.self = self;
    this.leaderEpoch = leaderEpoch;
    this.logEnd = logEnd;
    this.highWatermark = highWatermark;
    this.minInSync = minInSync;
    accept(partitionEpoch, replicas, inSync);
  }

  /**
   * Takes over what the controller has decided since, in the same leader epoch. Older decisions are
   * ignored.
   *
   * @return whether it was news
   */
  public boolean onDecided(int partitionEpoch, List<Integer> replicas, List<Integer> inSync) {
    if (partitionEpoch <= this.partitionEpoch) {
      return false;
    }
    accept(partitionEpoch, replicas, inSync);
    return true;
  }

  private void accept(int partitionEpoch, List<Integer> replicas, List<Integer> inSync) {
    this.partitionEpoch = partitionEpoch;
    this.replicas = Set.copyOf(replicas);
    this.inSync = new InSyncReplicas.Committed(Set.copyOf(inSync));
    this.followerEnds.keySet().retainAll(this.replicas);
    advance();
  }

  /** The topic's {@code min.insync.replicas} has changed. */
  public void onMinInSync(int minInSync) {
    this.minInSync = minInSync;
    advance();
  }

  /** The leader's own log has this end now, as safe on its disk as the topic asks. */
  public void onOwnLogEnd(long offset) {
    if (offset < logEnd) {
      throw new IllegalStateException("A leader's log never shrinks: " + logEnd + " to " + offset);
    }
    logEnd = offset;
    advance();
  }

  /**
   * A follower has fetched from this offset on: it has all before.
   *
   * @return whether the high watermark has moved
   */
  public boolean onFollowerFetched(int follower, long fetchOffset) {
    if (follower == self || !replicas.contains(follower)) {
      return false;
    }
    followerEnds.put(follower, fetchOffset);
    return advance();
  }

  private boolean advance() {
    Set<Integer> counted = inSync.maximal();
    if (counted.size() < minInSync()) {
      return false;
    }
    long smallest = logEnd;
    for (int replica : counted) {
      if (replica != self) {
        smallest = Math.min(smallest, followerEnds.getOrDefault(replica, -1L));
      }
    }
    if (smallest <= highWatermark) {
      return false;
    }
    highWatermark = smallest;
    return true;
  }

  /** Whether enough replicas are in sync to begin an append that asks for all of them. */
  public boolean hasEnoughInSync() {
    return inSync.committed().size() >= minInSync();
  }

  private int minInSync() {
    return Math.min(minInSync, replicas.size());
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
}
