package milena.kafka.api;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import milena.broker.coordinator.CoordinatorWorld;
import milena.broker.coordinator.GroupRegistry;
import milena.group.GroupConfig;
import milena.group.classic.ClassicConfig;
import milena.group.offsets.OffsetsConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData.MemberIdentity;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Every group API in every version that is served: the request is read from its bytes, a real
 * coordinator answers, and the answer can be written in that version.
 */
public class GroupHandlersTest extends JUnitSuite {
  private static CoordinatorWorld world;
  private static GroupAccess groups;
  private static Uuid topicId;
  private static int fresh;

  private final JoinGroupHandler join =
      new JoinGroupHandler(
          groups, new ClassicConfig(0, 1_000, 60_000, 10, 1_000), () -> "id" + fresh++);
  private final SyncGroupHandler sync = new SyncGroupHandler(groups);
  private final HeartbeatHandler heartbeat = new HeartbeatHandler(groups);
  private final LeaveGroupHandler leave = new LeaveGroupHandler(groups);
  private final OffsetCommitHandler commit = new OffsetCommitHandler(groups, world.images());
  private final OffsetFetchHandler fetch = new OffsetFetchHandler(groups, world.images());

  @BeforeClass
  public static void start() {
    world =
        new CoordinatorWorld(
            new GroupConfig(
                new ClassicConfig(0, 1_000, 60_000, 10, 1_000), OffsetsConfig.DEFAULTS));
    world.lead(2, 1);
    topicId = world.makeTopic("t");
    groups = new GroupAccess(world.registry());
    // So many groups that each partition coordinates some.
    for (int i = 0; i < 20; i++) {
      awaitCoordinator("nobodys-" + i);
    }
  }

  /** Who is no coordinator yet, or has not read its groups yet, knows nothing of members. */
  private static void awaitCoordinator(String group) {
    HeartbeatHandler asked = new HeartbeatHandler(groups);
    HeartbeatRequestData beat =
        new HeartbeatRequestData().setGroupId(group).setMemberId("nobody").setGenerationId(1);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    short told = Errors.NOT_COORDINATOR.code();
    while (told != Errors.UNKNOWN_MEMBER_ID.code()) {
      assertTrue(Errors.forCode(told).name(), System.nanoTime() < deadline);
      told = call(asked, asked.maxVersion(), beat, new HeartbeatResponseData()).errorCode();
    }
  }

  @AfterClass
  public static void stop() {
    world.close();
  }

  @Test
  public void membersJoinSyncBeatAndLeaveInEveryVersion() {
    for (short v = join.minVersion(); v <= join.maxVersion(); v++) {
      String group = "classic-" + v;
      JoinGroupResponseData joined = joined(group, v);
      assertEquals(1, joined.generationId());
      assertEquals("range", joined.protocolName());
      assertEquals(joined.memberId(), joined.leader());
      assertArrayEquals(new byte[] {1}, joined.members().get(0).metadata());
      assertEquals(v >= 7 ? "consumer" : null, joined.protocolType());

      short syncVersion = (short) Math.min(v, sync.maxVersion());
      SyncGroupResponseData synced =
          call(sync, syncVersion, syncOf(group, joined, syncVersion), new SyncGroupResponseData());
      assertEquals(0, synced.errorCode());
      assertArrayEquals(new byte[] {7}, synced.assignment());

      short beatVersion = (short) Math.min(v, heartbeat.maxVersion());
      HeartbeatRequestData beat =
          new HeartbeatRequestData()
              .setGroupId(group)
              .setMemberId(joined.memberId())
              .setGenerationId(1);
      assertEquals(0, call(heartbeat, beatVersion, beat, new HeartbeatResponseData()).errorCode());

      short leaveVersion = (short) Math.min(v, leave.maxVersion());
      LeaveGroupRequestData leaving = new LeaveGroupRequestData().setGroupId(group);
      if (leaveVersion < 3) {
        leaving.setMemberId(joined.memberId());
      } else {
        leaving.setMembers(
            List.of(
                new MemberIdentity().setMemberId(joined.memberId()),
                new MemberIdentity().setMemberId("stranger")));
      }
      LeaveGroupResponseData left =
          call(leave, leaveVersion, leaving, new LeaveGroupResponseData());
      assertEquals(0, left.errorCode());
      if (leaveVersion >= 3) {
        assertEquals(0, left.members().get(0).errorCode());
        assertEquals(Errors.UNKNOWN_MEMBER_ID.code(), left.members().get(1).errorCode());
      } else {
        assertEquals(
            Errors.UNKNOWN_MEMBER_ID.code(),
            call(leave, leaveVersion, leaving, new LeaveGroupResponseData()).errorCode());
      }
      assertEquals(
          Errors.UNKNOWN_MEMBER_ID.code(),
          call(heartbeat, beatVersion, beat, new HeartbeatResponseData()).errorCode());
    }
  }

  private JoinGroupResponseData joined(String group, short version) {
    JoinGroupResponseData joined =
        call(join, version, joinOf(group, ""), new JoinGroupResponseData());
    if (version >= 4) {
      assertEquals(Errors.MEMBER_ID_REQUIRED.code(), joined.errorCode());
      joined = call(join, version, joinOf(group, joined.memberId()), new JoinGroupResponseData());
    }
    assertEquals(0, joined.errorCode());
    return joined;
  }

  private static JoinGroupRequestData joinOf(String group, String memberId) {
    JoinGroupRequestData request =
        new JoinGroupRequestData()
            .setGroupId(group)
            .setMemberId(memberId)
            .setSessionTimeoutMs(10_000)
            .setRebalanceTimeoutMs(10_000)
            .setProtocolType("consumer");
    request
        .protocols()
        .add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[] {1}));
    return request;
  }

  private static SyncGroupRequestData syncOf(
      String group, JoinGroupResponseData joined, short version) {
    return new SyncGroupRequestData()
        .setGroupId(group)
        .setMemberId(joined.memberId())
        .setGenerationId(joined.generationId())
        .setProtocolType(version >= 5 ? "consumer" : null)
        .setProtocolName(version >= 5 ? "range" : null)
        .setAssignments(
            List.of(
                new SyncGroupRequestAssignment()
                    .setMemberId(joined.memberId())
                    .setAssignment(new byte[] {7})));
  }

  @Test
  public void joinsAreBounded() {
    JoinGroupRequestData impatient = joinOf("bounded", "").setSessionTimeoutMs(1);
    assertEquals(
        Errors.INVALID_SESSION_TIMEOUT.code(),
        call(join, (short) 9, impatient, new JoinGroupResponseData()).errorCode());
    assertEquals(
        Errors.INVALID_GROUP_ID.code(),
        call(join, (short) 9, joinOf("", ""), new JoinGroupResponseData()).errorCode());
    JoinGroupRequestData wordy =
        joinOf("bounded", "").setGroupInstanceId("x".repeat(Short.MAX_VALUE));
    assertEquals(
        Errors.INVALID_REQUEST.code(),
        call(join, (short) 9, wordy, new JoinGroupResponseData()).errorCode());
  }

  @Test
  public void offsetsAreCommittedInEveryVersionAndFetchedInEveryVersion() {
    for (short v = commit.minVersion(); v <= commit.maxVersion(); v++) {
      OffsetCommitRequestData request =
          new OffsetCommitRequestData().setGroupId("offsets").setTopics(List.of(toCommit(v)));
      OffsetCommitResponseData committed = call(commit, v, request, new OffsetCommitResponseData());
      assertEquals(0, committed.topics().get(0).partitions().get(0).errorCode());
      assertEquals(
          Errors.UNKNOWN_TOPIC_OR_PARTITION.code(),
          committed.topics().get(0).partitions().get(1).errorCode());
    }
    for (short v = fetch.minVersion(); v <= fetch.maxVersion(); v++) {
      fetched(v);
    }
  }

  private OffsetCommitRequestTopic toCommit(short version) {
    return new OffsetCommitRequestTopic()
        .setName("t")
        .setTopicId(version >= 10 ? topicId : Uuid.ZERO_UUID)
        .setPartitions(
            List.of(
                new OffsetCommitRequestPartition()
                    .setPartitionIndex(0)
                    .setCommittedOffset(99)
                    .setCommittedLeaderEpoch(4)
                    .setCommittedMetadata("m"),
                new OffsetCommitRequestPartition().setPartitionIndex(9).setCommittedOffset(1)));
  }

  private void fetched(short version) {
    OffsetFetchRequestData request = new OffsetFetchRequestData();
    if (version < 8) {
      request
          .setGroupId("offsets")
          .setTopics(
              List.of(
                  new OffsetFetchRequestTopic().setName("t").setPartitionIndexes(List.of(0, 5))));
    } else {
      OffsetFetchRequestTopics topic =
          new OffsetFetchRequestTopics()
              .setName(version >= 10 ? "" : "t")
              .setTopicId(version >= 10 ? topicId : Uuid.ZERO_UUID)
              .setPartitionIndexes(List.of(0, 5));
      request.setGroups(
          List.of(
              new OffsetFetchRequestGroup().setGroupId("offsets").setTopics(List.of(topic)),
              new OffsetFetchRequestGroup().setGroupId("offsets").setTopics(null)));
    }
    OffsetFetchResponseData answer = call(fetch, version, request, new OffsetFetchResponseData());
    List<Long> offsets = new ArrayList<>();
    if (version < 8) {
      answer.topics().get(0).partitions().forEach(p -> offsets.add(p.committedOffset()));
    } else {
      answer
          .groups()
          .get(0)
          .topics()
          .get(0)
          .partitions()
          .forEach(p -> offsets.add(p.committedOffset()));
      assertEquals(1, answer.groups().get(1).topics().size());
    }
    assertEquals(List.of(99L, -1L), offsets);
  }

  @Test
  public void unknownTopicIdsAreToldApart() {
    Uuid unknown = Uuid.randomUuid();
    OffsetCommitRequestTopic topic = toCommit((short) 10).setTopicId(unknown);
    OffsetCommitResponseData committed =
        call(
            commit,
            (short) 10,
            new OffsetCommitRequestData().setGroupId("offsets").setTopics(List.of(topic)),
            new OffsetCommitResponseData());
    assertEquals(
        Errors.UNKNOWN_TOPIC_ID.code(), committed.topics().get(0).partitions().get(0).errorCode());
    assertEquals(unknown, committed.topics().get(0).topicId());
  }

  @Test
  public void groupsAreDescribedListedAndDeletedInEveryVersion() {
    joined("admin", (short) 5);
    DescribeGroupsHandler describe = new DescribeGroupsHandler(groups);
    for (short v = describe.minVersion(); v <= describe.maxVersion(); v++) {
      DescribeGroupsResponseData described =
          call(
              describe,
              v,
              new DescribeGroupsRequestData()
                  .setGroups(List.of("admin", "none"))
                  .setIncludeAuthorizedOperations(v >= 3),
              new DescribeGroupsResponseData());
      assertEquals("CompletingRebalance", described.groups().get(0).groupState());
      assertEquals(1, described.groups().get(0).members().size());
      DescribedGroup none = described.groups().get(1);
      assertEquals("Dead", none.groupState());
      assertEquals(v >= 6 ? Errors.GROUP_ID_NOT_FOUND.code() : 0, none.errorCode());
    }
    ListGroupsHandler list = new ListGroupsHandler(groups);
    for (short v = list.minVersion(); v <= list.maxVersion(); v++) {
      ListGroupsRequestData request = new ListGroupsRequestData();
      if (v >= 4) {
        request.setStatesFilter(List.of("completingrebalance"));
      }
      if (v >= 5) {
        request.setTypesFilter(List.of("Classic"));
      }
      ListGroupsResponseData listed = call(list, v, request, new ListGroupsResponseData());
      assertTrue(listed.groups().stream().anyMatch(group -> group.groupId().equals("admin")));
    }
    DeleteGroupsHandler delete = new DeleteGroupsHandler(groups);
    for (short v = delete.minVersion(); v <= delete.maxVersion(); v++) {
      DeleteGroupsResponseData deleted =
          call(
              delete,
              v,
              new DeleteGroupsRequestData().setGroupsNames(List.of("admin", "none")),
              new DeleteGroupsResponseData());
      assertEquals(Errors.NON_EMPTY_GROUP.code(), deleted.results().find("admin").errorCode());
      assertEquals(Errors.GROUP_ID_NOT_FOUND.code(), deleted.results().find("none").errorCode());
    }
  }

  @Test
  public void offsetsAreDeleted() {
    call(
        commit,
        (short) 9,
        new OffsetCommitRequestData().setGroupId("gone").setTopics(List.of(toCommit((short) 9))),
        new OffsetCommitResponseData());
    OffsetDeleteRequestTopicCollection topics = new OffsetDeleteRequestTopicCollection();
    topics.add(
        new OffsetDeleteRequestTopic()
            .setName("t")
            .setPartitions(
                List.of(
                    new OffsetDeleteRequestPartition().setPartitionIndex(0),
                    new OffsetDeleteRequestPartition().setPartitionIndex(7))));
    OffsetDeleteResponseData deleted =
        call(
            new OffsetDeleteHandler(groups, world.images()),
            (short) 0,
            new OffsetDeleteRequestData().setGroupId("gone").setTopics(topics),
            new OffsetDeleteResponseData());
    assertEquals(0, deleted.errorCode());
    assertEquals(0, deleted.topics().find("t").partitions().find(0).errorCode());
    assertEquals(
        Errors.UNKNOWN_TOPIC_OR_PARTITION.code(),
        deleted.topics().find("t").partitions().find(7).errorCode());
  }

  @Test
  public void coordinatorsAreFoundInEveryVersion() {
    FindCoordinatorHandler find =
        new FindCoordinatorHandler(
            world.images(),
            new CoordinatorTopic(
                new milena.metadata.NewTopic(
                    Topic.GROUP_METADATA_TOPIC_NAME, 2, (short) 1, List.of(), java.util.Map.of()),
                null,
                null,
                null));
    for (short v = find.minVersion(); v <= find.maxVersion(); v++) {
      FindCoordinatorRequestData request = new FindCoordinatorRequestData();
      if (v < 4) {
        request.setKey("g");
      } else {
        request.setCoordinatorKeys(List.of("g", "h"));
      }
      FindCoordinatorResponseData found = call(find, v, request, new FindCoordinatorResponseData());
      assertEquals(v < 4 ? 0 : 2, found.coordinators().size());
      assertEquals(
          CoordinatorWorld.NODE, v < 4 ? found.nodeId() : found.coordinators().get(1).nodeId());
      assertEquals(9092, v < 4 ? found.port() : found.coordinators().get(0).port());
    }
    FindCoordinatorResponseData transactional =
        call(
            find,
            (short) 3,
            new FindCoordinatorRequestData().setKey("x").setKeyType((byte) 1),
            new FindCoordinatorResponseData());
    assertEquals(Errors.COORDINATOR_NOT_AVAILABLE.code(), transactional.errorCode());
    assertEquals(0, GroupRegistry.partitionFor("polygenelubricants", 50) % 1);
  }

  /** Through the bytes of this version and back, both ways. */
  private static <Q extends ApiMessage, S extends ApiMessage> S call(
      ApiHandler<Q> handler, short version, Q request, S response) {
    try {
      ByteBuffer asked = MessageUtil.toByteBufferAccessor(request, version).buffer();
      @SuppressWarnings("unchecked")
      Q read = (Q) request.getClass().getDeclaredConstructor().newInstance();
      read.read(new ByteBufferAccessor(asked), version);
      ApiMessage answer =
          handler
              .handle(RequestContexts.version(version), read)
              .toCompletableFuture()
              .get(30, TimeUnit.SECONDS);
      assertNotNull(answer);
      ByteBuffer answered = MessageUtil.toByteBufferAccessor(answer, version).buffer();
      response.read(new ByteBufferAccessor(answered), version);
      return response;
    } catch (Exception e) {
      throw new AssertionError(handler.api() + " version " + version, e);
    }
  }
}
