package milena.broker.partition;

import static org.junit.Assert.assertEquals;

import java.util.List;
import milena.common.TopicIdPartition;
import milena.metadata.ClusterImage;
import milena.metadata.PartitionImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.junit.Test;
import org.pcollections.PMap;
import org.pcollections.TreePVector;
import org.scalatestplus.junit.JUnitSuite;

public class ReplicaChangesTest extends JUnitSuite {
  private static final int SELF = 1;
  private static final int OTHER = 2;

  /** One partition with a replica here, one without. */
  private static final TopicImage ORDERS = topic(7, "orders", on(SELF), on(OTHER));

  private static PartitionImage on(Integer... brokers) {
    return Replicas.image(0, 0, brokers[0], List.of(brokers), brokers);
  }

  private static TopicImage topic(int id, String name, PartitionImage... partitions) {
    return new TopicImage(new Uuid(id, id), name, TreePVector.from(List.of(partitions)));
  }

  private static ClusterImage with(ClusterImage image, TopicImage topic) {
    return of(image.topics().plus(topic.id(), topic));
  }

  private static ClusterImage without(ClusterImage image, TopicImage topic) {
    return of(image.topics().minus(topic.id()));
  }

  private static ClusterImage of(PMap<Uuid, TopicImage> topics) {
    ClusterImage none = ClusterImage.EMPTY;
    return new ClusterImage(
        0, none.clusterId(), none.brokers(), topics, none.topicIds(), none.configs(), 0);
  }

  private static ReplicaChanges between(ClusterImage before, ClusterImage now) {
    return ReplicaChanges.between(before, now, SELF);
  }

  private static TopicIdPartition id(TopicImage topic, int partition) {
    return new TopicIdPartition(topic.id(), partition);
  }

  private static ReplicaChanges.Ours ours(TopicImage topic, int partition) {
    return new ReplicaChanges.Ours(id(topic, partition), topic.name(), topic.partition(partition));
  }

  @Test
  public void ofANewTopicWeTakeWhatIsOurs() {
    assertEquals(
        new ReplicaChanges(List.of(ours(ORDERS, 0)), List.of(id(ORDERS, 1)), List.of()),
        between(ClusterImage.EMPTY, with(ClusterImage.EMPTY, ORDERS)));
  }

  @Test
  public void whatIsAsItWasIsNotToldAgain() {
    ClusterImage before = with(ClusterImage.EMPTY, ORDERS);
    TopicImage others = topic(8, "others", on(OTHER));
    assertEquals(
        new ReplicaChanges(List.of(), List.of(id(others, 0)), List.of()),
        between(before, with(before, others)));
    PartitionImage came = on(OTHER, SELF);
    TopicImage reassigned = topic(7, "orders", ORDERS.partition(0), came);
    assertEquals(
        new ReplicaChanges(List.of(ours(reassigned, 1)), List.of(), List.of()),
        between(before, with(before, reassigned)));
  }

  @Test
  public void aReplicaThatWasReassignedIsAnothers() {
    TopicImage reassigned = topic(7, "orders", on(OTHER), ORDERS.partition(1));
    assertEquals(
        new ReplicaChanges(List.of(), List.of(id(ORDERS, 0)), List.of()),
        between(with(ClusterImage.EMPTY, ORDERS), with(ClusterImage.EMPTY, reassigned)));
  }

  @Test
  public void aTopicMadeAnewUnderItsNameIsAnotherOne() {
    ClusterImage before = with(ClusterImage.EMPTY, ORDERS);
    TopicImage anew = topic(9, "orders", on(SELF));
    assertEquals(
        new ReplicaChanges(List.of(ours(anew, 0)), List.of(), List.of(ORDERS)),
        between(before, with(without(before, ORDERS), anew)));
  }
}
