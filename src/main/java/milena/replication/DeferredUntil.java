package milena.replication;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Things to complete when an offset reaches a target: acks=all appends when the high watermark
 * passes their last record, answers of a coordinator or a controller when their events are
 * committed. Completed in the order of their targets, and those of one target in the order in which
 * they came.
 *
 * <p>Adding at the end, which is what appends do, and completing at the front cost constant time
 * and one small object.
 */
public final class DeferredUntil<T> {
  private record Deferred<T>(long target, long deadline, T what) {}

  private final Deque<Deferred<T>> waiting = new ArrayDeque<>();
  private long earliestDeadline = Long.MAX_VALUE;

  /**
   * Keeps {@code what} until {@link #reached} is told of {@code target} or more.
   *
   * @param deadline in any unit that {@link #expire} is told the time in; Long.MAX_VALUE for none
   */
  public void add(long target, long deadline, T what) {
    Deferred<T> added = new Deferred<>(target, deadline, what);
    if (waiting.isEmpty() || waiting.peekLast().target() <= target) {
      waiting.addLast(added);
    } else {
      insert(added);
    }
    earliestDeadline = Math.min(earliestDeadline, deadline);
  }

  /** The rare case of a target below the last: a repeated append of an older batch. */
  private void insert(Deferred<T> added) {
    Deque<Deferred<T>> above = new ArrayDeque<>();
    while (!waiting.isEmpty() && waiting.peekLast().target() > added.target()) {
      above.addFirst(waiting.removeLast());
    }
    waiting.addLast(added);
    waiting.addAll(above);
  }

  /** Completes everything whose target is at or below {@code offset}. */
  public void reached(long offset, Consumer<? super T> complete) {
    while (!waiting.isEmpty() && waiting.peekFirst().target() <= offset) {
      complete.accept(waiting.removeFirst().what());
    }
    if (waiting.isEmpty()) {
      earliestDeadline = Long.MAX_VALUE;
    }
  }

  /** Gives up what waits beyond its deadline, in order. */
  public void expire(long now, Consumer<? super T> giveUp) {
    if (now < earliestDeadline) {
      return;
    }
    List<T> expired = new ArrayList<>();
    earliestDeadline = Long.MAX_VALUE;
    for (Iterator<Deferred<T>> all = waiting.iterator(); all.hasNext(); ) {
      Deferred<T> deferred = all.next();
      if (deferred.deadline() <= now) {
        all.remove();
        expired.add(deferred.what());
      } else {
        earliestDeadline = Math.min(earliestDeadline, deferred.deadline());
      }
    }
    expired.forEach(giveUp);
  }

  /** Gives up everything, in order. */
  public void abandon(Consumer<? super T> giveUp) {
    List<T> all = new ArrayList<>(waiting.size());
    waiting.forEach(deferred -> all.add(deferred.what()));
    waiting.clear();
    earliestDeadline = Long.MAX_VALUE;
    all.forEach(giveUp);
  }

  /**
   * No deadline is before this time; Long.MAX_VALUE when none is set. What was completed may have
   * left it too early, never too late.
   */
  public long earliestDeadline() {
    return earliestDeadline;
  }

  public boolean isEmpty() {
    return waiting.isEmpty();
  }

  public int size() {
    return waiting.size();
  }
}
