package milena.kafka.api;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import akka.actor.testkit.typed.javadsl.TestKitJunitResource;
import java.util.ArrayList;
import java.util.List;
import milena.metadata.BrokerEvent;
import milena.metadata.PartitionImage;
import milena.metadata.TopicEvent;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Assert;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class MetadataHandlerTest extends JUnitSuite {
  @ClassRule public static final TestKitJunitResource KIT = new TestKitJunitResource();

  private static final Uuid WORDS = new Uuid(3, 3);

  private final AdminFixture admin = new AdminFixture(KIT.testKit(), "num.partitions=3");

  @Test
  public void namesBrokersAndTopicsInEveryVersion() {
    addWords(1);
    for (int version = 0; version <= ApiKeys.METADATA.latestVersion(); version++) {
      MetadataResponseData all = admin.call(version, request(version, (String[]) null));
      assertEquals(1, all.brokers().size());
      assertEquals("plaintext1", all.brokers().find(1).host());
      assertEquals(version == 0 ? null : "rack1", all.brokers().find(1).rack());
      assertEquals(version < 2 ? null : "cluster-1", all.clusterId());
      assertEquals(version == 0 ? -1 : 1, all.controllerId());
      MetadataResponseTopic topic = all.topics().find("words");
      assertEquals(version < 10 ? Uuid.ZERO_UUID : WORDS, topic.topicId());
      MetadataResponsePartition partition = topic.partitions().get(0);
      assertEquals(Errors.NONE.code(), partition.errorCode());
      assertEquals(1, partition.leaderId());
      assertEquals(version < 7 ? -1 : 5, partition.leaderEpoch());
      assertEquals(List.of(1), partition.replicaNodes());
      assertEquals(List.of(1), partition.isrNodes());
    }
  }

  @Test
  public void anEmptyListIsNoneButMeantAllInVersion0() {
    addWords(1);
    assertEquals(1, admin.<MetadataResponseData>call(0, request(0)).topics().size());
    assertEquals(0, admin.<MetadataResponseData>call(1, request(1)).topics().size());
    assertEquals(1, admin.<MetadataResponseData>call(13, request(13)).brokers().size());
  }

  @Test
  public void findsTopicsByTheirIds() {
    addWords(1);
    MetadataRequestData request = request(12);
    request.topics().add(new MetadataRequestTopic().setName(null).setTopicId(WORDS));
    request.topics().add(new MetadataRequestTopic().setName(null).setTopicId(new Uuid(4, 4)));
    MetadataResponseData response = admin.call(12, request);
    assertEquals("words", response.topics().find("words").name());
    MetadataResponseTopic unknown = response.topics().find((String) null);
    assertEquals(Errors.UNKNOWN_TOPIC_ID.code(), unknown.errorCode());
    assertEquals(new Uuid(4, 4), unknown.topicId());

    Assert.assertThrows(InvalidRequestException.class, () -> admin.call(10, named(null, WORDS)));
  }

  @Test
  public void makesWhatIsMissingWhenAskedTo() {
    MetadataResponseData response = admin.call(13, request(13, "fresh"));
    MetadataResponseTopic topic = response.topics().find("fresh");
    assertEquals(Errors.NONE.code(), topic.errorCode());
    assertEquals(3, topic.partitions().size());
    assertEquals(1, topic.partitions().get(2).leaderId());
    assertFalse(topic.isInternal());
    MetadataResponseData internal = admin.call(13, request(13, "__consumer_offsets"));
    assertTrue(internal.topics().find("__consumer_offsets").isInternal());
    assertEquals(50, internal.topics().find("__consumer_offsets").partitions().size());
    assertEquals(
        "compact",
        admin
            .images
            .current()
            .config(new ConfigResource(ConfigResource.Type.TOPIC, "__consumer_offsets"))
            .get("cleanup.policy"));
  }

  @Test
  public void doesNotMakeWhatNobodyAskedFor() {
    MetadataRequestData request = request(9, "fresh").setAllowAutoTopicCreation(false);
    MetadataResponseData response = admin.call(9, request);
    assertEquals(
        Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), response.topics().find("fresh").errorCode());
    AdminFixture strict = new AdminFixture(KIT.testKit(), "auto.create.topics.enable=false");
    MetadataResponseData refused = strict.call(9, request(9, "fresh", "a/b", ""));
    assertEquals(
        Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), refused.topics().find("fresh").errorCode());
    assertEquals(Errors.INVALID_TOPIC_EXCEPTION.code(), refused.topics().find("a/b").errorCode());
    assertEquals(Errors.INVALID_TOPIC_EXCEPTION.code(), refused.topics().find("").errorCode());
    assertNull(strict.images.current().topic("fresh"));
  }

  @Test
  public void saysWhyATopicCannotBeMade() {
    AdminFixture three = new AdminFixture(KIT.testKit(), "default.replication.factor=3");
    MetadataResponseData response = three.call(9, request(9, "fresh", "a/b"));
    assertEquals(
        Errors.INVALID_REPLICATION_FACTOR.code(), response.topics().find("fresh").errorCode());
    assertEquals(Errors.INVALID_TOPIC_EXCEPTION.code(), response.topics().find("a/b").errorCode());
  }

  @Test
  public void hidesWhoIsFencedOrElsewhere() {
    addWords(1, 2, 3);
    admin.images.apply(
        new BrokerEvent.BrokerRegistered(AdminFixture.broker(2, true, "PLAINTEXT")),
        new BrokerEvent.BrokerRegistered(AdminFixture.broker(3, false, "OUTSIDE")));
    MetadataResponseData response = admin.call(13, request(13, "words"));
    assertEquals(1, response.brokers().size());
    MetadataResponsePartition partition = response.topics().find("words").partitions().get(0);
    assertEquals(List.of(1, 2, 3), partition.replicaNodes());
    assertEquals(List.of(2, 3), partition.offlineReplicas());
    MetadataResponseData old = admin.call(0, request(0, "words"));
    MetadataResponsePartition known = old.topics().find("words").partitions().get(0);
    assertEquals(Errors.REPLICA_NOT_AVAILABLE.code(), known.errorCode());
    assertEquals(List.of(1, 2), known.replicaNodes());
  }

  @Test
  public void namesNoLeaderThatCannotBeDialled() {
    addWords(3);
    MetadataResponseData before = admin.call(13, request(13, "words"));
    MetadataResponsePartition gone = before.topics().find("words").partitions().get(0);
    assertEquals(Errors.LEADER_NOT_AVAILABLE.code(), gone.errorCode());
    assertEquals(-1, gone.leaderId());
    admin.images.apply(new BrokerEvent.BrokerRegistered(AdminFixture.broker(3, false, "OUTSIDE")));
    MetadataResponseData after = admin.call(13, request(13, "words"));
    assertEquals(
        Errors.LISTENER_NOT_FOUND.code(),
        after.topics().find("words").partitions().get(0).errorCode());
    MetadataResponseData older = admin.call(5, request(5, "words"));
    assertEquals(
        Errors.LEADER_NOT_AVAILABLE.code(),
        older.topics().find("words").partitions().get(0).errorCode());
  }

  @Test
  public void tellsWhatMayBeDoneWhenAsked() {
    addWords(1);
    MetadataRequestData request =
        request(8, "words")
            .setIncludeClusterAuthorizedOperations(true)
            .setIncludeTopicAuthorizedOperations(true);
    MetadataResponseData response = admin.call(8, request);
    assertEquals(AuthorizedOperations.CLUSTER, response.clusterAuthorizedOperations());
    assertEquals(
        AuthorizedOperations.TOPIC, response.topics().find("words").topicAuthorizedOperations());
    MetadataResponseData unasked = admin.call(8, request(8, "words"));
    assertEquals(Integer.MIN_VALUE, unasked.clusterAuthorizedOperations());
  }

  private void addWords(Integer... replicas) {
    List<Uuid> directories = List.of(replicas).stream().map(id -> new Uuid(7, 1000 + id)).toList();
    admin.images.apply(
        new TopicEvent.TopicCreated(
            WORDS,
            "words",
            List.of(
                new PartitionImage(
                    List.of(replicas),
                    directories,
                    List.of(replicas),
                    List.of(),
                    replicas[0],
                    5,
                    0))));
  }

  private static MetadataRequestData named(String name, Uuid id) {
    MetadataRequestData request = new MetadataRequestData();
    request.topics().add(new MetadataRequestTopic().setName(name).setTopicId(id));
    return request;
  }

  private static MetadataRequestData request(int version, String... names) {
    MetadataRequestData request = new MetadataRequestData();
    if (names == null) {
      return request.setTopics(version == 0 ? new ArrayList<>() : null);
    }
    for (String name : names) {
      request.topics().add(new MetadataRequestTopic().setName(name));
    }
    return request;
  }
}
