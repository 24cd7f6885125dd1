package milena.kafka.server;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/** Lines that strangers can cause: ten a second, and then how many were left out. */
final class RateLimitedLog {
  private static final int LINES_PER_SECOND = 10;
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final Logger log;
  private final AtomicLong secondStartedNanos = new AtomicLong(System.nanoTime() - SECOND_NANOS);
  private final AtomicLong linesInSecond = new AtomicLong();

  RateLimitedLog(Logger log) {
    this.log = log;
  }

  void info(String format, Object... arguments) {
    long now = System.nanoTime();
    long started = secondStartedNanos.get();
    if (now - started >= SECOND_NANOS && secondStartedNanos.compareAndSet(started, now)) {
      long leftOut = linesInSecond.getAndSet(0) - LINES_PER_SECOND;
      if (leftOut > 0) {
        log.info("{} more lines like these were left out", leftOut);
      }
    }
    if (linesInSecond.incrementAndGet() <= LINES_PER_SECOND) {
      log.info(format, arguments);
    }
  }
}
