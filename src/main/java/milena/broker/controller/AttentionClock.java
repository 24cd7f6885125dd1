package milena.broker.controller;

import java.util.function.LongSupplier;

/**
 * Time as the controller can have listened: while its process stood still (stopped, swapped out, a
 * paused machine) it could hear nobody, so that time is nobody's silence. Read at every check and
 * every sign of life, by the controller's actor only.
 */
final class AttentionClock implements LongSupplier {
  private final LongSupplier clockMs;
  private final long longestStepMs;
  private long lastMs;
  private long missedMs;

  /**
   * @param clockMs a clock that only goes forward
   * @param longestStepMs what may lie between two readings of a process that is running; what is
   *     more was a standstill
   */
  AttentionClock(LongSupplier clockMs, long longestStepMs) {
    this.clockMs = clockMs;
    this.longestStepMs = longestStepMs;
    this.lastMs = clockMs.getAsLong();
  }

  @Override
  public long getAsLong() {
    long now = clockMs.getAsLong();
    missedMs += Math.max(0, now - lastMs - longestStepMs);
    lastMs = now;
    return now - missedMs;
  }
}
