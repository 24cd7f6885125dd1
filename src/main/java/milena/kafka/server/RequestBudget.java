package milena.kafka.server;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that requests of all connections may hold. Taking never fails: a connection that finds
 * the budget exhausted reads no further frame until there is room, so the bound may be passed by
 * what each connection had begun, and a frame that has begun always comes to its end.
 */
final class RequestBudget {
  private final long maxBytes;
  private final AtomicLong takenBytes = new AtomicLong();
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  RequestBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  void take(long bytes) {
    takenBytes.addAndGet(bytes);
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
