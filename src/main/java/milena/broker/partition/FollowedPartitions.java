package milena.broker.partition;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import milena.common.TopicIdPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;

/**
 * The partitions that are fetched of one leader, and what the next request says of them. Each is
 * asked for, or left out for a pause, or its replica is at work on an answer; no request is made
 * before all of these are done. Owned by the {@link ReplicaFetcher}.
 */
final class FollowedPartitions {
  /** How long one is left out at least. */
  static final long SHORTEST_PAUSE_MS = 20;

  private final Map<TopicIdPartition, FollowedPartition> all = new HashMap<>();

  /** Positions that the leader has not been told. */
  private final Map<TopicIdPartition, FollowedPartition> changed = new LinkedHashMap<>();

  private final FollowerSession session = new FollowerSession();
  private final long backoffMs;
  private int atWork;
  private int paused;

  /**
   * @param backoffMs how long one is left out at most when asking for it fails
   */
  FollowedPartitions(long backoffMs) {
    this.backoffMs = backoffMs;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** Whether an answer is still being taken in. */
  boolean areAtWork() {
    return atWork > 0;
  }

  /** Whether there is one to be asked for. */
  boolean isAnyActive() {
    return all.size() > paused;
  }

  boolean isAnyPaused() {
    return paused > 0;
  }

  /** Whether the next request says something new, a new session aside. */
  boolean isAnyChanged() {
    return !changed.isEmpty();
  }

  /** Is fetched from now on, from where it stands. */
  void add(ReplicaFetchers.Follow follow) {
    remove(follow.id());
    FollowedPartition partition = new FollowedPartition(follow);
    all.put(partition.id(), partition);
    changed.put(partition.id(), partition);
  }

  /** Is fetched no more. */
  void remove(TopicIdPartition id) {
    FollowedPartition before = all.remove(id);
    if (before != null) {
      changed.remove(id);
      session.drop(id);
      if (before.isAtWork()) {
        atWork--;
      }
      if (before.isPaused()) {
        paused--;
      }
    }
  }

  /** To be put into the next request, which goes to the leader. */
  void fill(FetchRequestData request, int maxBytes) {
    if (session.isNew()) {
      for (FollowedPartition partition : all.values()) {
        if (!partition.isPaused()) {
          changed.put(partition.id(), partition);
        }
      }
    }
    session.fill(request, changed.values(), maxBytes);
    changed.clear();
  }

  /** The leader has answered the request. */
  void answered(FetchResponseData response) {
    session.answered(response);
  }

  /** The leader does not know the session, and the next request begins one. False without any. */
  boolean forgotten() {
    boolean wasKnown = !session.isNew();
    session.reset();
    return wasKnown;
  }

  /** The connection is another one now: nothing is known of what the last request came to. */
  void disconnected() {
    session.reset();
  }

  /**
   * Which partition an answer's data are for; null when they are no use any more: whoever has
   * changed since is about to be asked for anew.
   */
  FollowedPartition awaiting(TopicIdPartition id) {
    FollowedPartition partition = all.get(id);
    return partition == null || partition.isPaused() || changed.containsKey(id) ? null : partition;
  }

  /** The replica is handed the data. */
  void goesToWork(FollowedPartition partition, long leadersHighWatermark) {
    partition.goToWork(leadersHighWatermark);
    atWork++;
  }

  /** The replica is done; false when that is not about the present epoch. */
  boolean taken(ReplicaFetcher.Taken taken) {
    FollowedPartition partition = atWork(taken.id(), taken.leaderEpoch());
    if (partition == null) {
      return false;
    }
    atWork--;
    if (partition.standsAt(taken.offset(), taken.lastEpoch(), taken.logStart())) {
      changed.put(partition.id(), partition);
    }
    return true;
  }

  /** As {@link #taken}, without success: it is left out for a while. */
  boolean notTaken(ReplicaFetcher.NotTaken notTaken, long nowNanos) {
    FollowedPartition partition = atWork(notTaken.id(), notTaken.leaderEpoch());
    if (partition == null) {
      return false;
    }
    atWork--;
    pause(partition, nowNanos);
    return true;
  }

  private FollowedPartition atWork(TopicIdPartition id, int leaderEpoch) {
    FollowedPartition partition = all.get(id);
    return partition != null && partition.leaderEpoch() == leaderEpoch && partition.isAtWork()
        ? partition
        : null;
  }

  /** Leaves one out for a while, which grows from failure to failure. */
  void pause(FollowedPartition partition, long nowNanos) {
    partition.pause(
        nowNanos,
        TimeUnit.MILLISECONDS.toNanos(SHORTEST_PAUSE_MS),
        TimeUnit.MILLISECONDS.toNanos(backoffMs));
    leaveOut(partition);
  }

  /** Leaves out who is throttled and not in sync, while too much has come of late. */
  void holdBack(ReplicationThrottle throttle, long nowNanos) {
    long waitMs = throttle.waitMs();
    if (waitMs > 0) {
      for (FollowedPartition partition : all.values()) {
        if (!partition.isPaused() && !partition.isCaughtUp() && throttle.covers(partition.id())) {
          partition.pauseUntil(nowNanos + TimeUnit.MILLISECONDS.toNanos(waitMs));
          leaveOut(partition);
        }
      }
    }
  }

  private void leaveOut(FollowedPartition partition) {
    paused++;
    changed.remove(partition.id());
    session.drop(partition.id());
  }

  /** Takes those in again whose pause is over. */
  void resume(long nowNanos) {
    for (FollowedPartition partition : all.values()) {
      if (partition.isPaused() && partition.pausedUntilNanos() - nowNanos <= 0) {
        partition.resume();
        paused--;
        changed.put(partition.id(), partition);
      }
    }
  }
}
