package milena.kafka.server;

import io.netty.channel.Channel;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Whether a connection reads on: while there is room for its requests, its client takes its
 * answers, and it does not have too many without one. A frame that has begun and does not end while
 * others wait for the room it takes ends its connection.
 *
 * <p>Runs on the connection's event loop.
 */
final class ReadGate {
  private static final long FRAME_CHECK_MS = 1_000;

  /** How long a frame may keep room that others wait for while nothing of it comes. */
  private static final long SILENT_MS = 2_000;

  /** How long it may keep such room at all. */
  private static final long STALLED_MS = 10_000;

  private final RequestBudget budget;
  private final LongSupplier nanos;
  private final int requestsMax;
  private final FrameReader reader;
  private final IntSupplier unanswered;
  private final Runnable wake;
  private final Consumer<String> close;

  private Channel channel;
  private boolean closed;
  private boolean awaitingRoom;
  private boolean watchingFrame;
  private long lastReadNanos;
  private long readableSinceNanos;

  /**
   * @param unanswered how many requests of the connection have no answer yet
   * @param wake has the connection call {@link #mayHaveRoom} and {@link #readOrPause} on its event
   *     loop; called from any thread
   * @param close ends the connection for the reason given
   */
  ReadGate(
      ServerContext server,
      FrameReader reader,
      IntSupplier unanswered,
      Runnable wake,
      Consumer<String> close) {
    this.budget = server.budget();
    this.nanos = server.nanos();
    this.lastReadNanos = nanos.getAsLong();
    this.readableSinceNanos = lastReadNanos;
    this.requestsMax = server.config().requestsPerConnection();
    this.reader = reader;
    this.unanswered = unanswered;
    this.wake = wake;
    this.close = close;
  }

  /** Before all else: whose reading this is about. */
  void guard(Channel guarded) {
    channel = guarded;
  }

  /** Something has come. */
  void hasRead() {
    lastReadNanos = nanos.getAsLong();
  }

  /** When something came last, by the server's clock. */
  long lastReadNanos() {
    return lastReadNanos;
  }

  /** It was woken: room that it waited for may be there. */
  void mayHaveRoom() {
    awaitingRoom = false;
  }

  /** The connection has ended, and what it read of a frame with it. */
  void close() {
    closed = true;
    reader.close();
    budget.endOverrun(reader);
  }

  /** Has the channel read, or stop reading until this is called again; sees to it that it is. */
  void readOrPause() {
    boolean room = hasRoom();
    boolean read = room && channel.isWritable() && unanswered.getAsInt() < requestsMax;
    if (channel.config().isAutoRead() != read) {
      channel.config().setAutoRead(read);
      readableSinceNanos = nanos.getAsLong();
    }
    if (reader.midFrame() && !watchingFrame) {
      watchingFrame = true;
      channel.eventLoop().schedule(this::checkFrame, FRAME_CHECK_MS, TimeUnit.MILLISECONDS);
    }
    if (!room && !awaitingRoom) {
      awaitingRoom = true;
      budget.whenRoom(wake);
      boolean meanwhile = reader.midFrame() ? budget.nobodyOverruns() : !budget.exhausted();
      if (meanwhile) {
        wake.run(); // it came between the look and the wait, and has woken nobody
      }
    }
  }

  private boolean hasRoom() {
    if (!reader.midFrame()) {
      budget.endOverrun(reader);
      return !budget.exhausted();
    }
    // It takes room before it reads, so that who looks next sees what is left.
    if (reader.frameBytes() == 0 || reader.hasRoomOfItsOwn() || reader.grow()) {
      return true;
    }
    if (budget.mayOverrun(reader)) {
      reader.overrun();
      return true;
    }
    return false;
  }

  /** Ends a frame that doesn't come while others wait for its room; looks again while it comes. */
  private void checkFrame() {
    watchingFrame = false;
    if (closed || !reader.midFrame()) {
      return;
    }
    long now = nanos.getAsLong();
    boolean reads = channel.config().isAutoRead();
    long silentNanos = reads ? now - Math.max(lastReadNanos, readableSinceNanos) : 0;
    long crowdedNanos = budget.crowdedNanos(now);
    long stalledNanos = Math.min(crowdedNanos, reader.frameNanos(now));
    if (crowdedNanos > 0 && TimeUnit.NANOSECONDS.toMillis(silentNanos) >= SILENT_MS
        || TimeUnit.NANOSECONDS.toMillis(stalledNanos) >= STALLED_MS) {
      close.accept("its request did not come to its end while others waited for the room it takes");
    } else {
      readOrPause();
    }
  }
}
