package milena.replication;

import java.util.Arrays;

/**
 * How many bytes a second went by lately: over the last so many windows of time, the current one
 * included, or since the first of them that anything went by in. As in Kafka's replication quotas
 * (KIP-73) the time counts as one window at least, so that a first burst is not taken for a flood.
 */
public final class MovingRate {
  private static final double SECOND_MS = 1000;

  private final long windowMs;
  private final long[] sums;
  private long newest = Long.MIN_VALUE;
  private long total;
  private long sinceMs;

  /** A rate over {@code windows} windows, each of {@code windowMs} milliseconds; both positive. */
  public MovingRate(int windows, long windowMs) {
    this.windowMs = windowMs;
    this.sums = new long[windows];
  }

  /** So many bytes went by now; times never go back. */
  public void moved(long bytes, long nowMs) {
    advance(nowMs);
    if (total == 0) {
      sinceMs = nowMs;
    }
    sums[slot(newest)] += bytes;
    total += bytes;
  }

  /** The rate by now. */
  public double bytesPerSecond(long nowMs) {
    advance(nowMs);
    return total * SECOND_MS / elapsedMs(nowMs);
  }

  /**
   * How long nothing may go by until the rate is {@code bound} bytes a second or less; 0 when it is
   * that already, and never longer than all windows. Ask again then: as windows are forgotten one
   * at a time, the rate does not fall evenly.
   */
  public long msUntil(double bound, long nowMs) {
    double excess = bytesPerSecond(nowMs) - bound;
    if (excess <= 0) {
      return 0;
    }
    double allMs = (double) windowMs * sums.length;
    double neededMs = bound > 0 ? total * SECOND_MS / bound - elapsedMs(nowMs) : allMs;
    return (long) Math.ceil(Math.min(neededMs, allMs));
  }

  private long elapsedMs(long nowMs) {
    long oldestMs = (newest - sums.length + 1) * windowMs;
    return Math.max(windowMs, nowMs - Math.max(sinceMs, oldestMs));
  }

  private void advance(long nowMs) {
    long current = Math.floorDiv(nowMs, windowMs);
    if (newest == Long.MIN_VALUE || current - newest >= sums.length) {
      Arrays.fill(sums, 0);
      total = 0;
      newest = current;
    }
    while (newest < current) {
      newest++;
      total -= sums[slot(newest)];
      sums[slot(newest)] = 0;
    }
  }

  private int slot(long window) {
    return (int) Math.floorMod(window, (long) sums.length);
  }
}
