package milena.metadata;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import milena.testing.SeedRule;
import org.apache.kafka.common.Uuid;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Replicas are spread over brokers, racks and directories, whatever the cluster looks like. */
public class ReplicaPlacementTest extends JUnitSuite {
  @Rule public final SeedRule seeds = new SeedRule();

  @Test
  public void leadersAndReplicasAreSpreadEvenly() {
    Random random = seeds.random();
    for (int round = 0; round < 300; round++) {
      int brokers = 1 + random.nextInt(9);
      int racks = 1 + random.nextInt(4);
      int factor = 1 + random.nextInt(Math.min(brokers, 5));
      int partitions = brokers * (1 + random.nextInt(5));
      ClusterImage image = cluster(brokers, racks);
      ReplicaPlacement placement = new ReplicaPlacement(image, random.nextInt());
      Map<Integer, Integer> leaders = new HashMap<>();
      for (int i = 0; i < partitions; i++) {
        List<Integer> replicas = placement.place(i, factor);
        assertEquals(factor, new HashSet<>(replicas).size());
        leaders.merge(replicas.get(0), 1, Integer::sum);
        Set<String> used = new HashSet<>();
        replicas.forEach(id -> used.add(image.brokers().get(id).rack().orElseThrow()));
        assertEquals(Math.min(factor, Math.min(racks, brokers)), used.size());
      }
      assertEquals(brokers, leaders.size());
      leaders.values().forEach(count -> assertEquals(partitions / brokers, (int) count));
    }
  }

  /** Three racks of two brokers: each partition in all three, each broker with as much. */
  @Test
  public void threeReplicasAreInThreeRacks() {
    ClusterImage image = cluster(6, 3);
    ReplicaPlacement placement = new ReplicaPlacement(image, seeds.random().nextInt());
    Map<Integer, Integer> replicas = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      Set<String> racks = new HashSet<>();
      for (int broker : placement.place(i, 3)) {
        replicas.merge(broker, 1, Integer::sum);
        racks.add(image.brokers().get(broker).rack().orElseThrow());
      }
      assertEquals(3, racks.size());
    }
    assertEquals(6, replicas.size());
    replicas.forEach((broker, count) -> assertEquals("of broker " + broker, 30, (int) count));
  }

  @Test
  public void followersOfOneLeaderVary() {
    ReplicaPlacement placement = new ReplicaPlacement(cluster(4, 1), 0);
    Set<List<Integer>> seen = new HashSet<>();
    for (int i = 0; i < 12; i++) {
      seen.add(placement.place(i, 2));
    }
    assertEquals("each pair of a leader and a follower", 12, seen.size());
  }

  @Test
  public void aBrokersShareGoesRoundItsDirectories() {
    List<Uuid> directories = List.of(new Uuid(0, 1), new Uuid(0, 2), new Uuid(0, 3));
    BrokerImage broker = Images.broker(1, Optional.empty()).withDirectories(directories);
    ClusterImage image = ClusterImage.EMPTY.apply(new BrokerEvent.BrokerRegistered(broker));
    ReplicaPlacement placement = new ReplicaPlacement(image, -5);
    List<Uuid> given = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      given.add(placement.directoryOn(broker));
    }
    assertEquals(new HashSet<>(directories), new HashSet<>(given.subList(0, 3)));
    assertEquals(given.subList(0, 3), given.subList(3, 6));
  }

  @Test
  public void oneBrokerTakesAll() {
    ReplicaPlacement placement = new ReplicaPlacement(cluster(1, 1), 42);
    for (int i = 0; i < 5; i++) {
      assertEquals(List.of(1), placement.place(i, 1));
    }
    assertTrue(cluster(1, 1).brokers().get(1).active());
  }

  private static ClusterImage cluster(int brokers, int racks) {
    ClusterImage image = ClusterImage.EMPTY;
    for (int id = 1; id <= brokers; id++) {
      BrokerImage broker = Images.broker(id, Optional.of("rack" + id % racks));
      image = image.apply(new BrokerEvent.BrokerRegistered(broker));
    }
    return image;
  }
}
