package milena.kafka.api;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class FetchSessionsTest extends JUnitSuite {
  private static final Sight SIGHT = new Sight(false, false, false);
  private final FetchSessions sessions = new FetchSessions(2);

  @Test
  public void theLongestRestedMakesRoomOnceItHasRestedEnough() {
    FetchSession first = create(0, 1);
    FetchSession second = create(10, 1);
    assertTrue(
        sessions.create(false, SIGHT, positions(1), FetchSessions.RESTED_NANOS - 1).isEmpty());
    FetchSession third = create(FetchSessions.RESTED_NANOS, 1);
    assertNull(sessions.find(first.id));
    assertNotNull(sessions.find(second.id));
    assertNotNull(sessions.find(third.id));
  }

  @Test
  public void useKeepsASessionFromResting() {
    FetchSession first = create(0, 1);
    FetchSession second = create(10, 1);
    FetchRequestData request = new FetchRequestData().setSessionEpoch(1);
    assertEquals(Errors.NONE, first.update(request, false, SIGHT, FetchSessions.RESTED_NANOS));
    create(FetchSessions.RESTED_NANOS + 10, 1);
    assertNotNull(sessions.find(first.id));
    assertNull(sessions.find(second.id));
  }

  @Test
  public void allSessionsTogetherRememberOnlySoMuch() {
    create(0, FetchSessions.POSITIONS_MAX - 1);
    assertTrue(sessions.create(false, SIGHT, positions(2), 0).isEmpty());
    FetchSession last = create(0, 1);
    assertFalse(sessions.removeIfTooLarge(last));
    FetchRequestData more = new FetchRequestData().setSessionEpoch(1);
    more.topics()
        .add(
            new FetchRequestData.FetchTopic()
                .setTopic("u")
                .setPartitions(List.of(new FetchPartition().setPartition(7))));
    assertEquals(Errors.NONE, last.update(more, false, SIGHT, 0));
    assertTrue(sessions.removeIfTooLarge(last));
    assertNull(sessions.find(last.id));
  }

  private FetchSession create(long nowNanos, int partitions) {
    return sessions.create(false, SIGHT, positions(partitions), nowNanos).orElseThrow();
  }

  private static List<FetchPosition> positions(int count) {
    List<FetchPosition> positions = new ArrayList<>();
    FetchPartition wanted = new FetchPartition();
    for (int i = 0; i < count; i++) {
      positions.add(new FetchPosition(new FetchPosition.Key("t", Uuid.ZERO_UUID, i), wanted));
    }
    return positions;
  }
}
