package milena.kafka.server;

import java.util.ArrayDeque;

/**
 * The requests of one connection that have come and are not answered, in the client's order. One
 * starts when everything before it is answered, or at once when it and all that is under way may
 * overlap; answers may come in any order, and leave in the requests'.
 *
 * <p>Owned by the connection, on its event loop.
 */
final class RequestPipeline {
  private final ArrayDeque<PendingRequest> waiting = new ArrayDeque<>();
  private final ArrayDeque<PendingRequest> underWay = new ArrayDeque<>();

  void add(PendingRequest request) {
    waiting.add(request);
  }

  /** How many have come and have no answer yet. */
  int size() {
    return waiting.size() + underWay.size();
  }

  boolean isAnyUnderWay() {
    return !underWay.isEmpty();
  }

  /** The next one whose turn it is to start, which is under way then; null when there is none. */
  PendingRequest startNext() {
    PendingRequest next = waiting.peek();
    PendingRequest last = underWay.peekLast();
    if (next == null || last != null && !(last.overlaps() && next.overlaps())) {
      return null;
    }
    waiting.poll();
    underWay.add(next);
    return next;
  }

  /** The next one whose answer is to be written, which is out then; null when there is none. */
  PendingRequest takeAnswered() {
    PendingRequest head = underWay.peek();
    return head != null && head.done() ? underWay.poll() : null;
  }

  /** The connection is gone: abandons them all, those that have started first. */
  void abandonAll() {
    PendingRequest request;
    while ((request = underWay.poll()) != null) {
      request.abandon();
    }
    while ((request = waiting.poll()) != null) {
      request.abandon();
    }
  }
}
