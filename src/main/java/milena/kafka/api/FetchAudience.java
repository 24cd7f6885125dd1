package milena.kafka.api;

import milena.broker.partition.PartitionView;
import milena.broker.partition.ReplicationThrottle;
import milena.metadata.PartitionImage;

/**
 * For whom a fetch is read.
 *
 * @param followerId the replica that asks, which may see all there is; -1 for a consumer
 * @param anyReplica whether followers may answer as well (KIP-392)
 * @param eager whether news of the high watermark alone is worth an answer: the follower has
 *     consumers of its own
 * @param rack whose follower is to be asked instead, if there is one; empty for none's
 * @param throttle on what followers are given
 */
record FetchAudience(
    int followerId, boolean anyReplica, boolean eager, String rack, ReplicationThrottle throttle) {

  static FetchAudience follower(int id, boolean eager, ReplicationThrottle throttle) {
    return new FetchAudience(id, false, eager, "", throttle);
  }

  static FetchAudience consumer(boolean anyReplica, String rack) {
    return new FetchAudience(-1, anyReplica, false, rack, ReplicationThrottle.off());
  }

  boolean isFollower() {
    return followerId >= 0;
  }

  /** Whether what it is given of this partition counts for the throttle. */
  boolean isThrottled(PartitionView view) {
    return isFollower() && throttle.covers(view.id());
  }

  /** Whether it has to wait for this partition's records: it is not in sync, so nobody waits. */
  boolean isHeldBack(LocalPartitions partitions, PartitionView view) {
    if (!isThrottled(view) || throttle.waitMs() == 0) {
      return false;
    }
    PartitionImage partition = partitions.image().partition(view.id());
    return partition != null && !partition.isr().contains(followerId);
  }

  /** It was given so many bytes that count for the throttle. */
  void given(long throttledBytes) {
    if (throttledBytes > 0) {
      throttle.moved(throttledBytes);
    }
  }
}
