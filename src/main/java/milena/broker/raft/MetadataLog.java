package milena.broker.raft;

import java.util.List;
import java.util.concurrent.CompletionStage;
import milena.metadata.ClusterImage;
import milena.metadata.MetadataEvent;

/** This node's end of the replicated metadata log. Usable from any thread. */
public interface MetadataLog extends AutoCloseable {

  /** Everything this node has applied so far. */
  ClusterImage image();

  /**
   * Commits events, all or none, by way of this node's own voter.
   *
   * <p>Completes once this node's image has them. Fails with {@link StaleWriteException} when the
   * log has moved on without this writer; after any other failure the events may or may not be
   * committed some day.
   *
   * @param term the leadership that the writer was started for
   * @param firstSequence the number that the first of these events must get
   */
  CompletionStage<Void> append(long term, long firstSequence, List<MetadataEvent> events);

  /**
   * Hears of all that happens from now on, beginning with the present state. Calls come one at a
   * time, from the thread that applies the log, and must not block.
   */
  void observe(Observer observer);

  /** Who votes, who leads, and how far each has come, as this node knows it. */
  default QuorumState quorum() {
    return QuorumState.UNKNOWN;
  }

  /**
   * The last entry that a node has which has applied everything up to the event of this number; of
   * events of long ago one that comes after it. -1 where entries are not counted.
   */
  default long entryOf(long sequence) {
    return -1;
  }

  /**
   * Lets another voter lead, if this one does and another can; returns when that is so, or can't
   * be.
   */
  default void handOver() {}

  /**
   * Stands for election at once in the place of a leader whose process has died, rather than wait
   * until its silence tells; nothing happens where another leads meanwhile, or where this node's
   * log may lack something.
   *
   * @param deadLeader the leader that is known to be dead
   * @param round counts the calls about this leader from 0 on. The voters take turns by their ids,
   *     so that they don't split the votes.
   */
  default void challenge(int deadLeader, int round) {}

  /** Stops this node's voter; what was appended and not committed stays uncertain. */
  @Override
  void close();

  /** Stops as a crash would: nothing is written that could make the next start quicker. */
  void abandon();

  /** Told what happens to the log on this node. */
  interface Observer {
    /** The image has changed. */
    void onImage(ClusterImage image);

    /** The image has changed by these events, which are one entry of the log. */
    default void onEvents(List<MetadataEvent> events, ClusterImage image) {
      onImage(image);
    }

    /** This node leads in this term, and its image holds all that was committed before. */
    void onLeaderReady(long term);

    /** This node leads no longer. */
    void onLeadershipLost();

    /** That node leads now, ready or not, as far as this one has heard. */
    default void onLeader(int nodeId) {}
  }

  /** A write by somebody who doesn't lead any more, or who had not seen all before it. */
  final class StaleWriteException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StaleWriteException(String message) {
      super(message);
    }
  }
}
