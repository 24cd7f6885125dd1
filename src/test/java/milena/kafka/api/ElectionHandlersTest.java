package milena.kafka.api;

import static org.junit.Assert.assertEquals;

import akka.actor.testkit.typed.javadsl.TestKitJunitResource;
import java.util.List;
import milena.metadata.BrokerEvent;
import milena.metadata.PartitionImage;
import milena.metadata.TopicEvent;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitionsCollection;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKeyCollection;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Who leads and where partitions are, on an operator's word; and what the cluster's levels are. */
public class ElectionHandlersTest extends JUnitSuite {
  @ClassRule public static final TestKitJunitResource KIT = new TestKitJunitResource();

  private final AdminFixture admin = new AdminFixture(KIT.testKit());

  /** Partition 0 is led by 2, although 3 is preferred; 1 is by 3. */
  @Before
  public void makeTopic() {
    List<Integer> replicas = List.of(3, 2);
    List<Uuid> directories = List.of(new Uuid(7, 1003), new Uuid(7, 1002));
    admin.images.apply(
        new BrokerEvent.BrokerRegistered(AdminFixture.broker(2, false, "PLAINTEXT")),
        new BrokerEvent.BrokerRegistered(AdminFixture.broker(3, false, "PLAINTEXT")),
        new TopicEvent.TopicCreated(
            new Uuid(9, 9),
            "t",
            List.of(
                new PartitionImage(replicas, directories, List.of(2, 3), List.of(), 2, 0, 0),
                new PartitionImage(replicas, directories, List.of(2, 3), List.of(), 3, 0, 0))));
  }

  private static ElectLeadersRequestData elect(int type, String topic, Integer... partitions) {
    TopicPartitionsCollection topics = new TopicPartitionsCollection();
    topics.add(new TopicPartitions().setTopic(topic).setPartitions(List.of(partitions)));
    return new ElectLeadersRequestData().setElectionType((byte) type).setTopicPartitions(topics);
  }

  private List<Errors> errors(ElectLeadersResponseData response) {
    return response.replicaElectionResults().get(0).partitionResult().stream()
        .map(PartitionResult::errorCode)
        .map(Errors::forCode)
        .toList();
  }

  @Test
  public void preferredLeadersAreElectedInEveryVersion() {
    for (int version = 0; version <= 2; version++) {
      makeSureThatTwoLeads();
      ElectLeadersResponseData response = admin.call(version, elect(0, "t", 0, 1, 5));
      assertEquals(
          List.of(Errors.NONE, Errors.ELECTION_NOT_NEEDED, Errors.UNKNOWN_TOPIC_OR_PARTITION),
          errors(response));
      assertEquals(3, admin.images.current().topic("t").partition(0).leader());
    }
  }

  private void makeSureThatTwoLeads() {
    admin.images.apply(new TopicEvent.TopicDeleted(new Uuid(9, 9)));
    makeTopic();
  }

  @Test
  public void onlyWhatNeedsElectionIsNamedWhenAllAreAskedFor() {
    ElectLeadersResponseData response =
        admin.call(2, new ElectLeadersRequestData().setTopicPartitions(null));
    assertEquals(List.of(Errors.NONE), errors(response));
    ElectLeadersResponseData unknown = admin.call(2, elect(9, "t", 0));
    assertEquals(Errors.INVALID_REQUEST.code(), unknown.errorCode());
  }

  private static AlterPartitionReassignmentsRequestData move(List<Integer> to) {
    return new AlterPartitionReassignmentsRequestData()
        .setTopics(
            List.of(
                new ReassignableTopic()
                    .setName("t")
                    .setPartitions(
                        List.of(
                            new ReassignablePartition().setPartitionIndex(0).setReplicas(to)))));
  }

  private Errors moved(int version, AlterPartitionReassignmentsRequestData request) {
    AlterPartitionReassignmentsResponseData response = admin.call(version, request);
    assertEquals(Errors.NONE.code(), response.errorCode());
    ReassignablePartitionResponse only = response.responses().get(0).partitions().get(0);
    assertEquals(0, only.partitionIndex());
    return Errors.forCode(only.errorCode());
  }

  @Test
  public void movesAreBegunListedAndGivenUp() {
    assertEquals(Errors.NO_REASSIGNMENT_IN_PROGRESS, moved(0, move(null)));
    assertEquals(Errors.INVALID_REPLICA_ASSIGNMENT, moved(0, move(List.of(1, 8))));
    assertEquals(Errors.NONE, moved(0, move(List.of(1, 2))));
    ListPartitionReassignmentsResponseData all =
        admin.call(0, new ListPartitionReassignmentsRequestData());
    OngoingPartitionReassignment ongoing = all.topics().get(0).partitions().get(0);
    assertEquals(List.of(1, 2, 3), ongoing.replicas());
    assertEquals(List.of(1), ongoing.addingReplicas());
    assertEquals(List.of(3), ongoing.removingReplicas());
    ListPartitionReassignmentsResponseData other =
        admin.call(
            0,
            new ListPartitionReassignmentsRequestData()
                .setTopics(
                    List.of(
                        new ListPartitionReassignmentsTopics()
                            .setName("t")
                            .setPartitionIndexes(List.of(1, 7)),
                        new ListPartitionReassignmentsTopics().setName("nowhere"))));
    assertEquals(List.of(), other.topics());
    assertEquals(Errors.NONE, moved(1, move(null)));
    ListPartitionReassignmentsResponseData none =
        admin.call(0, new ListPartitionReassignmentsRequestData());
    assertEquals(List.of(), none.topics());
  }

  @Test
  public void aClientMayWantTheFactorKept() {
    assertEquals(
        Errors.INVALID_REPLICATION_FACTOR,
        moved(1, move(List.of(1, 2, 3)).setAllowReplicationFactorChange(false)));
    assertEquals(Errors.NONE, moved(1, move(List.of(1, 2, 3))));
  }

  @Test
  public void aBrokerIsStruckOffTheListOnce() {
    UnregisterBrokerRequestData request = new UnregisterBrokerRequestData().setBrokerId(2);
    UnregisterBrokerResponseData gone = admin.call(0, request);
    assertEquals(Errors.NONE.code(), gone.errorCode());
    assertEquals(null, admin.images.current().brokers().get(2));
    UnregisterBrokerResponseData again = admin.call(0, request);
    assertEquals(Errors.BROKER_ID_NOT_REGISTERED.code(), again.errorCode());
  }

  @Test
  public void levelsAreAsTheyAre() {
    for (int version = 0; version <= 2; version++) {
      assertEquals(Errors.NONE, updated(version, "metadata.version", 30));
      assertEquals(Errors.NONE, updated(version, "share.version", 0));
      assertEquals(Errors.INVALID_UPDATE_VERSION, updated(version, "metadata.version", 29));
      assertEquals(Errors.INVALID_UPDATE_VERSION, updated(version, "metadata.version", 31));
      assertEquals(Errors.INVALID_UPDATE_VERSION, updated(version, "share.version", 1));
      assertEquals(
          Errors.INVALID_UPDATE_VERSION, updated(version, "eligible.leader.replicas.version", 0));
    }
  }

  private Errors updated(int version, String feature, int level) {
    FeatureUpdateKeyCollection updates = new FeatureUpdateKeyCollection();
    updates.add(new FeatureUpdateKey().setFeature(feature).setMaxVersionLevel((short) level));
    UpdateFeaturesResponseData response =
        admin.call(version, new UpdateFeaturesRequestData().setFeatureUpdates(updates));
    return Errors.forCode(
        version < 2 ? response.results().find(feature).errorCode() : response.errorCode());
  }
}
