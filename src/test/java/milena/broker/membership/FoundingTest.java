package milena.broker.membership;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import milena.broker.membership.VoterAdmission.Standing;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class FoundingTest extends JUnitSuite {
  private static final long SECOND = 1_000_000_000L;
  private static final long NOW = 77 * SECOND;

  private final Founding founding = new Founding(List.of(2, 3));

  @Test
  public void aClusterIsNewWhenEveryVoterSaysSo() {
    assertFalse(founding.isNew(NOW));
    founding.hear(new Standing(2, true, -1), NOW);
    assertFalse("one of three is silent", founding.isNew(NOW));
    assertEquals(List.of(3), founding.silent(NOW));
    founding.hear(new Standing(3, true, -1), NOW + SECOND / 2);
    assertTrue(founding.isNew(NOW + SECOND));
  }

  @Test
  public void aMajorityThatLostItsMemoryMakesNoNewCluster() {
    founding.hear(new Standing(2, true, -1), NOW);
    founding.hear(new Standing(3, false, -1), NOW);
    assertFalse(founding.isNew(NOW));
    assertEquals(List.of(3), founding.knowing(NOW));
  }

  @Test
  public void whatWasSaidLongAgoDoesNotCount() {
    founding.hear(new Standing(2, true, -1), NOW);
    founding.hear(new Standing(3, true, -1), NOW + 2 * SECOND);
    assertFalse(founding.isNew(NOW + 2 * SECOND));
    assertEquals(List.of(2), founding.silent(NOW + 2 * SECOND));
  }

  @Test
  public void whoIsNoVoterIsNotListenedTo() {
    founding.hear(new Standing(2, true, -1), NOW);
    founding.hear(new Standing(9, true, 9), NOW);
    assertFalse(founding.isNew(NOW));
    assertEquals(OptionalInt.empty(), founding.leader(NOW));
  }

  @Test
  public void theLeaderIsTheOneThatAnyOfThemKnows() {
    founding.hear(new Standing(2, false, -1), NOW);
    founding.hear(new Standing(3, false, 2), NOW);
    assertEquals(OptionalInt.of(2), founding.leader(NOW));
  }
}
