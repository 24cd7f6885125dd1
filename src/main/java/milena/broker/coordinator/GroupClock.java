package milena.broker.coordinator;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The times that groups live by. Somebody may set a clock, forwards or back: no member may be
 * struck off for that, so only what is stored is dated by the wall clock.
 *
 * @param steadyMs only goes on, from anywhere
 * @param wallMs since 1970
 */
public record GroupClock(LongSupplier steadyMs, LongSupplier wallMs) {
  /** This machine's. */
  public static final GroupClock SYSTEM =
      new GroupClock(
          () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), System::currentTimeMillis);

  long nowMs() {
    return steadyMs.getAsLong();
  }
}
