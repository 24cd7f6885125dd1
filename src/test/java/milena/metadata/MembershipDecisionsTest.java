package milena.metadata;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.List;
import milena.common.Outcome;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Who begins the actor cluster, and when a new one may begin. */
public class MembershipDecisionsTest extends JUnitSuite {
  private ClusterImage image = ClusterImage.EMPTY;

  private static MemberNode node(int id, long uid) {
    return new MemberNode(id, "host", 9000 + id, uid, false);
  }

  private List<MetadataEvent> carryOut(Decision<Outcome> decision) {
    decision.events().forEach(event -> image = image.apply(event));
    return decision.events();
  }

  private void announce(MemberNode node) {
    carryOut(MembershipDecisions.announce(image, node));
  }

  private void gone(int id, long uid) {
    carryOut(MembershipDecisions.gone(image, id, uid));
  }

  private long seed() {
    return image.membership().seedUid();
  }

  @Test
  public void theFirstToComeBeginsAndTheOthersJoin() {
    announce(node(2, 20));
    announce(node(1, 10));
    announce(node(3, 30));
    assertEquals(20, seed());
    assertEquals(List.of(node(2, 20)), List.copyOf(image.membership().doors()));
  }

  @Test
  public void whatIsKnownIsNotCommittedAgain() {
    announce(node(1, 10).asJoined());
    assertTrue(carryOut(MembershipDecisions.announce(image, node(1, 10))).isEmpty());
    assertTrue(image.membership().nodes().get(1).joined());
  }

  @Test
  public void noOtherBeginsWhileAMemberMayLive() {
    announce(node(1, 10));
    announce(node(1, 10).asJoined());
    announce(node(2, 20).asJoined());
    announce(node(1, 11));
    assertTrue("its earlier run is gone", image.membership().isGone(10));
    assertEquals("no new seed", 10, seed());
    assertEquals(List.of(node(2, 20).asJoined()), List.copyOf(image.membership().doors()));
  }

  @Test
  public void aNewClusterBeginsWhenAllMembersAreGone() {
    announce(node(1, 10).asJoined());
    announce(node(2, 20).asJoined());
    announce(node(2, 21));
    gone(1, 10);
    assertEquals(21, seed());
  }

  @Test
  public void aSeedThatDiesBeforeItBeganIsReplaced() {
    announce(node(1, 10));
    announce(node(2, 20));
    announce(node(1, 11));
    assertEquals("the first by id of those that are left", 11, seed());
  }

  @Test
  public void aLateWordOfTheDeadChangesNothing() {
    announce(node(1, 10).asJoined());
    announce(node(1, 11));
    assertTrue(carryOut(MembershipDecisions.announce(image, node(1, 10))).isEmpty());
    assertTrue(carryOut(MembershipDecisions.gone(image, 1, 10)).isEmpty());
    assertFalse(image.membership().isGone(11));
  }
}
