import java.util.concurrent.locks.LockSupport;

/** A fixed rate, from now on; who falls behind catches up. */
final class Pace {
  private final long start = System.nanoTime();
  private final double nanosEach;

  Pace(int aSecond) {
    nanosEach = 1e9 / aSecond;
  }

  /** Waits until the event of this number is due. */
  void await(long number) {
    long due = start + (long) (number * nanosEach);
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
