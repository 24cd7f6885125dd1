package milena.broker.partition;

import java.util.function.LongSupplier;
import milena.common.config.ThrottleConfig.Windows;
import milena.replication.MovingRate;

/** A bound on the bytes a second of something, which may change; any thread may use it. */
final class RateLimit {
  /** The bound may be lifted at any time: nobody is to wait longer without asking again. */
  private static final long LONGEST_WAIT_MS = 1_000;

  private final MovingRate rate;
  private final LongSupplier clockMs;
  private volatile long bytesPerSecond = Long.MAX_VALUE;

  /**
   * Without a bound at first.
   *
   * @param clockMs milliseconds of a clock that never goes back
   */
  RateLimit(Windows windows, LongSupplier clockMs) {
    this.rate = new MovingRate(windows.count(), windows.seconds() * 1000L);
    this.clockMs = clockMs;
  }

  void bound(long newBytesPerSecond) {
    bytesPerSecond = newBytesPerSecond;
  }

  synchronized void moved(long bytes) {
    rate.moved(bytes, clockMs.getAsLong());
  }

  /** How long to wait before more may go by; 0 for not at all, and a second at most. */
  long waitMs() {
    long bound = bytesPerSecond;
    if (bound == Long.MAX_VALUE) {
      return 0;
    }
    synchronized (this) {
      return Math.min(LONGEST_WAIT_MS, rate.msUntil(bound, clockMs.getAsLong()));
    }
  }
}
