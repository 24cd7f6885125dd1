package milena.replication;

import java.util.SortedMap;

/**
 * What a leader asks of the controller: that these be the partition's in-sync replicas, if it still
 * leads in this epoch and nothing else was decided since.
 *
 * @param inSync the broker epoch of each member in which it has fetched what makes it one; {@link
 *     #UNCHECKED} for those that are members already
 */
public record InSyncProposal(int leaderEpoch, int partitionEpoch, SortedMap<Integer, Long> inSync) {

  /** Whoever was a member with another broker epoch is none any more: nothing to check. */
  public static final long UNCHECKED = -1;
}
