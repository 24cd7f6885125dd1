package milena.node;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of a node in this process, one after another. A run that its cluster takes for dead is
 * of no use any more: it withdraws, and the next begins where it was, as the same broker.
 */
final class NodeRuns {
  private static final Logger LOG = LoggerFactory.getLogger(NodeRuns.class);

  private final Settings settings;
  private final Runnable onEnd;
  private RunningNode current;
  private boolean over;

  private NodeRuns(Settings settings, Runnable onEnd) {
    this.settings = settings;
    this.onEnd = onEnd;
  }

  /**
   * @param onEnd run when the node has ended though nobody asked it to
   */
  static NodeRuns start(Settings settings, Runnable onEnd) {
    NodeRuns runs = new NodeRuns(settings, onEnd);
    synchronized (runs) {
      runs.current = RunningNode.start(settings, onEnd, runs::beginAgain);
    }
    return runs;
  }

  synchronized RunningNode current() {
    return current;
  }

  synchronized boolean stop() {
    over = true;
    return current.stop();
  }

  synchronized void kill() {
    over = true;
    current.kill();
  }

  private synchronized void beginAgain() {
    if (over) {
      return;
    }
    current.withdraw();
    try {
      current = RunningNode.start(settings, onEnd, this::beginAgain);
    } catch (CannotStart e) {
      LOG.error("The node can't begin anew", e);
      over = true;
      onEnd.run();
    }
  }
}
