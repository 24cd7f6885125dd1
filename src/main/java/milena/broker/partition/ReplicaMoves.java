package milena.broker.partition;

import akka.actor.typed.ActorRef;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import milena.common.TopicIdPartition;

/**
 * The moves between log directories that are under way on a node. Owned by the {@link
 * ReplicaReconciler}.
 */
final class ReplicaMoves {
  private record Move(ReplicaMove.Plan plan, ActorRef<ReplicaMove.Command> mover) {
    ReplicaDirectory target() {
      return plan.target();
    }
  }

  private final Function<ReplicaMove.Plan, ActorRef<ReplicaMove.Command>> spawn;
  private final Consumer<ActorRef<ReplicaMove.Command>> stop;
  private final Map<TopicIdPartition, Move> moves = new HashMap<>();

  ReplicaMoves(
      Function<ReplicaMove.Plan, ActorRef<ReplicaMove.Command>> spawn,
      Consumer<ActorRef<ReplicaMove.Command>> stop) {
    this.spawn = spawn;
    this.stop = stop;
  }

  /** Begins a move, unless it is under way; one to elsewhere is given up. */
  void begin(ReplicaMove.Plan plan) {
    TopicIdPartition id = plan.source().id();
    Move before = moves.get(id);
    if (before == null || before.target() != plan.target()) {
      giveUp(id);
      moves.put(id, new Move(plan, spawn.apply(plan)));
    }
  }

  /** The replica stays where it is. */
  void giveUp(TopicIdPartition id) {
    Move move = moves.remove(id);
    if (move != null) {
      move.plan().givenUp().set(true);
      stop.accept(move.mover());
    }
  }

  /** The node ends: what was copied stays, and the next run goes on with it. */
  void suspendAll() {
    moves.values().forEach(move -> stop.accept(move.mover()));
    moves.clear();
  }

  /** A directory has failed: nothing can be moved to it. */
  void giveUpTo(ReplicaDirectory target) {
    moves.entrySet().stream()
        .filter(move -> move.getValue().target() == target)
        .map(Map.Entry::getKey)
        .toList()
        .forEach(this::giveUp);
  }

  /** A move has come to its end by itself; false when another has begun since. */
  boolean ended(TopicIdPartition id, ReplicaDirectory target) {
    Move move = moves.get(id);
    return move != null && move.target() == target && moves.remove(id, move);
  }
}
