package milena.broker.partition;

import akka.actor.typed.ActorRef;
import milena.common.TopicIdPartition;

/**
 * A partition that a fetcher fetches: where its replica stands, and whether it may be asked for.
 */
final class FollowedPartition {
  private final TopicIdPartition id;
  private final int leaderEpoch;
  private final ActorRef<PartitionReplica.Command> replica;
  private long offset;
  private int lastEpoch;
  private long logStart;

  /** The replica has an answer that it has not taken in yet. */
  private boolean atWork;

  /** The leader's high watermark; before it is known, one that nobody has come to. */
  private long highWatermark = Long.MAX_VALUE;

  private long pausedUntilNanos;
  private boolean paused;
  private int failures;

  FollowedPartition(ReplicaFetchers.Follow follow) {
    this.id = follow.id();
    this.leaderEpoch = follow.leaderEpoch();
    this.replica = follow.replica();
    this.offset = follow.offset();
    this.lastEpoch = follow.lastEpoch();
    this.logStart = follow.logStart();
  }

  TopicIdPartition id() {
    return id;
  }

  int leaderEpoch() {
    return leaderEpoch;
  }

  ActorRef<PartitionReplica.Command> replica() {
    return replica;
  }

  long offset() {
    return offset;
  }

  int lastEpoch() {
    return lastEpoch;
  }

  long logStart() {
    return logStart;
  }

  boolean isAtWork() {
    return atWork;
  }

  /** The replica is handed an answer, which tells of the leader's high watermark. */
  void goToWork(long leadersHighWatermark) {
    atWork = true;
    failures = 0;
    highWatermark = leadersHighWatermark;
  }

  /** Whether it has all that is committed, as a replica in sync has. */
  boolean isCaughtUp() {
    return offset >= highWatermark;
  }

  /**
   * The replica is done, and stands there.
   *
   * @return whether that is elsewhere than before
   */
  boolean standsAt(long newOffset, int newLastEpoch, long newLogStart) {
    boolean moved = newOffset != offset || newLastEpoch != lastEpoch || newLogStart != logStart;
    atWork = false;
    offset = newOffset;
    lastEpoch = newLastEpoch;
    logStart = newLogStart;
    return moved;
  }

  /** Is not asked for until then, since that has failed. */
  void pause(long nowNanos, long shortestNanos, long longestNanos) {
    atWork = false;
    pauseUntil(nowNanos + Math.min(longestNanos, shortestNanos << Math.min(failures, 20)));
    failures++;
  }

  /** Is not asked for until then. */
  void pauseUntil(long nanos) {
    paused = true;
    pausedUntilNanos = nanos;
  }

  boolean isPaused() {
    return paused;
  }

  long pausedUntilNanos() {
    return pausedUntilNanos;
  }

  void resume() {
    paused = false;
  }
}
