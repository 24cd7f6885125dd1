package milena.chaos;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.List;
import milena.testing.SeedRule;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Nodes as processes under stock clients while they are killed, stopped, paused, cut off, slowed
 * and starved of disk: nothing acknowledged is lost, doubled or out of order, nothing read
 * vanishes, no group forgets or skips. A third of a minute of it, or {@code -Dchaos.minutes}.
 */
public class ChaosIT extends JUnitSuite {
  private static final int MINUTES = Integer.getInteger("chaos.minutes", 0);
  private static final int BRIEF_SECONDS = 20;

  @Rule public final SeedRule seeds = new SeedRule();

  @Test
  public void nothingIsLostWhateverBreaks() throws Exception {
    ChaosRun.Options options =
        ChaosMain.options(seeds.seed(), MINUTES == 0 ? BRIEF_SECONDS : MINUTES * 60);
    ChaosRun.Result result = ChaosRun.run(options);
    System.out.printf(
        "seed %d, %d nodes, %s: %s%n",
        options.seed(),
        options.nodes(),
        options.breakable() ? "cuts and full disks too" : "without cuts and full disks",
        result.story());
    System.out.println("faults " + result.faults() + ", told to clients " + result.errors());
    assertEquals("see " + options.home(), List.of(), result.findings());
    assertTrue("nothing happened", result.faults().size() > 0);
  }
}
