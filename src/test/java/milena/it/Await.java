package milena.it;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waiting for what another process does, with a deadline and a sentence for when it passes. */
final class Await {
  /** How long anything is waited for. */
  static final Duration LIMIT = Duration.ofMinutes(3);

  private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

  private Await() {}

  /**
   * Asks until the condition holds; fails with {@code what} if it does not within a limit that only
   * ends what hangs: what takes a moment here may take a minute on a machine that does much else.
   */
  static void until(String what, Callable<Boolean> condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      try {
        if (condition.call()) {
          return;
        }
      } catch (Exception e) {
        throw new AssertionError("while waiting until " + what, e);
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + LIMIT + ": " + what);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
