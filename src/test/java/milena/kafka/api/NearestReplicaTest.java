package milena.kafka.api;

import static org.junit.Assert.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import milena.common.TopicIdPartition;
import milena.metadata.BrokerImage;
import milena.metadata.ClusterImage;
import milena.metadata.PartitionImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.junit.Test;
import org.pcollections.TreePVector;
import org.scalatestplus.junit.JUnitSuite;

/** Consumers are sent to the follower in their rack, if it can serve them. */
public class NearestReplicaTest extends JUnitSuite {
  private static final TopicIdPartition ID = new TopicIdPartition(new Uuid(1, 1), 0);

  private ClusterImage image = ClusterImage.EMPTY;

  @Test
  public void itIsTheFollowerInTheRack() {
    brokers("east", "west", "north");
    assertEquals(OptionalInt.of(2), nearest(List.of(1, 2, 3), "west"));
    assertEquals(OptionalInt.of(3), nearest(List.of(1, 2, 3), "north"));
  }

  @Test
  public void itIsTheLeaderInItsOwnRackAndWhereNobodyElseIs() {
    brokers("east", "east", "west");
    assertEquals(OptionalInt.empty(), nearest(List.of(1, 2, 3), "east"));
    assertEquals(OptionalInt.empty(), nearest(List.of(1, 2, 3), "south"));
  }

  @Test
  public void whoIsNotInSyncOrNotActiveIsNotChosen() {
    brokers("east", "west", "west");
    assertEquals(OptionalInt.of(3), nearest(List.of(1, 3), "west"));
    broker(3, "west", true);
    assertEquals(OptionalInt.empty(), nearest(List.of(1, 3), "west"));
  }

  @Test
  public void whoHasNoSuchListenerIsNotChosen() {
    brokers("east", "west", "west");
    partition(List.of(1, 2, 3));
    assertEquals(OptionalInt.empty(), NearestReplica.of(image, ID, "west", "OTHER"));
  }

  private OptionalInt nearest(List<Integer> inSync, String rack) {
    partition(inSync);
    return NearestReplica.of(image, ID, rack, "PLAINTEXT");
  }

  private void brokers(String... racks) {
    for (int i = 0; i < racks.length; i++) {
      broker(i + 1, racks[i], false);
    }
  }

  private void broker(int id, String rack, boolean fenced) {
    BrokerImage broker =
        new BrokerImage(
            id,
            1,
            Uuid.ZERO_UUID,
            Map.of("PLAINTEXT", new BrokerImage.Endpoint("host", 9092, "PLAINTEXT")),
            Optional.of(rack),
            List.of(),
            fenced,
            false);
    image =
        new ClusterImage(
            1,
            Optional.of("cluster"),
            image.brokers().plus(id, broker),
            image.topics(),
            image.topicIds(),
            image.configs(),
            0);
  }

  private void partition(List<Integer> inSync) {
    List<Integer> replicas = List.of(1, 2, 3);
    PartitionImage partition =
        new PartitionImage(
            replicas,
            List.of(Uuid.ZERO_UUID, Uuid.ZERO_UUID, Uuid.ZERO_UUID),
            inSync,
            List.of(),
            1,
            0,
            0);
    image =
        new ClusterImage(
            1,
            Optional.of("cluster"),
            image.brokers(),
            image
                .topics()
                .plus(
                    ID.topicId(),
                    new TopicImage(ID.topicId(), "t", TreePVector.singleton(partition))),
            image.topicIds().plus("t", ID.topicId()),
            image.configs(),
            0);
  }
}
