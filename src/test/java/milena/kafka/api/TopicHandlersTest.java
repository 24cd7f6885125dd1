package milena.kafka.api;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import akka.actor.testkit.typed.javadsl.TestKitJunitResource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class TopicHandlersTest extends JUnitSuite {
  @ClassRule public static final TestKitJunitResource KIT = new TestKitJunitResource();

  private final AdminFixture admin = new AdminFixture(KIT.testKit());

  @Test
  public void createsTopicsInEveryVersion() {
    for (int version = 2; version <= ApiKeys.CREATE_TOPICS.latestVersion(); version++) {
      CreatableTopic wanted = topic("t" + version, 2, 1);
      wanted.configs().add(config("retention.ms", "1000"));
      CreateTopicsResponseData response = admin.call(version, create(wanted));
      CreatableTopicResult result = response.topics().find("t" + version);
      assertEquals(Errors.NONE.code(), result.errorCode());
      TopicImage image = admin.images.current().topic("t" + version);
      assertEquals(version < 7 ? Uuid.ZERO_UUID : image.id(), result.topicId());
      assertEquals(2, image.partitions().size());
      if (version >= 5) {
        assertEquals(2, result.numPartitions());
        assertEquals(1, result.replicationFactor());
        Map<String, CreatableTopicConfigs> configs =
            result.configs().stream()
                .collect(Collectors.toMap(CreatableTopicConfigs::name, each -> each));
        assertEquals("1000", configs.get("retention.ms").value());
        assertEquals(1, configs.get("retention.ms").configSource());
        assertEquals("delete", configs.get("cleanup.policy").value());
        assertEquals(5, configs.get("cleanup.policy").configSource());
      }
    }
  }

  @Test
  public void onlyChecksWhenAskedTo() {
    CreateTopicsResponseData response =
        admin.call(7, create(topic("dry", -1, -1)).setValidateOnly(true));
    assertEquals(Errors.NONE.code(), response.topics().find("dry").errorCode());
    assertEquals(1, response.topics().find("dry").numPartitions());
    assertNull(admin.images.current().topic("dry"));
  }

  @Test
  public void refusesEachTopicForItsOwnReason() {
    admin.call(7, create(topic("there", 1, 1)));
    CreatableTopic bad = topic("bad", 1, 1);
    bad.configs().add(config("retention.ms", "soon"));
    CreatableTopic unknown = topic("unknown", 1, 1);
    unknown.configs().add(config("retention", "1"));
    CreatableTopic byHand = topic("hand", -1, -1);
    byHand
        .assignments()
        .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(List.of(9)));
    CreateTopicsResponseData response =
        admin.call(
            7,
            create(
                topic("there", 1, 1),
                topic("a/b", 1, 1),
                topic("zero", 0, 1),
                topic("three", 1, 3),
                topic("twice", 1, 1),
                topic("twice", 1, 1),
                topic("__cluster_metadata", 1, 1),
                bad,
                unknown,
                byHand,
                topic("good", 1, 1)));
    assertEquals(
        Map.of(
            "there", Errors.TOPIC_ALREADY_EXISTS,
            "a/b", Errors.INVALID_TOPIC_EXCEPTION,
            "zero", Errors.INVALID_PARTITIONS,
            "three", Errors.INVALID_REPLICATION_FACTOR,
            "twice", Errors.INVALID_REQUEST,
            "__cluster_metadata", Errors.INVALID_REQUEST,
            "bad", Errors.INVALID_CONFIG,
            "unknown", Errors.INVALID_CONFIG,
            "hand", Errors.INVALID_REPLICA_ASSIGNMENT,
            "good", Errors.NONE),
        response.topics().stream()
            .collect(
                Collectors.toMap(
                    CreatableTopicResult::name, each -> Errors.forCode(each.errorCode()))));
    assertEquals(
        "Unknown topic config name: retention", response.topics().find("unknown").errorMessage());
  }

  @Test
  public void answersWhenTheTopicCanBeUsed() {
    admin.opens = false;
    CompletableFuture<CreateTopicsResponseData> answer =
        admin.start(7, create(topic("slow", 2, 1)).setTimeoutMs(60_000));
    TopicImage image =
        new ImageWaits(admin.images).until(now -> now.topic("slow") != null).join().topic("slow");
    assertFalse(answer.isDone());
    admin.open(image);
    assertEquals(Errors.NONE.code(), answer.join().topics().find("slow").errorCode());
  }

  @Test
  public void doesNotWaitLongerThanTheClient() {
    admin.opens = false;
    CreateTopicsResponseData response = admin.call(7, create(topic("slow", 1, 1)).setTimeoutMs(50));
    assertEquals(Errors.NONE.code(), response.topics().find("slow").errorCode());
  }

  @Test
  public void deletesByNameInEveryVersion() {
    for (int version = 1; version <= ApiKeys.DELETE_TOPICS.latestVersion(); version++) {
      admin.call(7, create(topic("gone", 1, 1)));
      DeleteTopicsRequestData request = new DeleteTopicsRequestData().setTimeoutMs(1000);
      if (version < 6) {
        request.setTopicNames(List.of("gone", "never"));
      } else {
        request.topics().add(new DeleteTopicState().setName("gone"));
        request.topics().add(new DeleteTopicState().setName("never"));
      }
      DeleteTopicsResponseData response = admin.call(version, request);
      assertEquals(Errors.NONE.code(), response.responses().find("gone").errorCode());
      assertEquals(
          Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), response.responses().find("never").errorCode());
      assertNull(admin.images.current().topic("gone"));
    }
  }

  @Test
  public void deletesByIdAndTellsTheName() {
    CreateTopicsResponseData made = admin.call(7, create(topic("gone", 1, 1)));
    Uuid id = made.topics().find("gone").topicId();
    assertNotEquals(Uuid.ZERO_UUID, id);
    DeleteTopicsRequestData request = new DeleteTopicsRequestData().setTimeoutMs(1000);
    request.topics().add(new DeleteTopicState().setName(null).setTopicId(id));
    request.topics().add(new DeleteTopicState().setName(null).setTopicId(new Uuid(9, 9)));
    request.topics().add(new DeleteTopicState().setName("both").setTopicId(new Uuid(8, 8)));
    request.topics().add(new DeleteTopicState().setName(null));
    DeleteTopicsResponseData response = admin.call(6, request);
    Map<Uuid, Errors> byId =
        response.responses().stream()
            .collect(
                Collectors.toMap(
                    DeletableTopicResult::topicId, each -> Errors.forCode(each.errorCode())));
    assertEquals(
        Map.of(
            id,
            Errors.NONE,
            new Uuid(9, 9),
            Errors.UNKNOWN_TOPIC_ID,
            new Uuid(8, 8),
            Errors.INVALID_REQUEST,
            Uuid.ZERO_UUID,
            Errors.INVALID_REQUEST),
        byId);
    assertEquals(id, response.responses().find("gone").topicId());
  }

  @Test
  public void keepsTopicsWhereDeletionIsOff() {
    AdminFixture keeping = new AdminFixture(KIT.testKit(), "delete.topic.enable=false");
    keeping.call(7, create(topic("kept", 1, 1)));
    DeleteTopicsRequestData request = new DeleteTopicsRequestData();
    request.setTopicNames(List.of("kept"));
    DeleteTopicsResponseData response = keeping.call(5, request);
    assertEquals(
        Errors.TOPIC_DELETION_DISABLED.code(), response.responses().find("kept").errorCode());
    DeleteTopicsResponseData older = keeping.call(2, request);
    assertEquals(Errors.INVALID_REQUEST.code(), older.responses().find("kept").errorCode());
    assertNotNull(keeping.images.current().topic("kept"));
  }

  @Test
  public void growsTopicsInEveryVersion() {
    admin.call(7, create(topic("words", 1, 1)));
    for (int version = 0; version <= ApiKeys.CREATE_PARTITIONS.latestVersion(); version++) {
      CreatePartitionsRequestData request = grow("words", version + 2);
      request.topics().add(new CreatePartitionsTopic().setName("never").setCount(2));
      CreatePartitionsResponseData response = admin.call(version, request);
      assertEquals(
          Map.of("words", Errors.NONE, "never", Errors.UNKNOWN_TOPIC_OR_PARTITION),
          response.results().stream()
              .collect(
                  Collectors.toMap(each -> each.name(), each -> Errors.forCode(each.errorCode()))));
      assertEquals(version + 2, admin.images.current().topic("words").partitions().size());
    }
    CreatePartitionsResponseData shrunk = admin.call(3, grow("words", 1));
    assertEquals(Errors.INVALID_PARTITIONS.code(), shrunk.results().get(0).errorCode());
    assertTrue(shrunk.results().get(0).errorMessage().contains("would not be an increase"));
    CreatePartitionsRequestData byHand = grow("words", 6);
    byHand
        .topics()
        .find("words")
        .setAssignments(List.of(new CreatePartitionsAssignment().setBrokerIds(List.of(1))));
    assertEquals(
        Errors.NONE.code(),
        admin.<CreatePartitionsResponseData>call(3, byHand).results().get(0).errorCode());
    assertEquals(6, admin.images.current().topic("words").partitions().size());
  }

  private static CreateTopicsRequestData create(CreatableTopic... topics) {
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(5000);
    for (CreatableTopic topic : topics) {
      request.topics().mustAdd(topic);
    }
    return request;
  }

  private static CreatableTopic topic(String name, int partitions, int replicas) {
    return new CreatableTopic()
        .setName(name)
        .setNumPartitions(partitions)
        .setReplicationFactor((short) replicas);
  }

  private static CreatableTopicConfig config(String name, String value) {
    return new CreatableTopicConfig().setName(name).setValue(value);
  }

  private static CreatePartitionsRequestData grow(String topic, int count) {
    CreatePartitionsRequestData request = new CreatePartitionsRequestData().setTimeoutMs(5000);
    request
        .topics()
        .add(new CreatePartitionsTopic().setName(topic).setCount(count).setAssignments(null));
    return request;
  }
}
