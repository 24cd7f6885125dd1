package milena.cli.client;

import static org.junit.Assert.assertEquals;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Where a group's offsets would be set to. */
public class OffsetResetTest extends JUnitSuite {
  private static final TopicPartition P0 = new TopicPartition("orders", 0);
  private static final TopicPartition P1 = new TopicPartition("orders", 1);
  private static final Map<TopicPartition, OffsetReset.Range> RANGES =
      Map.of(P0, new OffsetReset.Range(10, 100), P1, new OffsetReset.Range(0, 5));

  @Test
  public void aPlaceIsKeptWithinTheLog() {
    OffsetReset plan = OffsetReset.plan(Map.of(P0, 50L), RANGES, Map.of(P0, 3L, P1, 99L), 0);
    assertEquals(
        List.of(new OffsetReset.Move(P0, 50L, 10), new OffsetReset.Move(P1, null, 5)),
        plan.moves());
    assertEquals(-40, plan.moves().get(0).distance());
  }

  @Test
  public void aShiftGoesFromWhereTheGroupIsAndLeavesOutWhereItNeverWas() {
    OffsetReset plan = OffsetReset.plan(Map.of(P0, 50L), RANGES, Map.of(), 70);
    assertEquals(List.of(new OffsetReset.Move(P0, 50L, 100)), plan.moves());
    assertEquals(
        List.of(new OffsetReset.Move(P0, 50L, 43)),
        OffsetReset.plan(Map.of(P0, 50L), RANGES, Map.of(), -7).moves());
  }
}
