package milena.broker.coordinator;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import milena.group.message.GroupEvent;
import milena.group.message.GroupEvent.OffsetRemoved;
import milena.group.message.GroupRequest;
import milena.group.message.GroupRequest.CommitOffsets;
import milena.group.message.Turn;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class GatheredCommitsTest extends JUnitSuite {
  private static final CommitOffsets COMMIT = new CommitOffsets("", null, -1, -1, List.of(), false);

  private final GatheredCommits gathered = new GatheredCommits();

  private static Turn<PendingReply> turn(int first, int count) {
    Turn<PendingReply> turn = new Turn<>(0, 0);
    events(first, count).forEach(turn::write);
    return turn;
  }

  private static List<GroupEvent> events(int first, int count) {
    List<GroupEvent> events = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      events.add(new OffsetRemoved("t", i));
    }
    return events;
  }

  @Test
  public void commitsGatherInTheirOrderAndGoWithWhatComesAfterThem() {
    assertTrue(gathered.take(COMMIT, turn(0, 2)));
    assertTrue(gathered.take(COMMIT, turn(2, 1)));
    assertFalse(gathered.isEmpty());
    assertEquals(events(0, 5), gathered.with(turn(3, 2)).events());
    assertTrue(gathered.isEmpty());
    assertEquals("nothing is persisted twice", List.of(), gathered.with(turn(0, 0)).events());
  }

  @Test
  public void whatChangesNothingOrIsNoCommitOrTooMuchIsNotGathered() {
    assertFalse(gathered.take(COMMIT, turn(0, 0)));
    assertFalse(gathered.take(new GroupRequest.Delete(), turn(0, 1)));
    assertTrue(gathered.take(COMMIT, turn(0, GatheredCommits.MAX - 1)));
    assertFalse(gathered.take(COMMIT, turn(0, 1)));
  }
}
