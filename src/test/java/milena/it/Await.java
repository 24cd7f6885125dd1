package milena.it;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waiting for what another process does, with a deadline and a sentence for when it passes. */
final class Await {
  private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

  private Await() {}

  /** Asks until the condition holds; fails with {@code what} if it does not within the limit. */
  static void until(String what, Duration limit, Callable<Boolean> condition) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        if (condition.call()) {
          return;
        }
      } catch (Exception e) {
        throw new AssertionError("while waiting until " + what, e);
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + limit + ": " + what);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** The same with the limit that suits most things on a busy machine: half a minute. */
  static void until(String what, Callable<Boolean> condition) {
    until(what, Duration.ofSeconds(30), condition);
  }
}
