package milena.broker.raft;

import java.util.List;

/**
 * The voters of the metadata log as one node sees them.
 *
 * @param leader the leading node's id, -1 when none is known
 * @param committed the last entry that is known to be committed
 * @param progress of each voter as far as it is known here: the leader knows of all, others only of
 *     themselves
 */
public record QuorumState(int leader, long term, long committed, List<Progress> progress) {

  /** Of a node that knows nothing of the voters. */
  public static final QuorumState UNKNOWN = new QuorumState(-1, -1, -1, List.of());

  public QuorumState {
    progress = List.copyOf(progress);
  }

  /**
   * How far a voter has come.
   *
   * @param lastEntry the last entry that it is known to have on its disk
   * @param heardMsAgo how long ago it answered last; 0 for the node itself
   */
  public record Progress(int nodeId, long lastEntry, long heardMsAgo) {}
}
