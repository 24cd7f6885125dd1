package milena.kafka.server;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The bytes that requests of all connections may hold. Taking never fails: a connection that finds
 * the budget exhausted reads no further until there is room. So that frames which have begun come
 * to their ends even when they alone exhaust it, one connection at a time may read on ({@link
 * #mayOverrun}): the bound may be passed by one frame.
 */
final class RequestBudget {
  private final long maxBytes;
  private final AtomicLong takenBytes = new AtomicLong();
  private final AtomicReference<Object> overrunning = new AtomicReference<>();
  private final AtomicLong exhaustedSinceNanos = new AtomicLong(System.nanoTime());
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  RequestBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  void take(long bytes) {
    long taken = takenBytes.addAndGet(bytes);
    if (taken >= maxBytes && taken - bytes < maxBytes) {
      exhaustedSinceNanos.set(System.nanoTime());
    }
  }

  void give(long bytes) {
    long left = takenBytes.addAndGet(-bytes);
    if (left < 0) {
      throw new IllegalStateException("More bytes given back than were taken: " + left);
    }
    if (left < maxBytes) {
      wakeAll();
    }
  }

  boolean exhausted() {
    return takenBytes.get() >= maxBytes;
  }

  /** For how long there has been no room at all, at any time; 0 when there is some. */
  long exhaustedNanos(long nowNanos) {
    return exhausted() ? Math.max(0, nowNanos - exhaustedSinceNanos.get()) : 0;
  }

  /** Whether the frame of this reader's is the one that may go on without room. */
  boolean mayOverrun(Object reader) {
    return overrunning.get() == reader || overrunning.compareAndSet(null, reader);
  }

  /** Whether no frame goes on without room. */
  boolean nobodyOverruns() {
    return overrunning.get() == null;
  }

  /** The reader's frame has ended, well or not; does nothing for any but the one going on. */
  void endOverrun(Object reader) {
    if (overrunning.get() == reader && overrunning.compareAndSet(reader, null)) {
      wakeAll();
    }
  }

  long takenBytes() {
    return takenBytes.get();
  }

  /** Calls {@code resume} once, from any thread, when there may be room; perhaps at once. */
  void whenRoom(Runnable resume) {
    waiting.add(resume);
    // Room that came between the caller's look and the line above has woken nobody.
    if (!exhausted()) {
      wakeAll();
    }
  }

  private void wakeAll() {
    Runnable resume;
    while ((resume = waiting.poll()) != null) {
      resume.run();
    }
  }
}
