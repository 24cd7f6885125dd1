package milena.broker.raft;

import java.util.List;

/**
 * The voters of the metadata log as one node sees them.
 *
 * @param leader the leading node's id, -1 when none is known
 * @param committed the last entry that is known to be committed
 * @param progress of each voter as far as it is known here: the leader knows of all, others only of
 *     themselves
 * @param observers the nodes that read the log and don't vote, where they are known
 */
public record QuorumState(
    int leader, long term, long committed, List<Progress> progress, List<Progress> observers) {

  /** Of a node that knows nothing of the voters. */
  public static final QuorumState UNKNOWN = new QuorumState(-1, -1, -1, List.of(), List.of());

  public QuorumState {
    progress = List.copyOf(progress);
    observers = List.copyOf(observers);
  }

  /** The same voters, with these observers. */
  public QuorumState with(List<Progress> others) {
    return new QuorumState(leader, term, committed, progress, others);
  }

  /**
   * How far a node has come.
   *
   * @param lastEntry the last entry that it is known to have, -1 for not known
   * @param heardMsAgo how long ago it answered last; 0 for the node itself, -1 for not known
   * @param caughtUpMsAgo how long ago it is known to have had all that was committed; -1 for not
   *     known
   */
  public record Progress(int nodeId, long lastEntry, long heardMsAgo, long caughtUpMsAgo) {}
}
