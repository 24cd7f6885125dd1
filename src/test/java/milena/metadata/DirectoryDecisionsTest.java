package milena.metadata;

import static org.junit.Assert.assertEquals;

import java.util.List;
import milena.common.Outcome;
import milena.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** What brokers say of the directories their replicas are in, and what follows from it. */
public class DirectoryDecisionsTest extends JUnitSuite {
  private static final Uuid SECOND = new Uuid(6, 1);
  private static final TopicIdPartition PARTITION = new TopicIdPartition(Images.topicId("t"), 0);

  private final DirectoryDecisions decisions = new DirectoryDecisions(new ElectionRules(1, false));

  /** Broker 1 with two directories leads a partition in the first, broker 2 follows. */
  private static ClusterImage image(Uuid... onlineOfOne) {
    ClusterImage image = Images.brokers(3);
    image = image.apply(new BrokerEvent.BrokerDirectoriesChanged(1, 101, List.of(onlineOfOne)));
    return Images.withTopic(image, "t", Images.partition(1, 2));
  }

  private Decision<List<Outcome>> assign(ClusterImage image, long epoch, Uuid directory) {
    return decisions.assign(image, 1, epoch, List.of(new AssignedReplica(PARTITION, directory)));
  }

  @Test
  public void aReplicaThatMovedKeepsItsPlaceInSync() {
    ClusterImage image = image(Images.directory(1), SECOND);
    ClusterImage after = Images.after(image, assign(image, 101, SECOND));
    PartitionImage now = after.partition(PARTITION);
    assertEquals(SECOND, now.directoryOf(1));
    assertEquals(Images.directory(2), now.directoryOf(2));
    assertEquals(List.of(1, 2), now.isr());
    assertEquals(1, now.leader());
    assertEquals(0, now.leaderEpoch());
    assertEquals(1, now.partitionEpoch());
    assertEquals("known already", List.of(), assign(after, 101, SECOND).events());
  }

  @Test
  public void aReplicaInAFailedDirectoryCountsNoLonger() {
    ClusterImage image = image(Images.directory(1));
    PartitionImage now = Images.after(image, assign(image, 101, SECOND)).partition(PARTITION);
    assertEquals(SECOND, now.directoryOf(1));
    assertEquals(List.of(2), now.isr());
    assertEquals(2, now.leader());
    assertEquals(1, now.leaderEpoch());
  }

  @Test
  public void onlyTheReplicasOfThisIncarnation() {
    ClusterImage image = image(Images.directory(1), SECOND);
    assertEquals(
        List.of(Outcome.of(Errors.STALE_BROKER_EPOCH)), assign(image, 100, SECOND).reply());
    Uuid unknown = new Uuid(9, 9);
    Decision<List<Outcome>> decision =
        decisions.assign(
            image,
            3,
            103,
            List.of(
                new AssignedReplica(new TopicIdPartition(unknown, 0), SECOND),
                new AssignedReplica(new TopicIdPartition(PARTITION.topicId(), 5), SECOND),
                new AssignedReplica(PARTITION, SECOND)));
    assertEquals(
        List.of(
            Outcome.of(Errors.UNKNOWN_TOPIC_ID),
            Outcome.of(Errors.UNKNOWN_TOPIC_OR_PARTITION),
            Outcome.of(Errors.NOT_LEADER_OR_FOLLOWER)),
        decision.reply());
    assertEquals(List.of(), decision.events());
  }
}
