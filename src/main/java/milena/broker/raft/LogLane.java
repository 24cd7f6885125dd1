package milena.broker.raft;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Lets requests that write to a voter's log through one at a time, in the order they came. Of each
 * sender the latest alone waits: a sender has one request under way, so by its next it shows that
 * it has given up the one before. That bounds the lane by the number of senders.
 *
 * @param <S> who sends
 * @param <R> what is sent
 */
final class LogLane<S, R> {
  private final Map<S, R> waiting = new LinkedHashMap<>();
  private boolean taken;

  /**
   * Queues a request, in its sender's place if that has one.
   *
   * @return the sender's earlier request, which will not be served any more
   */
  Optional<R> offer(S sender, R request) {
    return Optional.ofNullable(waiting.put(sender, request));
  }

  /** The request to serve now, until {@link #release}; empty while another is being served. */
  Optional<R> take() {
    if (taken || waiting.isEmpty()) {
      return Optional.empty();
    }
    taken = true;
    return Optional.of(waiting.remove(waiting.keySet().iterator().next()));
  }

  /** The request taken has been served. */
  void release() {
    taken = false;
  }
}
