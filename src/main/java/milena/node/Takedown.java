package milena.node;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been started, in order, so that it can be taken down the other way round: all of it,
 * even when one part won't go.
 */
final class Takedown {
  private static final Logger LOG = LoggerFactory.getLogger(Takedown.class);

  private final Deque<Part> parts = new ArrayDeque<>();

  private record Part(String name, Close close) {}

  /** Ends a part; may fail, and is called once. */
  @FunctionalInterface
  interface Close {
    void close() throws Exception;
  }

  synchronized void add(String name, Close close) {
    parts.push(new Part(name, close));
  }

  /** Takes down everything; whether all of it went well. */
  synchronized boolean run() {
    boolean clean = true;
    while (!parts.isEmpty()) {
      Part part = parts.pop();
      try {
        part.close().close();
      } catch (Exception e) {
        clean = false;
        LOG.warn(
            "The {} did not end well; the rest of the node is stopped all the same.",
            part.name(),
            e);
      }
    }
    return clean;
  }
}
