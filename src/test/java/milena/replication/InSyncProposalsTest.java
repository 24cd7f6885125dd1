package milena.replication;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** How a leader asks followers in and out, and what it believes meanwhile. */
public class InSyncProposalsTest extends JUnitSuite {
  private static final long LAG = 30_000;

  private static LeaderState leader(Integer... inSync) {
    Members members = new Members(7, List.of(1, 2, 3), List.of(inSync));
    LeaderState leader = new LeaderState(1, 4, members, new LeaderState.Limits(1, LAG), 10, 10, 0);
    for (int follower : inSync) {
      leader.onFollowerFetched(follower, 20 + follower, 10, 0);
    }
    return leader;
  }

  private static Optional<InSyncProposal> proposal(Map<Integer, Long> inSync) {
    return Optional.of(new InSyncProposal(4, 7, new TreeMap<>(inSync)));
  }

  @Test
  public void aFollowerThatHasAllIsAskedInWithTheEpochThatItFetchedIn() {
    LeaderState leader = leader(1, 2);
    leader.onFollowerFetched(3, 23, 9, 5);
    assertEquals(Optional.empty(), leader.propose(5));
    leader.onFollowerFetched(3, 23, 10, 6);
    assertEquals(proposal(Map.of(1, -1L, 2, -1L, 3, 23L)), leader.propose(6));
    assertEquals("asked, and not again at once", Optional.empty(), leader.propose(7));
    assertEquals(Set.of(1, 2, 3), leader.inSync().maximal());
  }

  @Test
  public void theNewcomerCountsFromTheAskingOn() {
    LeaderState leader = leader(1, 2);
    leader.onFollowerFetched(3, 23, 10, 6);
    leader.propose(6);
    leader.onOwnLog(12, 12, 7);
    assertFalse(leader.onFollowerFetched(2, 22, 12, 8));
    assertTrue(leader.onFollowerFetched(3, 23, 12, 9));
  }

  @Test
  public void aLaggardIsAskedOutButCountsUntilItIs() {
    LeaderState leader = leader(1, 2, 3);
    leader.onOwnLog(12, 12, 100);
    leader.onFollowerFetched(2, 22, 12, 101);
    assertEquals(Optional.empty(), leader.propose(100 + LAG));
    assertEquals(proposal(Map.of(1, -1L, 2, -1L)), leader.propose(101 + LAG));
    assertEquals(10, leader.highWatermark());
    leader.onAccepted(7);
    assertEquals(10, leader.highWatermark());
    leader.onDecided(new Members(8, List.of(1, 2, 3), List.of(1, 2)), 102 + LAG);
    assertEquals(12, leader.highWatermark());
  }

  @Test
  public void whoeverIsIdleDoesNotLag() {
    LeaderState leader = leader(1, 2, 3);
    assertEquals(Optional.empty(), leader.propose(10 * LAG));
    leader.onOwnLog(11, 11, 10 * LAG);
    assertEquals(Optional.empty(), leader.propose(10 * LAG + 1));
  }

  @Test
  public void aRefusalOfTheOnlyRequestIsAnAnswer() {
    LeaderState leader = leader(1, 2);
    leader.onFollowerFetched(3, 23, 10, 6);
    leader.propose(6);
    leader.onRefused(7, Errors.INELIGIBLE_REPLICA, 8);
    assertEquals(Set.of(1, 2), leader.inSync().maximal());
    assertEquals("it is left alone for a while", Optional.empty(), leader.propose(9));
    assertTrue(leader.propose(8 + LeaderState.RETRY_MS).isPresent());
  }

  @Test
  public void aRefusalIsNoneWhileAnEarlierRequestMayYetBeAccepted() {
    LeaderState leader = leader(1, 2);
    leader.onFollowerFetched(3, 23, 10, 6);
    leader.propose(6);
    leader.onRefused(7, Errors.REQUEST_TIMED_OUT, 8);
    leader.propose(8 + LeaderState.RETRY_MS);
    leader.onRefused(7, Errors.INELIGIBLE_REPLICA, 1100);
    assertEquals("it may count", Set.of(1, 2, 3), leader.inSync().maximal());
    assertEquals(
        "what is, asked for again, makes the earlier request too late",
        proposal(Map.of(1, -1L, 2, -1L)),
        leader.propose(1100));
    leader.onDecided(new Members(8, List.of(1, 2, 3), List.of(1, 2)), 1200);
    assertEquals(Set.of(1, 2), leader.inSync().maximal());
  }

  @Test
  public void aQuestionIsRepeatedInTheNameOfTheIncarnationThatItWasAskedFor() {
    LeaderState leader = leader(1, 2);
    leader.onFollowerFetched(3, 23, 10, 6);
    leader.propose(6);
    leader.onFollowerFetched(3, 24, 4, 500); // it has come back without the end of its log
    assertEquals(
        proposal(Map.of(1, -1L, 2, -1L, 3, 23L)), leader.propose(6 + LeaderState.RETRY_MS));
    leader.onRefused(7, Errors.INELIGIBLE_REPLICA, 1100);
    assertEquals(proposal(Map.of(1, -1L, 2, -1L)), leader.propose(1100));
  }

  @Test
  public void whoeverWasAskedInCountsOnWhenTheLogIsOpenedAgain() {
    LeaderState before = leader(1);
    before.onFollowerFetched(3, 23, 10, 6);
    before.propose(6);
    LeaderState leader = reopened(before, 4, 7);
    assertEquals(Set.of(1, 3), leader.inSync().maximal());
    assertEquals("what 3 may lack is not committed", 10, leader.highWatermark());
    assertEquals("asked already", Optional.empty(), leader.propose(7));
    assertTrue(leader.propose(6 + LeaderState.RETRY_MS).isPresent());
    leader.onRefused(7, Errors.INELIGIBLE_REPLICA, 1100);
    assertEquals("the first may be accepted", Set.of(1, 3), leader.inSync().maximal());
  }

  @Test
  public void whatWasAskedForInAnotherEpochIsOver() {
    LeaderState before = leader(1);
    before.onFollowerFetched(3, 23, 10, 6);
    before.propose(6);
    assertEquals(Set.of(1), reopened(before, 4, 8).inSync().maximal());
    assertEquals(Set.of(1), reopened(before, 5, 8).inSync().maximal());
  }

  private static LeaderState reopened(LeaderState before, int leaderEpoch, int partitionEpoch) {
    Members members = new Members(partitionEpoch, List.of(1, 2, 3), List.of(1));
    return LeaderState.resumed(
        before, leaderEpoch, members, new LeaderState.Limits(1, LAG), 12, 10, 7);
  }

  @Test
  public void whatAnEarlierIncarnationFetchedIsForgotten() {
    LeaderState leader = leader(1, 2);
    leader.onFollowerFetched(3, 30, 4, 5);
    leader.onFollowerFetched(3, 23, 10, 6);
    assertEquals(Optional.empty(), leader.propose(6));
  }
}
