package milena.broker.controller;

import static org.junit.Assert.assertEquals;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** What of the time that passes is anybody's silence. */
public class AttentionClockTest extends JUnitSuite {
  private final AtomicLong now = new AtomicLong(5_000);
  private final AttentionClock clock = new AttentionClock(now::get, 1_500);

  @Test
  public void whileTheProcessRunsItIsTheClock() {
    long start = clock.getAsLong();
    for (int i = 1; i <= 10; i++) {
      now.addAndGet(1_500);
      assertEquals(1_500L * i, clock.getAsLong() - start);
    }
  }

  @Test
  public void aStandstillCountsAsOneStepOnly() {
    long start = clock.getAsLong();
    now.addAndGet(30_000);
    assertEquals(1_500, clock.getAsLong() - start);
    now.addAndGet(400);
    assertEquals(1_900, clock.getAsLong() - start);
    now.addAndGet(120_000);
    assertEquals(3_400, clock.getAsLong() - start);
  }
}
