package milena.broker.raft;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.List;
import milena.broker.raft.TestVoters.Leading;
import milena.metadata.ClusterEvent.ClusterNamed;
import milena.metadata.ClusterEvent.ProducerIdsAllocated;
import milena.metadata.ClusterImage;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Three voters that reach each other through actors only: they elect, replicate and catch up. */
public class VotersTest extends JUnitSuite {
  @Rule public final TestVoters voters = new TestVoters(1_500);

  private static List<Integer> others(Leading leader) {
    return TestVoters.IDS.stream().filter(id -> id != leader.id()).toList();
  }

  @Test
  public void aMajorityGoesOnAndWhoeverReturnsCatchesUp() throws Exception {
    voters.startNewCluster();
    Leading first = voters.leader();
    voters.append(first, 1, new ClusterNamed("three"));
    voters.append(first, 2, new ProducerIdsAllocated(1000));
    voters.stop(first.id());

    Leading second = voters.leader();
    assertTrue(second.term() > first.term());
    voters.append(second, 3, new ProducerIdsAllocated(2000));
    ClusterImage image = voters.log(second.id()).image();
    assertEquals(2000, image.nextProducerId());

    voters.start(first.id());
    assertEquals(image, voters.awaitImage(first.id(), 3));
  }

  @Test
  public void whoseTurnItIsStandsInForALeaderThatIsSaidToBeDead() throws Exception {
    voters.startNewCluster();
    Leading first = voters.leader();
    voters.append(first, 1, new ClusterNamed("three"));
    List<Integer> others = others(first);
    for (int id : others) {
      voters.awaitImage(id, 1);
    }
    voters.log(others.get(1)).challenge(first.id(), 0); // not its turn
    voters.log(others.get(0)).challenge(others.get(1), 0); // not the leader
    voters.log(others.get(0)).challenge(first.id(), 0);
    Leading second = voters.leader();
    assertEquals(new Leading(others.get(0), first.term() + 1), second);
    voters.append(second, 2, new ProducerIdsAllocated(1000));
    voters.awaitImage(others.get(1), 2);
    voters.log(others.get(1)).challenge(second.id(), 1);
    assertEquals(new Leading(others.get(1), first.term() + 2), voters.leader());
  }

  @Test
  public void aWipedVoterHelpsNobodyToForgetWhatWasCommitted() throws Exception {
    voters.startNewCluster();
    Leading first = voters.leader();
    voters.append(first, 1, new ClusterNamed("three"));
    int behind = others(first).get(0);
    int wiped = others(first).get(1);
    voters.awaitImage(behind, 1);
    voters.stop(behind);
    voters.append(first, 2, new ProducerIdsAllocated(1000));
    voters.stop(wiped);
    voters.stop(first.id());
    voters.wipe(wiped);
    voters.forgetLeaders();

    voters.start(behind);
    RatisMetadataLog returned = voters.start(wiped);
    assertTrue(returned.isShut());
    voters.nobodyLeads("one that had lost all voted");

    voters.start(first.id());
    Leading second = voters.leader();
    assertEquals(first.id(), second.id());
    voters.append(second, 3, new ProducerIdsAllocated(2000));
    assertEquals(0, returned.image().lastSequence());
    returned.learn();
    assertEquals(2000, voters.awaitImage(wiped, 3).nextProducerId());
    assertTrue(!returned.mayVote());
    returned.vote();
    voters.stop(behind);
    voters.append(second, 4, new ProducerIdsAllocated(3000));
  }

  @Test
  public void whoCrashesWhileItLearnsBeginsAgain() throws Exception {
    voters.startNewCluster();
    Leading first = voters.leader();
    voters.append(first, 1, new ClusterNamed("three"));
    int wiped = others(first).get(0);
    voters.awaitImage(wiped, 1);
    voters.stop(wiped);
    voters.wipe(wiped);
    voters.start(wiped);
    // As the controller commits that this one is back. A leader that knows what a voter once had
    // finds out that it lost it with the next entry only.
    voters.append(first, 2, new ProducerIdsAllocated(1000));
    voters.log(wiped).learn();
    assertEquals(1000, voters.awaitImage(wiped, 2).nextProducerId());
    voters.stop(wiped);
    assertTrue(voters.start(wiped).isShut());
    voters.log(wiped).vote();
    voters.stop(wiped);
    assertTrue(voters.start(wiped).mayVote());
  }
}
