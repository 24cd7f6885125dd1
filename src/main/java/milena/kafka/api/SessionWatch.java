package milena.kafka.api;

import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionView;

/**
 * A fetch session's eye on one partition. It tells the session of each view that is published, and
 * closes after one that a waiting fetch may be answered from: it is opened again when the session
 * has seen that. So a session that nobody uses any more costs each of its partitions one call. A
 * follower's stays open until somebody waits for the follower.
 */
final class SessionWatch implements PartitionHandle.Watcher {
  private final FetchSession session;
  private final FetchPosition position;
  private final PartitionHandle handle;
  private final PartitionView before;
  private volatile boolean open = true;

  private SessionWatch(FetchSession session, FetchPosition position, PartitionHandle handle) {
    this.session = session;
    this.position = position;
    this.handle = handle;
    this.before = handle.view();
  }

  /** Opens one. What is published from now on is told; look once more at what was before. */
  static SessionWatch open(FetchSession session, FetchPosition position, PartitionHandle handle) {
    SessionWatch watch = new SessionWatch(session, position, handle);
    handle.watch(watch);
    return watch;
  }

  /** Whether it will tell of what this replica publishes next. */
  boolean isOpenOn(PartitionHandle replica) {
    return open && handle == replica;
  }

  void close() {
    open = false;
    handle.unwatch(this);
  }

  @Override
  public void published(PartitionView view) {
    boolean answerable =
        session.sight().showsNews(position.fetchOffset(), before, view) || handle.isOffline();
    boolean hurried = !session.sight().follower() || view.awaited() || handle.isOffline();
    if (answerable && hurried) {
      close(); // before it is told, so that who has been told finds it closed
    }
    session.changed(position, answerable, hurried);
  }

  @Override
  public boolean awaitsCommits() {
    return !session.sight().follower();
  }

  @Override
  public void stopped() {
    open = false;
    session.changed(position, true, true);
  }
}
