package milena.kafka.api;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionView;
import org.apache.kafka.common.protocol.Errors;

/**
 * A Fetch from its request to its answer: reads, and if that is not enough yet, waits with an eye
 * on each of its partitions and a deadline. What has to come from the disk it awaits in any case.
 *
 * <p>Runs on the connection's event loop; partitions and the disk only wake it. It always completes
 * there, so a call that was cancelled because its connection has closed holds nothing.
 */
final class FetchCall extends CompletableFuture<FetchAnswer> implements ReadAhead.Waiter {
  private final RequestContext context;
  private final FetchReader reader;
  private final FetchSession session; // null when it has none
  private final int sessionEpoch;
  private final List<FetchPosition> positions; // null when they are the session's

  /**
   * How long a follower is let wait for records that nobody waits for. With acks=1 a leader has a
   * new batch as soon as the follower has taken the last, and each turn costs both of them far more
   * than its bytes.
   */
  private static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final AtomicBoolean woken = new AtomicBoolean();
  private final List<Watch> watches = new ArrayList<>();
  private Future<?> deadline;
  private Future<?> hold;
  private volatile boolean held;
  private boolean due; // to be answered as soon as there is anything

  /** A call that is answered with all of its positions. */
  static FetchCall full(
      RequestContext context,
      FetchReader reader,
      FetchSession session,
      List<FetchPosition> positions) {
    return new FetchCall(context, reader, session, 0, positions);
  }

  /** A call that is answered with what is new in its session. */
  static FetchCall incremental(
      RequestContext context, FetchReader reader, FetchSession session, int sessionEpoch) {
    return new FetchCall(context, reader, session, sessionEpoch, null);
  }

  private FetchCall(
      RequestContext context,
      FetchReader reader,
      FetchSession session,
      int sessionEpoch,
      List<FetchPosition> positions) {
    this.context = context;
    this.reader = reader;
    this.session = session;
    this.sessionEpoch = sessionEpoch;
    this.positions = positions;
  }

  void start(long maxWaitMs) {
    long waitNanos =
        TimeUnit.MILLISECONDS.toNanos(maxWaitMs) - (System.nanoTime() - context.receivedNanos());
    if (attempt(waitNanos <= 0)) {
      return;
    }
    watchAll();
    // What was published between the read and the watch has woken nobody.
    if (attempt(false)) {
      return;
    }
    if (!held && !due) {
      deadline = answerIn(waitNanos);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    stopWaiting();
    return cancelled;
  }

  /** Answers if there is enough to say, or if it has to be now and need not wait for the disk. */
  private boolean attempt(boolean now) {
    if (isDone()) {
      return true;
    }
    due |= now;
    FetchAnswer answer;
    try {
      answer = session == null ? reader.read(positions, due, this) : attemptInSession();
    } catch (RuntimeException e) {
      stopWaiting();
      completeExceptionally(e);
      return true;
    }
    if (answer == null) {
      if (reader.isHeld() && !held) {
        held = true;
        hold = answerIn(HOLD_NANOS);
      }
      return false;
    }
    stopWaiting();
    if (!complete(answer)) {
      answer.close();
    }
    return true;
  }

  private FetchAnswer attemptInSession() {
    synchronized (session) {
      if (!session.isLatest(sessionEpoch)) {
        return FetchReader.failed(Errors.INVALID_FETCH_SESSION_EPOCH, session.id);
      }
      return positions == null
          ? reader.readNews(session, due, this)
          : reader.readFirst(session, positions, due, this);
    }
  }

  private void watchAll() {
    if (positions != null) {
      positions.forEach(this::watch);
      return;
    }
    session.await(this, reader);
  }

  private void watch(FetchPosition position) {
    PartitionHandle handle = reader.find(position);
    if (handle != null) {
      Watch watch = new Watch(handle, position.fetchOffset(), handle.view());
      watches.add(watch);
      handle.watch(watch);
    }
  }

  private void stopWaiting() {
    for (Watch watch : watches) {
      watch.handle.unwatch(watch);
    }
    watches.clear();
    if (session != null) {
      session.waitsNoLonger(this);
    }
    deadline = cancelled(deadline);
    hold = cancelled(hold);
  }

  private Future<?> answerIn(long nanos) {
    return context
        .connection()
        .eventLoop()
        .schedule(() -> attempt(true), nanos, TimeUnit.NANOSECONDS);
  }

  private static Future<?> cancelled(Future<?> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
    return null;
  }

  /**
   * Has it look for its answer again; any thread.
   *
   * @param hurried whether also if it is held back a little
   */
  void wake(boolean hurried) {
    if ((hurried || !held) && woken.compareAndSet(false, true)) {
      try {
        context.connection().eventLoop().execute(this::onWoken);
      } catch (RejectedExecutionException e) {
        // The server has ended, and this call with it.
        return;
      }
    }
  }

  @Override
  public void broughtIn() {
    wake(true);
  }

  private void onWoken() {
    woken.set(false);
    attempt(false);
  }

  /** Looks at one partition, on its thread, for something that this call waits for. */
  private final class Watch implements PartitionHandle.Watcher {
    private final PartitionHandle handle;
    private final long fetchOffset;
    private final PartitionView before;

    Watch(PartitionHandle handle, long fetchOffset, PartitionView before) {
      this.handle = handle;
      this.fetchOffset = fetchOffset;
      this.before = before;
    }

    @Override
    public void published(PartitionView view) {
      if (reader.sight().showsNews(fetchOffset, before, view) || handle.isOffline()) {
        wake(!reader.sight().follower() || view.awaited() || handle.isOffline());
      }
    }

    @Override
    public boolean awaitsCommits() {
      return !reader.sight().follower();
    }

    @Override
    public void stopped() {
      wake(true);
    }
  }
}
