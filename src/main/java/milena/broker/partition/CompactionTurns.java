package milena.broker.partition;

import akka.actor.typed.ActorRef;
import java.util.ArrayDeque;
import java.util.Deque;
import milena.broker.partition.PartitionReplica.Command;
import milena.broker.partition.PartitionReplica.Tick;

/**
 * Lets one replica of a node compact its log at a time, in the order in which they ask, so that
 * compaction takes a bounded share of memory, processor and disk. Any thread may use it.
 *
 * <p>A replica asks, is told {@link Tick#COMPACT}, and gives its turn back when it is done or has
 * nothing to do. One that stops withdraws.
 */
final class CompactionTurns {
  private final Deque<ActorRef<Command>> waiting = new ArrayDeque<>();
  private ActorRef<Command> turn;

  /** Asks for a turn; does nothing for one who waits or has one. */
  synchronized void ask(ActorRef<Command> replica) {
    if (turn == null) {
      give(replica);
    } else if (!turn.equals(replica) && !waiting.contains(replica)) {
      waiting.add(replica);
    }
  }

  /** Gives the turn back. */
  synchronized void done(ActorRef<Command> replica) {
    if (replica.equals(turn)) {
      turn = null;
      if (!waiting.isEmpty()) {
        give(waiting.remove());
      }
    }
  }

  /** Leaves: waits no longer and, unless it is compacting, gives its turn back. */
  synchronized void withdraw(ActorRef<Command> replica, boolean compacting) {
    waiting.remove(replica);
    if (!compacting) {
      done(replica);
    }
  }

  private void give(ActorRef<Command> replica) {
    turn = replica;
    replica.tell(Tick.COMPACT);
  }
}
