package milena.broker.partition;

import java.util.concurrent.TimeUnit;
import milena.log.CompactionLimits.Pace;

/**
 * Holds all compactions of a node together to {@code log.cleaner.io.max.bytes.per.second}, by
 * having their threads sleep. Any thread may use it.
 */
final class CompactionPace implements Pace {
  private static final double SECOND_NANOS = 1e9;

  private final UpkeepSettings settings;
  private long freeAtNanos = System.nanoTime();

  CompactionPace(UpkeepSettings settings) {
    this.settings = settings;
  }

  @Override
  public void moved(long bytes) {
    double bytesPerSecond = settings.current().compactionBytesPerSecond();
    if (bytesPerSecond < Long.MAX_VALUE) {
      sleep(reserve((long) (bytes / bytesPerSecond * SECOND_NANOS)));
    }
  }

  private synchronized long reserve(long nanos) {
    long now = System.nanoTime();
    freeAtNanos = Math.max(freeAtNanos, now) + nanos;
    return freeAtNanos - now;
  }

  private static void sleep(long nanos) {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the node ends: no reason to be slow any more
    }
  }
}
