package milena.broker.partition;

import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.util.function.BiConsumer;
import milena.broker.partition.PartitionReplica.Command;
import milena.broker.partition.PartitionReplica.Expire;
import milena.broker.partition.PartitionReplica.Tick;

/**
 * What a replica tells itself for later: to write what has gathered, to force it to disk, to give
 * up what has waited for too long. Of each it awaits one at a time. Owned by the replica's actor,
 * which says when one has come.
 */
final class ReplicaTimers {
  private static final long NEVER = Long.MAX_VALUE;

  private final ActorRef<Command> self;
  private final BiConsumer<Duration, Command> later;
  private boolean awaitsWrite;
  private boolean awaitsFlush;
  private long expiryAtNanos = NEVER;

  /**
   * @param later sends the replica a message after a delay
   */
  ReplicaTimers(ActorRef<Command> self, BiConsumer<Duration, Command> later) {
    this.self = self;
    this.later = later;
  }

  /** {@link Tick#WRITE}, behind what has arrived by then. */
  void write() {
    if (!awaitsWrite) {
      awaitsWrite = true;
      self.tell(Tick.WRITE);
    }
  }

  void writeCame() {
    awaitsWrite = false;
  }

  /** {@link Tick#FLUSH}, so long after the first write that it is for. */
  void flush(long flushMs) {
    if (!awaitsFlush && flushMs < NEVER) {
      awaitsFlush = true;
      later.accept(Duration.ofMillis(flushMs), Tick.FLUSH);
    }
  }

  void flushCame() {
    awaitsFlush = false;
  }

  /**
   * {@link Expire} at this time, unless one comes earlier.
   *
   * @param atNanos by {@code System.nanoTime()}; Long.MAX_VALUE for never
   */
  void expire(long atNanos, long nowNanos) {
    if (atNanos < expiryAtNanos) {
      expiryAtNanos = atNanos;
      long inNanos = Math.max(0, atNanos - nowNanos);
      later.accept(Duration.ofNanos(inNanos).plusMillis(1), new Expire(atNanos));
    }
  }

  /**
   * Whether this one is still awaited: one that was to come earlier has taken the place of others,
   * which must not beget further ones.
   */
  boolean expiryCame(Expire expire) {
    if (expire.atNanos() != expiryAtNanos) {
      return false;
    }
    expiryAtNanos = NEVER;
    return true;
  }
}
