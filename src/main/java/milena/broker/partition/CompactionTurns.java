package milena.broker.partition;

import akka.actor.typed.ActorRef;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntSupplier;
import milena.broker.partition.PartitionReplica.Command;
import milena.broker.partition.PartitionReplica.Tick;

/**
 * Lets a few replicas of a node compact their logs at a time ({@code log.cleaner.threads}), in the
 * order in which they ask, so that compaction takes a bounded share of memory, processor and disk.
 * Any thread may use it.
 *
 * <p>A replica asks, is told {@link Tick#COMPACT}, and gives its turn back when it is done or has
 * nothing to do. One that stops withdraws.
 */
final class CompactionTurns {
  private final IntSupplier maxTurns;
  private final Deque<ActorRef<Command>> waiting = new ArrayDeque<>();
  private final Set<ActorRef<Command>> turns = new HashSet<>();

  CompactionTurns(IntSupplier maxTurns) {
    this.maxTurns = maxTurns;
  }

  /** Asks for a turn; does nothing for one who waits or has one. */
  synchronized void ask(ActorRef<Command> replica) {
    if (!turns.contains(replica) && !waiting.contains(replica)) {
      waiting.add(replica);
    }
    giveTurns();
  }

  /** Gives the turn back. */
  synchronized void done(ActorRef<Command> replica) {
    turns.remove(replica);
    giveTurns();
  }

  /** Leaves: waits no longer and, unless it is compacting, gives its turn back. */
  synchronized void withdraw(ActorRef<Command> replica, boolean compacting) {
    waiting.remove(replica);
    if (!compacting) {
      done(replica);
    }
  }

  private void giveTurns() {
    while (turns.size() < maxTurns.getAsInt() && !waiting.isEmpty()) {
      ActorRef<Command> next = waiting.remove();
      turns.add(next);
      next.tell(Tick.COMPACT);
    }
  }
}
