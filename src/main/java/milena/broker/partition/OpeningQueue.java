package milena.broker.partition;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import milena.common.TopicIdPartition;

/**
 * Starts replicas so many at a time: the way to a replica that has not been started yet has room
 * for a limited number of messages, and what finds no room is dropped without a word.
 */
final class OpeningQueue {
  private final int limit;
  private final Consumer<TopicIdPartition> start;
  private final Set<TopicIdPartition> waiting = new LinkedHashSet<>();
  private final Set<TopicIdPartition> opening = new HashSet<>();

  /**
   * @param limit how many may be on their way at once
   * @param start sends a replica on its way
   */
  OpeningQueue(int limit, Consumer<TopicIdPartition> start) {
    this.limit = limit;
    this.start = start;
  }

  void add(TopicIdPartition id) {
    waiting.add(id);
    startNext();
  }

  /** The replica has answered, or is gone. */
  void done(TopicIdPartition id) {
    waiting.remove(id);
    if (opening.remove(id)) {
      startNext();
    }
  }

  /** Whether it has not been sent on its way yet. */
  boolean isWaiting(TopicIdPartition id) {
    return waiting.contains(id);
  }

  /** No further replica is started. */
  void close() {
    waiting.clear();
  }

  private void startNext() {
    while (opening.size() < limit && !waiting.isEmpty()) {
      TopicIdPartition next = waiting.iterator().next();
      waiting.remove(next);
      opening.add(next);
      start.accept(next);
    }
  }
}
