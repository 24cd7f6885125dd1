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

  /** Known without the lock, so that a run need not be up before it can be ended. */
  private volatile RunningNode beginning;

  private volatile boolean over;

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
      runs.current = runs.next();
      runs.current.start();
    }
    return runs;
  }

  synchronized RunningNode current() {
    return current;
  }

  private RunningNode next() {
    return RunningNode.of(settings, onEnd, this::beginAgain);
  }

  /** Stops cleanly; a run that begins anew ends without having been up. */
  boolean stop() {
    noMore();
    synchronized (this) {
      return current.stop();
    }
  }

  /** Ends as a crash would. */
  void kill() {
    noMore();
    synchronized (this) {
      current.kill();
    }
  }

  private void noMore() {
    over = true;
    RunningNode waiting = beginning;
    if (waiting != null) {
      waiting.giveUp();
    }
  }

  private synchronized void beginAgain() {
    if (over) {
      return;
    }
    current.withdraw();
    try {
      RunningNode next = next();
      beginning = next;
      if (over) {
        return;
      }
      next.start();
      current = next;
    } catch (CannotStart e) {
      if (!over) {
        LOG.error("The node can't begin anew", e);
        over = true;
        onEnd.run();
      }
    } finally {
      beginning = null;
    }
  }
}
