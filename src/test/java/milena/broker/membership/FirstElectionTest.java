package milena.broker.membership;

import static org.junit.Assert.assertEquals;

import milena.broker.raft.TestVoters;
import milena.broker.raft.TestVoters.Leading;
import milena.metadata.ClusterEvent.ClusterNamed;
import milena.metadata.ClusterEvent.ProducerIdsAllocated;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Three voters that would wait for minutes before they stand for election by themselves. */
public class FirstElectionTest extends JUnitSuite {
  @Rule public final TestVoters voters = new TestVoters(1_200_000);

  @Test
  public void theFirstOfTheVotersOfANewClusterIsElectedAtOnce() throws Exception {
    Admissions admissions = new Admissions(voters);
    for (int id : TestVoters.IDS) {
      admissions.start(id, true);
    }
    assertEquals(new Leading(1, 1), voters.leader());
  }

  @Test
  public void whoIsNamedFirstIsElectedWhenAnotherHasComeToVote() throws Exception {
    for (int id : TestVoters.IDS) {
      voters.start(id);
    }
    voters.log(1).vote();
    voters.log(1).standFirst();
    voters.log(2).vote();
    Leading first = voters.leader();
    assertEquals(new Leading(1, 1), first);
    voters.log(3).vote();
    voters.append(first, 1, new ClusterNamed("three"));
    voters.awaitImage(2, 1);

    voters.log(2).standFirst(); // somebody leads
    voters.append(first, 2, new ProducerIdsAllocated(1000));
    assertEquals(first, new Leading(1, voters.log(2).quorum().term()));
  }
}
