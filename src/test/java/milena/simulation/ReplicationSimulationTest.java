package milena.simulation;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import milena.testing.SeedRule;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Replication under faults, by the thousand: no invariant is ever broken, and the mistakes that
 * others have made are found when they are put in.
 */
public class ReplicationSimulationTest extends JUnitSuite {
  private static final int WORLDS = 2000;
  private static final int WORLDS_TO_FIND_A_BUG = 5000;

  @Rule public final SeedRule seeds = new SeedRule();

  @Test
  public void nothingCommittedIsLost() {
    long acknowledgements = 0;
    for (int i = 0; i < WORLDS; i++) {
      acknowledgements += run(seeds.seed() + i).acknowledgements();
    }
    assertTrue("records were acknowledged: " + acknowledgements, acknowledgements > WORLDS * 20L);
  }

  private static ReplicationWorld run(long seed) {
    try {
      return new ReplicationWorld(seed, Bug.NONE).run();
    } catch (Throwable e) {
      throw new AssertionError(
          "A world went wrong; repeat it: mvn -Psimulate -Dseeds=1 -Dseed=" + seed, e);
    }
  }

  @Test
  public void everySeededBugIsFound() {
    List<Bug> missed = new ArrayList<>();
    for (Bug bug : Bug.values()) {
      if (bug != Bug.NONE && !isFound(bug)) {
        missed.add(bug);
      }
    }
    assertEquals("not found in " + WORLDS_TO_FIND_A_BUG + " worlds", List.of(), missed);
  }

  private boolean isFound(Bug bug) {
    for (int i = 0; i < WORLDS_TO_FIND_A_BUG; i++) {
      try {
        new ReplicationWorld(seeds.seed() + i, bug).run();
      } catch (Invariants.Violation found) {
        return true;
      }
    }
    return false;
  }
}
