package milena.it;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import milena.testing.WireClient;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.*;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** The part of {@link WireExamples} that is about groups and their offsets. */
final class WireGroupExamples {
  private static final String MEMBER_TYPE = "consumer";

  private final String topic;
  private final Uuid topicId;
  private final Map<ApiKeys, WireExamples.Example> examples = new EnumMap<>(ApiKeys.class);

  WireGroupExamples(String topic, Uuid topicId) {
    this.topic = topic;
    this.topicId = topicId;
    makeAll();
  }

  Map<ApiKeys, WireExamples.Example> all() {
    return examples;
  }

  private void makeAll() {
    examples.put(
        ApiKeys.FIND_COORDINATOR,
        (client, version) -> {
          var request = new FindCoordinatorRequestData();
          if (version >= 4) {
            request.setCoordinatorKeys(List.of("one", "other"));
          } else {
            request.setKey("one");
          }
          var response = client.call(FindCoordinatorResponseData.class, request, version);
          assertEquals(
              1, version >= 4 ? response.coordinators().get(1).nodeId() : response.nodeId());
          return response;
        });
    examples.put(ApiKeys.JOIN_GROUP, (client, version) -> member(client, version, 5, 4, 5));
    examples.put(ApiKeys.SYNC_GROUP, (client, version) -> member(client, 9, version, 4, 5));
    examples.put(ApiKeys.HEARTBEAT, (client, version) -> member(client, 9, 5, version, 5));
    examples.put(ApiKeys.LEAVE_GROUP, (client, version) -> member(client, 9, 5, 4, version));
    examples.put(
        ApiKeys.OFFSET_COMMIT,
        (client, version) -> commit(client, BrokerRule.fresh("wire"), version));
    examples.put(
        ApiKeys.OFFSET_FETCH,
        (client, version) -> {
          String group = BrokerRule.fresh("wire");
          commit(client, group, 8);
          var response =
              client.call(OffsetFetchResponseData.class, fetchOffsets(group, version), version);
          if (version >= 8) {
            var found = response.groups().get(0).topics().get(0);
            assertEquals(4, found.partitions().get(0).committedOffset());
            assertEquals("note", found.partitions().get(0).metadata());
          } else {
            assertEquals(4, response.topics().get(0).partitions().get(0).committedOffset());
          }
          return response;
        });
    examples.put(
        ApiKeys.DESCRIBE_GROUPS,
        (client, version) -> {
          String group = BrokerRule.fresh("wire");
          commit(client, group, 8);
          var request = new DescribeGroupsRequestData().setGroups(List.of(group));
          var response = client.call(DescribeGroupsResponseData.class, request, version);
          assertEquals("Empty", response.groups().get(0).groupState());
          return response;
        });
    examples.put(
        ApiKeys.LIST_GROUPS,
        (client, version) -> {
          String group = BrokerRule.fresh("wire");
          commit(client, group, 8);
          var response =
              client.call(ListGroupsResponseData.class, new ListGroupsRequestData(), version);
          assertTrue(response.groups().stream().map(g -> g.groupId()).toList().contains(group));
          return response;
        });
    examples.put(
        ApiKeys.DELETE_GROUPS,
        (client, version) -> {
          String group = BrokerRule.fresh("wire");
          commit(client, group, 8);
          var request = new DeleteGroupsRequestData().setGroupsNames(List.of(group));
          return client.call(DeleteGroupsResponseData.class, request, version);
        });
    examples.put(
        ApiKeys.OFFSET_DELETE,
        (client, version) -> {
          String group = BrokerRule.fresh("wire");
          commit(client, group, 8);
          var topics = new OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection();
          topics.add(
              new OffsetDeleteRequestData.OffsetDeleteRequestTopic()
                  .setName(topic)
                  .setPartitions(
                      List.of(
                          new OffsetDeleteRequestData.OffsetDeleteRequestPartition()
                              .setPartitionIndex(0))));
          var request = new OffsetDeleteRequestData().setGroupId(group).setTopics(topics);
          return client.call(OffsetDeleteResponseData.class, request, version);
        });
  }

  private OffsetFetchRequestData fetchOffsets(String group, int version) {
    if (version < 8) {
      return new OffsetFetchRequestData()
          .setGroupId(group)
          .setTopics(
              List.of(
                  new OffsetFetchRequestData.OffsetFetchRequestTopic()
                      .setName(topic)
                      .setPartitionIndexes(List.of(0))));
    }
    var topics = new OffsetFetchRequestData.OffsetFetchRequestTopics();
    topics.setPartitionIndexes(List.of(0));
    return new OffsetFetchRequestData()
        .setGroups(
            List.of(
                new OffsetFetchRequestData.OffsetFetchRequestGroup()
                    .setGroupId(group)
                    .setTopics(
                        List.of(
                            version >= 10 ? topics.setTopicId(topicId) : topics.setName(topic)))));
  }

  private ApiMessage commit(WireClient client, String group, int version) throws Exception {
    var partition =
        new OffsetCommitRequestData.OffsetCommitRequestPartition()
            .setPartitionIndex(0)
            .setCommittedOffset(4)
            .setCommittedMetadata("note");
    var data =
        new OffsetCommitRequestData.OffsetCommitRequestTopic().setPartitions(List.of(partition));
    var request =
        new OffsetCommitRequestData()
            .setGroupId(group)
            .setTopics(List.of(version >= 10 ? data.setTopicId(topicId) : data.setName(topic)));
    awaitCoordinator(client, group);
    return client.call(OffsetCommitResponseData.class, request, version);
  }

  /** The coordinator of a group may still be loading what it knows when it is first asked. */
  private void awaitCoordinator(WireClient client, String group) {
    Await.until(
        "the coordinator serves",
        () -> {
          var found =
              client.call(
                  FindCoordinatorResponseData.class,
                  new FindCoordinatorRequestData().setKey(group),
                  3);
          var answer =
              client.call(
                  HeartbeatResponseData.class,
                  new HeartbeatRequestData().setGroupId(group).setMemberId("nobody"),
                  4);
          return found.errorCode() == 0 && answer.errorCode() == Errors.UNKNOWN_MEMBER_ID.code();
        });
  }

  /** The life of a member, each step in the version that is given for it. */
  private ApiMessage member(WireClient client, int join, int sync, int heartbeat, int leave)
      throws Exception {
    String group = BrokerRule.fresh("wire-member");
    awaitCoordinator(client, group);
    JoinGroupResponseData joined = join(client, group, join);
    assertEquals(joined.memberId(), joined.leader());
    assertEquals(1, joined.members().size());
    byte[] assignment = {1, 2, 3};
    SyncGroupRequestData syncing =
        new SyncGroupRequestData()
            .setGroupId(group)
            .setMemberId(joined.memberId())
            .setGenerationId(joined.generationId())
            .setAssignments(
                List.of(
                    new SyncGroupRequestData.SyncGroupRequestAssignment()
                        .setMemberId(joined.memberId())
                        .setAssignment(assignment)));
    if (sync >= 5) {
      syncing.setProtocolType(MEMBER_TYPE).setProtocolName("range");
    }
    var synced = client.call(SyncGroupResponseData.class, syncing, sync);
    EveryVersionIT.assertNoError("SYNC_GROUP v" + sync, synced);
    assertArrayEquals(assignment, synced.assignment());
    var beat =
        client.call(
            HeartbeatResponseData.class,
            new HeartbeatRequestData()
                .setGroupId(group)
                .setMemberId(joined.memberId())
                .setGenerationId(joined.generationId()),
            heartbeat);
    EveryVersionIT.assertNoError("HEARTBEAT v" + heartbeat, beat);
    LeaveGroupRequestData leaving = new LeaveGroupRequestData().setGroupId(group);
    if (leave >= 3) {
      leaving.setMembers(
          List.of(new LeaveGroupRequestData.MemberIdentity().setMemberId(joined.memberId())));
    } else {
      leaving.setMemberId(joined.memberId());
    }
    return client.call(LeaveGroupResponseData.class, leaving, leave);
  }

  private JoinGroupResponseData join(WireClient client, String group, int version)
      throws Exception {
    ByteBuffer subscription =
        ConsumerProtocol.serializeSubscription(new Subscription(List.of(topic)));
    byte[] metadata = new byte[subscription.remaining()];
    subscription.get(metadata);
    var protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
    protocols.add(
        new JoinGroupRequestData.JoinGroupRequestProtocol().setName("range").setMetadata(metadata));
    JoinGroupRequestData request =
        new JoinGroupRequestData()
            .setGroupId(group)
            .setSessionTimeoutMs(10_000)
            .setProtocolType(MEMBER_TYPE)
            .setProtocols(protocols);
    if (version >= 1) {
      request.setRebalanceTimeoutMs(10_000);
    }
    JoinGroupResponseData joined = client.call(JoinGroupResponseData.class, request, version);
    if (version >= 4) {
      assertEquals(Errors.MEMBER_ID_REQUIRED.code(), joined.errorCode());
      request.setMemberId(joined.memberId());
      joined = client.call(JoinGroupResponseData.class, request, version);
    }
    EveryVersionIT.assertNoError("JOIN_GROUP v" + version, joined);
    return joined;
  }
}
