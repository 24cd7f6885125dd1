package milena.broker.controller;

import static org.junit.Assert.assertEquals;

import java.util.List;
import milena.broker.raft.QuorumState;
import milena.broker.raft.QuorumState.Progress;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** What the leader of the voters knows of one that falls behind, goes down and comes back. */
public class QuorumVotersTest extends JUnitSuite {
  private static final int LEADER = 1;
  private static final int OTHER = 2;

  private final QuorumVoters voters = new QuorumVoters();

  /** The other's progress, at a time at which the leader has committed so much. */
  private Progress look(long term, long committed, long has, long heardMsAgo, long nowMs) {
    QuorumState seen =
        new QuorumState(
            LEADER,
            term,
            committed,
            List.of(
                new Progress(LEADER, committed, 0, 0), new Progress(OTHER, has, heardMsAgo, -1)),
            List.of());
    QuorumState told = voters.look(seen, nowMs);
    assertEquals(new Progress(LEADER, committed, 0, 0), told.progress().get(0));
    return told.progress().get(1);
  }

  @Test
  public void whoGoesDownStaysAsItWasSeenLast() {
    assertEquals(new Progress(OTHER, 10, 20, 20), look(3, 10, 10, 20, 10_000));
    assertEquals(new Progress(OTHER, 10, 1_020, 1_020), look(3, 15, 10, 1_020, 11_000));
    assertEquals(new Progress(OTHER, 10, 5_020, 5_020), look(3, 20, 10, 5_020, 15_000));
    assertEquals(new Progress(OTHER, 20, 5, 5), look(3, 20, 20, 5, 16_000));
  }

  /** Entries come faster than it answers, and it has each a moment later. */
  @Test
  public void whoFollowsAStepBehindHadEverythingAMomentAgo() {
    look(3, 10, 10, 0, 10_000);
    assertEquals(new Progress(OTHER, 14, 10, 300), look(3, 15, 14, 10, 10_300));
    assertEquals(new Progress(OTHER, 17, 10, 300), look(3, 20, 17, 10, 10_600));
    assertEquals(new Progress(OTHER, 19, 10, 600), look(3, 30, 19, 10, 10_900));
  }

  @Test
  public void aNewLeaderKnowsNothingOfWhomItHasNotHeard() {
    look(3, 10, 10, 0, 10_000);
    assertEquals(new Progress(OTHER, -1, -1, -1), look(4, 10, -1, 900, 20_000));
    assertEquals(new Progress(OTHER, 5, 10, -1), look(4, 12, 5, 10, 20_100));
    assertEquals(new Progress(OTHER, 12, 10, 10), look(4, 12, 12, 10, 20_200));
  }
}
