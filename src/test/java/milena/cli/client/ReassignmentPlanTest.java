package milena.cli.client;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import milena.testing.SeedRule;
import org.apache.kafka.common.TopicPartition;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Which replica goes where when topics are spread anew. */
public class ReassignmentPlanTest extends JUnitSuite {
  @Rule public final SeedRule seed = new SeedRule();

  @Test
  public void whatIsSpreadEvenlyStays() {
    Map<TopicPartition, List<Integer>> current =
        Map.of(
            partition(0), List.of(1, 2), partition(1), List.of(2, 3), partition(2), List.of(3, 1));
    assertEquals(current, ReassignmentPlan.spread(current, racks(1, 2, 3)).replicas());
  }

  @Test
  public void aBrokerThatIsToBeEmptiedKeepsNothing() {
    Map<TopicPartition, List<Integer>> current =
        Map.of(partition(0), List.of(1, 2), partition(1), List.of(2, 3));
    ReassignmentPlan plan = ReassignmentPlan.spread(current, racks(1, 3));
    plan.replicas()
        .values()
        .forEach(r -> assertEquals(new HashSet<>(List.of(1, 3)), new HashSet<>(r)));
  }

  @Test
  public void replicasGoToDifferentRacks() {
    Map<Integer, String> racks = Map.of(1, "a", 2, "a", 3, "b", 4, "b");
    Map<TopicPartition, List<Integer>> current = Map.of(partition(0), List.of(9, 8));
    List<Integer> replicas = ReassignmentPlan.spread(current, racks).replicas().get(partition(0));
    assertEquals(2, replicas.stream().map(racks::get).distinct().count());
  }

  @Test
  public void anySpreadIsEvenAndWhole() {
    Random random = seed.random();
    for (int round = 0; round < 200; round++) {
      int brokers = 3 + random.nextInt(5);
      int replicas = 1 + random.nextInt(3);
      Map<TopicPartition, List<Integer>> current = new HashMap<>();
      for (int p = 0; p < 1 + random.nextInt(40); p++) {
        current.put(partition(p), random.ints(1, 10).distinct().limit(replicas).boxed().toList());
      }
      Map<Integer, String> racks = new TreeMap<>();
      for (int b = 1; b <= brokers; b++) {
        racks.put(b, null);
      }
      ReassignmentPlan plan = ReassignmentPlan.spread(current, racks);
      Map<Integer, Integer> load = new HashMap<>();
      plan.replicas()
          .forEach(
              (p, planned) -> {
                assertEquals(replicas, new HashSet<>(planned).size());
                planned.forEach(b -> load.merge(b, 1, Integer::sum));
              });
      assertEquals(current.keySet(), plan.replicas().keySet());
      int share = (current.size() * replicas + brokers - 1) / brokers;
      load.forEach(
          (b, held) ->
              assertTrue(b + ": " + load, racks.containsKey(b) && held <= share + replicas));
    }
  }

  @Test
  public void moreReplicasThanBrokersAreRefused() {
    Assert.assertThrows(
        Complaint.class,
        () -> ReassignmentPlan.spread(Map.of(partition(0), List.of(1, 2)), racks(1)));
  }

  @Test
  public void aPlanIsReadAsItIsWritten() {
    ReassignmentPlan plan = new ReassignmentPlan(Map.of(partition(3), List.of(2, 1)));
    assertEquals(plan, ReassignmentPlan.read(Json.pretty(plan.asMap()), "plan.json"));
    Assert.assertThrows(Complaint.class, () -> ReassignmentPlan.read("{\"partitions\":[{}]}", "x"));
    Assert.assertThrows(Complaint.class, () -> ReassignmentPlan.read("nonsense", "x"));
  }

  private static TopicPartition partition(int number) {
    return new TopicPartition("orders", number);
  }

  private static Map<Integer, String> racks(int... brokers) {
    Map<Integer, String> racks = new TreeMap<>();
    for (int broker : brokers) {
      racks.put(broker, null);
    }
    return racks;
  }
}
