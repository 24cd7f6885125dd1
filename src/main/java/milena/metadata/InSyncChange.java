package milena.metadata;

import java.util.List;
import milena.common.TopicIdPartition;

/**
 * What a leader asks for: these in-sync replicas, if it still leads in this epoch and the partition
 * has not changed otherwise.
 */
public record InSyncChange(
    TopicIdPartition id, int leaderEpoch, int partitionEpoch, List<Member> inSync) {
  public InSyncChange {
    inSync = List.copyOf(inSync);
  }

  /**
   * A replica in sync, and the broker epoch in which it became so; -1 when that need not be checked
   * (KIP-903).
   */
  public record Member(int brokerId, long brokerEpoch) {}
}
