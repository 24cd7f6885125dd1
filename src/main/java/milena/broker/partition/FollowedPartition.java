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

  void goToWork() {
    atWork = true;
    failures = 0;
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

  /** Is not asked for until then. */
  void pause(long nowNanos, long shortestNanos, long longestNanos) {
    atWork = false;
    paused = true;
    pausedUntilNanos = nowNanos + Math.min(longestNanos, shortestNanos << Math.min(failures, 20));
    failures++;
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
