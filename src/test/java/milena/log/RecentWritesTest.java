package milena.log;

import static milena.log.RecentWrites.SPAN_BYTES;
import static milena.log.RecentWrites.SPAN_MS;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class RecentWritesTest extends JUnitSuite {
  private static final long NOW = 1_000_000_000_000L;
  private static final int MIB = 1 << 20;

  private final RecentWrites recent = new RecentWrites();

  @Test
  public void whatWasThereBeforeTheFirstWriteIsOld() {
    assertFalse(recent.include(0, NOW));
    recent.add(100, MIB, NOW);
    assertFalse(recent.include(99, NOW));
    assertTrue(recent.include(100, NOW));
  }

  @Test
  public void aWriterThatGoesOnLeavesARecentMinuteOrTwo() {
    for (int second = 0; second < 600; second++) {
      recent.add(second, 100, NOW + second * 1000);
    }
    long now = NOW + 600_000;
    assertTrue(recent.include(600 - SPAN_MS / 1000, now));
    assertFalse(recent.include(600 - 2 * SPAN_MS / 1000 - 1, now));
  }

  @Test
  public void aFastWriterLeavesSoManyBytes() {
    int mebibytes = (int) (10 * SPAN_BYTES / MIB);
    for (int i = 0; i < mebibytes; i++) {
      recent.add(i, MIB, NOW + i);
    }
    long now = NOW + mebibytes;
    assertTrue(recent.include(mebibytes - SPAN_BYTES / MIB, now));
    assertFalse(recent.include(mebibytes - 2 * SPAN_BYTES / MIB - 1, now));
  }

  @Test
  public void whatNobodyFollowsUpGetsOld() {
    recent.add(0, 100, NOW);
    assertTrue(recent.include(0, NOW + 2 * SPAN_MS - 1));
    assertFalse(recent.include(0, NOW + 2 * SPAN_MS));
    recent.add(1, 100, NOW + 10 * SPAN_MS);
    assertFalse(recent.include(0, NOW + 10 * SPAN_MS));
    assertTrue(recent.include(1, NOW + 10 * SPAN_MS));
  }

  @Test
  public void whatIsWrittenAfterACutIsRecent() {
    recent.add(0, 100, NOW);
    recent.add(100, 100, NOW + 3 * SPAN_MS);
    recent.add(50, 100, NOW + 3 * SPAN_MS + 1);
    assertTrue(recent.include(50, NOW + 3 * SPAN_MS + 1));
    assertFalse(recent.include(49, NOW + 3 * SPAN_MS + 1));
  }
}
