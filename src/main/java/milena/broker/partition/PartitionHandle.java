package milena.broker.partition;

import akka.actor.typed.ActorRef;
import milena.common.TopicIdPartition;

/** A replica as its node's other threads see it: where to send, what to read, how to be woken. */
public interface PartitionHandle {
  TopicIdPartition id();

  /** The replica's actor. */
  ActorRef<PartitionReplica.Command> replica();

  /** The newest published view; never null. */
  PartitionView view();

  /** The log directory that holds the replica. */
  ReplicaDirectory directory();

  /** Whether its disk has failed: answer KAFKA_STORAGE_ERROR, whatever else the view says. */
  default boolean isOffline() {
    return view().offline();
  }

  /**
   * Calls {@code watcher} after each later publication, on the replica's thread, until {@link
   * #unwatch}. A view published between a caller's last {@link #view()} and this call is not told:
   * look once more after watching.
   */
  void watch(Watcher watcher);

  /** Stops the calls; does nothing for an unknown watcher. */
  void unwatch(Watcher watcher);

  /** Told of each published view, and of the end; must not block. */
  interface Watcher {
    void published(PartitionView view);

    /** Whether it waits for records to be committed; any thread. */
    default boolean awaitsCommits() {
      return false;
    }

    /** The replica has stopped: the topic was deleted or the node is stopping. */
    void stopped();
  }
}
