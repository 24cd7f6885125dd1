package milena.replication;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.Random;
import milena.testing.SeedRule;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class MovingRateTest extends JUnitSuite {
  private static final long START = 5_000_123;

  @Rule public final SeedRule seed = new SeedRule();

  private final MovingRate rate = new MovingRate(3, 1_000);

  @Test
  public void nothingIsNoRate() {
    assertEquals(0, rate.bytesPerSecond(START), 0);
    assertEquals(0, rate.msUntil(0, START));
  }

  @Test
  public void aBurstCountsOverOneWindowAtLeast() {
    rate.moved(500, START);
    assertEquals(500, rate.bytesPerSecond(START), 0.001);
    assertEquals(250, rate.bytesPerSecond(START + 2_000), 0.001);
  }

  @Test
  public void whatIsOlderThanAllWindowsIsForgotten() {
    rate.moved(500, START);
    rate.moved(300, START + 2_500);
    assertEquals(100, rate.bytesPerSecond(START + 4_876), 2);
    assertEquals(0, rate.bytesPerSecond(START + 60_000), 0);
  }

  @Test
  public void whoWaitsAsToldIsWithinTheBound() {
    Random random = new Random(seed.seed());
    long nowMs = START;
    for (int i = 0; i < 1_000; i++) {
      rate.moved(random.nextInt(5_000), nowMs);
      long bound = random.nextInt(3_000);
      long waitMs = 0;
      for (long more; (more = rate.msUntil(bound, nowMs + waitMs)) > 0; ) {
        waitMs += more;
      }
      assertTrue("waits for ever: " + waitMs, waitMs <= 2 * 3_000);
      assertTrue(rate.bytesPerSecond(nowMs + waitMs) <= bound);
      nowMs += waitMs + random.nextInt(700);
    }
  }

  @Test
  public void whoAlwaysWaitsMovesWithTheBound() {
    Random random = new Random(seed.seed());
    long bound = 10_000;
    long moved = 0;
    long nowMs = START;
    while (nowMs < START + 100_000) {
      long bytes = 1 + random.nextInt(4_000);
      rate.moved(bytes, nowMs);
      moved += bytes;
      nowMs += Math.max(1, rate.msUntil(bound, nowMs));
    }
    assertEquals(bound, moved / 100.0, bound * 0.1);
  }
}
