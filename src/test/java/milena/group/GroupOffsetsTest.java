package milena.group;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import milena.group.message.GroupRequest.CommitOffsets;
import milena.group.message.GroupRequest.CommitOffsets.OffsetToCommit;
import milena.group.message.GroupRequest.Delete;
import milena.group.message.GroupRequest.DeleteOffsets;
import milena.group.message.GroupRequest.DeleteOffsets.TopicAndPartition;
import milena.group.message.GroupRequest.FetchOffsets;
import milena.group.message.GroupRequest.FetchOffsets.OffsetQuery;
import milena.group.message.GroupRequest.Join;
import milena.group.message.GroupRequest.Protocol;
import milena.group.message.GroupRequest.TopicsDeleted;
import milena.group.message.GroupResponse.Joined;
import milena.group.message.GroupResponse.OffsetsCommitted;
import milena.group.message.GroupResponse.OffsetsDeleted;
import milena.group.message.GroupResponse.OffsetsFetched;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Who may commit, what is told, and when it is forgotten. */
public class GroupOffsetsTest extends JUnitSuite {
  private static final long RETENTION_MS = 3_600_000;
  private static final long CHECK_MS = 60_000;
  private final GroupDriver g = GroupDriver.withoutDelay();

  @Test
  public void anyoneCommitsToAGroupWithoutMembers() {
    assertEquals(Errors.NONE, g.commit("", -1, "t", 5).error());
    assertEquals(5, g.committed("t"));
    assertEquals(-1, g.committed("other"));
    g.restart();
    assertEquals(5, g.committed("t"));
    assertEquals("Empty", g.group().view().state());
    assertEquals("", g.group().view().protocolType());
  }

  @Test
  public void aGenerationOfAnUnknownGroupIsRefused() {
    assertEquals(Errors.GROUP_ID_NOT_FOUND, g.commit("m", 3, "t", 5).error());
    CommitOffsets old = new CommitOffsets("m", null, 3, -1, List.of(), false);
    assertEquals(Errors.ILLEGAL_GENERATION, g.answer(g.send(old), OffsetsCommitted.class).error());
  }

  @Test
  public void aMembersCommitKeepsItAlive() {
    Joined alone = g.stableAlone();
    for (int i = 0; i < 5; i++) {
      g.pass(GroupDriver.SESSION_MS - 1);
      assertEquals(Errors.NONE, g.commit(alone.memberId(), alone.generation(), "t", i).error());
    }
    assertEquals(4, g.committed("t"));
  }

  @Test
  public void tooMuchMetadataIsRefusedForItsPartitionOnly() {
    CommitOffsets commit =
        new CommitOffsets(
            "",
            null,
            -1,
            -1,
            List.of(
                new OffsetToCommit(Uuid.ZERO_UUID, "t", 0, 1, -1, "x".repeat(17)),
                new OffsetToCommit(Uuid.ZERO_UUID, "t", 1, 2, 4, "x".repeat(16))),
            true);
    assertEquals(
        List.of(Errors.OFFSET_METADATA_TOO_LARGE, Errors.NONE),
        g.answer(g.send(commit), OffsetsCommitted.class).partitions());
    OffsetsFetched all = g.answer(g.send(new FetchOffsets(null, false)), OffsetsFetched.class);
    assertEquals(1, all.offsets().size());
    assertEquals(4, all.offsets().get(0).leaderEpoch());
  }

  @Test
  public void anOffsetOfAnotherTopicOfTheSameNameIsNotTold() {
    Uuid then = new Uuid(1, 1);
    Uuid now = new Uuid(2, 2);
    g.send(
        new CommitOffsets(
            "", null, -1, -1, List.of(new OffsetToCommit(then, "t", 0, 9, -1, "")), true));
    assertEquals(9, fetched(then));
    assertEquals(-1, fetched(now));
    assertEquals("who asks by name does not care", 9, fetched(Uuid.ZERO_UUID));
  }

  private long fetched(Uuid topicId) {
    return g.answer(
            g.send(new FetchOffsets(List.of(new OffsetQuery(topicId, "t", 0)), false)),
            OffsetsFetched.class)
        .offsets()
        .get(0)
        .offset();
  }

  @Test
  public void offsetsOfTopicsInUseAreNotDeleted() {
    Joined member = g.joined(g.send(consumerOf("read")));
    g.sync(member, Map.of());
    g.commit(member.memberId(), 1, "read", 1);
    g.commit(member.memberId(), 1, "left", 2);
    OffsetsDeleted deleted =
        g.answer(
            g.send(
                new DeleteOffsets(
                    List.of(new TopicAndPartition("read", 0), new TopicAndPartition("left", 0)))),
            OffsetsDeleted.class);
    assertEquals(List.of(Errors.GROUP_SUBSCRIBED_TO_TOPIC, Errors.NONE), deleted.partitions());
    assertEquals(1, g.committed("read"));
    assertEquals(-1, g.committed("left"));
  }

  @Test
  public void offsetsOfOtherProtocolsGroupsAreDeletedOnlyWhenEmpty() {
    Join join = g.newMember();
    Joined member =
        g.joined(
            g.send(
                new Join(
                    "",
                    null,
                    "c",
                    "h",
                    10_000,
                    1_000,
                    "connect",
                    join.protocols(),
                    "x",
                    false,
                    false)));
    g.sync(member, Map.of());
    DeleteOffsets delete = new DeleteOffsets(List.of(new TopicAndPartition("t", 0)));
    assertEquals(Errors.NON_EMPTY_GROUP, g.answer(g.send(delete), OffsetsDeleted.class).error());
    g.leave(member.memberId());
    assertEquals(Errors.NONE, g.answer(g.send(delete), OffsetsDeleted.class).error());
    GroupDriver none = GroupDriver.withoutDelay();
    assertEquals(
        Errors.GROUP_ID_NOT_FOUND, none.answer(none.send(delete), OffsetsDeleted.class).error());
  }

  @Test
  public void deletedTopicsTakeTheirOffsetsAlong() {
    g.commit("", -1, "a", 1);
    g.commit("", -1, "b", 1);
    g.send(new TopicsDeleted(List.of("a", "c")));
    assertEquals(-1, g.committed("a"));
    assertEquals(1, g.committed("b"));
  }

  @Test
  public void aStandaloneOffsetAgesFromItsCommit() {
    g.commit("", -1, "old", 1);
    g.pass(RETENTION_MS / 2);
    g.commit("", -1, "young", 1);
    g.pass(RETENTION_MS / 2 + CHECK_MS);
    assertEquals(-1, g.committed("old"));
    assertEquals(1, g.committed("young"));
    g.pass(RETENTION_MS);
    assertFalse(g.group().exists());
  }

  @Test
  public void aGroupsOffsetsAgeFromWhenItBecameEmpty() {
    Joined member = g.stableAlone();
    g.commit(member.memberId(), 1, "t", 1);
    for (long ms = 0; ms < RETENTION_MS; ms += 5_000) {
      g.pass(5_000);
      g.heartbeat(member);
    }
    g.leave(member.memberId());
    g.pass(RETENTION_MS - 1);
    assertEquals(1, g.committed("t"));
    g.restart();
    g.pass(CHECK_MS + 1);
    assertEquals(-1, g.committed("t"));
    assertFalse("the group goes with its last offset", g.group().exists());
  }

  @Test
  public void aLiveGroupForgetsTopicsItDoesNotRead() {
    Joined member = g.joined(g.send(consumerOf("read")));
    g.sync(member, Map.of());
    g.commit(member.memberId(), 1, "read", 1);
    g.commit(member.memberId(), 1, "left", 1);
    for (long ms = 0; ms < RETENTION_MS + CHECK_MS; ms += 5_000) {
      g.pass(5_000);
      g.heartbeat(member);
    }
    assertEquals(1, g.committed("read"));
    assertEquals(-1, g.committed("left"));
  }

  @Test
  public void aRetentionOfItsOwnComesFirst() {
    g.send(
        new CommitOffsets(
            "",
            null,
            -1,
            1_000,
            List.of(new OffsetToCommit(Uuid.ZERO_UUID, "t", 0, 9, -1, "")),
            true));
    g.pass(CHECK_MS);
    assertEquals(-1, g.committed("t"));
  }

  @Test
  public void deletingTheGroupDeletesItsOffsets() {
    g.commit("", -1, "t", 1);
    g.send(new Delete());
    assertEquals(-1, g.committed("t"));
    assertFalse(g.group().exists());
    assertTrue(g.journal().size() > 1);
  }

  private Join consumerOf(String topic) {
    ByteBuffer said =
        MessageUtil.toVersionPrefixedByteBuffer(
            (short) 3, new ConsumerProtocolSubscription().setTopics(List.of(topic)));
    byte[] metadata = new byte[said.remaining()];
    said.get(metadata);
    return new Join(
        "",
        null,
        "c",
        "h",
        GroupDriver.SESSION_MS,
        GroupDriver.REBALANCE_MS,
        "consumer",
        List.of(new Protocol("range", metadata)),
        "x",
        false,
        false);
  }
}
