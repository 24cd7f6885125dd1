package milena.metadata;

import static org.junit.Assert.assertEquals;

import java.util.List;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Whom the controller looks at, and whom it buries unseen. */
public class NodeSessionsTest extends JUnitSuite {
  private static final MemberNode ONE = new MemberNode(1, "host", 1, 10, true);
  private static final MemberNode TWO = new MemberNode(2, "host", 2, 20, true);

  private final MembershipImage both = MembershipImage.EMPTY.with(ONE).with(TWO);
  private final NodeSessions sessions = new NodeSessions(100, 200, 1_000, 0);

  @Test
  public void aNewControllerLooksAtEverybodyItHasNotHeardOf() {
    sessions.heard(10, 5);
    assertEquals(List.of(TWO), sessions.toLookAt(both, 10));
  }

  @Test
  public void whoIsLookedAtIsLookedAtOnce() {
    sessions.heard(10, 0);
    sessions.heard(20, 50);
    assertEquals(List.of(ONE), sessions.toLookAt(both, 120));
    assertEquals(List.of(), sessions.toLookAt(both, 130));
    sessions.looked(10);
    assertEquals(List.of(ONE), sessions.toLookAt(both, 140));
  }

  @Test
  public void whoIsSuspectedIsLookedAtThoughHeard() {
    sessions.heard(10, 0);
    sessions.heard(20, 0);
    sessions.suspect(20);
    assertEquals(List.of(TWO), sessions.toLookAt(both, 1));
    sessions.looked(20);
    assertEquals(List.of(), sessions.toLookAt(both, 2));
  }

  @Test
  public void aSilentMemberWhomOthersWaitForIsDeadSooner() {
    MembershipImage waiting = both.with(new MemberNode(3, "host", 3, 30, false));
    sessions.heard(10, 0);
    sessions.heard(20, 0);
    sessions.heard(30, 199);
    assertEquals(List.of(), sessions.dead(waiting, 199));
    assertEquals("both are silent", List.of(ONE, TWO), sessions.dead(waiting, 200));
    assertEquals("nobody waits any more", List.of(), sessions.dead(waiting, 300));
    sessions.heard(10, 250);
    sessions.heard(30, 299);
    assertEquals("one of them lives", List.of(), sessions.dead(waiting, 300));
  }

  @Test
  public void onlyALongSilenceIsDeath() {
    sessions.heard(10, 200);
    assertEquals(List.of(), sessions.dead(both, 999));
    assertEquals(List.of(TWO), sessions.dead(both, 1_000));
    assertEquals(List.of(ONE, TWO), sessions.dead(both, 1_200));
  }
}
