package milena.replication;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/**
 * How far the followers of one leader have come, in one leader epoch. It is asked after every fetch
 * and every write, so it makes nothing while all is well.
 */
final class Followers {
  private static final int EARLY_MAX = 16;

  private final int leader;
  private final Map<Integer, FollowerProgress> followers = new TreeMap<>();

  /**
   * Who has fetched in this leader epoch before the decision that makes it a replica was known
   * here. A follower of an idle partition says only once where it stands.
   */
  private final Map<Integer, FollowerProgress> early = new TreeMap<>();

  Followers(int leader) {
    this.leader = leader;
  }

  /** These are the partition's replicas now. */
  void become(Set<Integer> replicas, long nowMs) {
    followers.keySet().retainAll(replicas);
    for (int replica : replicas) {
      if (replica != leader) {
        FollowerProgress known = early.remove(replica);
        followers.putIfAbsent(replica, known == null ? new FollowerProgress(nowMs) : known);
      }
    }
  }

  /** Of a follower, or of who may be about to become one; null for somebody else. */
  private FollowerProgress progressOf(int broker, long nowMs) {
    FollowerProgress progress = followers.get(broker);
    if (progress != null || broker == leader) {
      return progress;
    }
    if (early.size() >= EARLY_MAX && !early.containsKey(broker)) {
      return null;
    }
    return early.computeIfAbsent(broker, id -> new FollowerProgress(nowMs));
  }

  /** A broker has fetched; false when that is not worth a look. */
  boolean fetched(int broker, long brokerEpoch, long offset, long leaderEnd, long nowMs) {
    FollowerProgress progress = progressOf(broker, nowMs);
    return progress != null && progress.fetched(brokerEpoch, offset, leaderEnd, nowMs);
  }

  /** A broker's log begins there. */
  void beginsAt(int broker, long brokerEpoch, long logStart) {
    FollowerProgress progress = followers.getOrDefault(broker, early.get(broker));
    if (progress != null) {
      progress.beginsAt(brokerEpoch, logStart);
    }
  }

  /** The leader's log is about to grow past this end. */
  void leaderGrew(long formerEnd, long nowMs) {
    for (FollowerProgress follower : followers.values()) {
      follower.leaderGrew(formerEnd, nowMs);
    }
  }

  /** No new membership is asked for this follower before. */
  void refusedUntil(int follower, long ms) {
    followers.get(follower).refusedUntil(ms);
  }

  long brokerEpoch(int follower) {
    return followers.get(follower).brokerEpoch();
  }

  /** Where the shortest log ends of these replicas, the leader aside. */
  long smallestEnd(Set<Integer> replicas) {
    long smallest = Long.MAX_VALUE;
    for (int replica : replicas) {
      if (replica != leader) {
        smallest = Math.min(smallest, followers.get(replica).end());
      }
    }
    return smallest;
  }

  /** Where the first log begins of those whose broker is alive; -1 if one has not said so yet. */
  long lowestLogStart(IntPredicate isAlive) {
    long low = Long.MAX_VALUE;
    for (Map.Entry<Integer, FollowerProgress> follower : followers.entrySet()) {
      if (isAlive.test(follower.getKey())) {
        low = Math.min(low, follower.getValue().logStart());
      }
    }
    return low;
  }

  boolean haveAll(long leaderEnd) {
    for (FollowerProgress follower : followers.values()) {
      if (follower.end() < leaderEnd) {
        return false;
      }
    }
    return true;
  }

  /** The members that have not caught up for longer than this. */
  Set<Integer> lagging(Set<Integer> members, long leaderEnd, long lagMaxMs, long nowMs) {
    Set<Integer> lagging = Set.of();
    for (Map.Entry<Integer, FollowerProgress> follower : followers.entrySet()) {
      if (follower.getValue().lags(leaderEnd, lagMaxMs, nowMs)
          && members.contains(follower.getKey())) {
        lagging = lagging.isEmpty() ? new TreeSet<>() : lagging;
        lagging.add(follower.getKey());
      }
    }
    return lagging;
  }

  /** One that is no member, has come this far, and may be asked in. */
  Optional<Integer> joining(Set<Integer> members, long offset, long nowMs) {
    for (Map.Entry<Integer, FollowerProgress> follower : followers.entrySet()) {
      if (!members.contains(follower.getKey())
          && follower.getValue().end() >= offset
          && follower.getValue().mayAsk(nowMs)) {
        return Optional.of(follower.getKey());
      }
    }
    return Optional.empty();
  }
}
