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
      runs.current = runs.startNext();
    }
    return runs;
  }

  synchronized RunningNode current() {
    return current;
  }

  /**
   * The next run, up. One that counts as dead before it is up, as after a long sleep in its start,
   * makes room for another.
   *
   * @throws CannotStart when it can't, or all is over
   */
  private RunningNode startNext() {
    try {
      while (true) {
        RunningNode next = RunningNode.of(settings, onEnd, this::beginAgain);
        beginning = next;
        if (over) {
          throw new CannotStart("The node was asked to end before it began anew.");
        }
        try {
          next.start();
          return next;
        } catch (CannotStart e) {
          if (over || !next.isExpelled()) {
            throw e;
          }
        }
      }
    } finally {
      beginning = null;
    }
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
      current = startNext();
    } catch (CannotStart e) {
      if (!over) {
        LOG.error("The node can't begin anew", e);
        over = true;
        onEnd.run();
      }
    }
  }
}
