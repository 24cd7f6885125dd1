package milena.streams.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import milena.streams.core.GroupMember.Ask;
import milena.streams.core.GroupMember.Assigned;
import milena.streams.core.GroupMember.Describe;
import milena.streams.core.GroupMember.Failed;
import milena.streams.core.GroupMember.ForgetCoordinator;
import milena.streams.core.GroupMember.Pause;
import milena.streams.core.GroupMember.Step;
import milena.streams.core.GroupMember.Wait;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** A member of a group, and a coordinator that is played by the test. */
public class GroupMemberTest extends JUnitSuite {
  private static final String RANGE = "org.apache.kafka.clients.consumer.RangeAssignor";
  private static final String COOPERATIVE =
      "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";
  private static final TopicPartition P0 = new TopicPartition("orders", 0);
  private static final TopicPartition P1 = new TopicPartition("orders", 1);

  private static GroupMember member(String... assignors) {
    return new GroupMember(
        new GroupMember.Identity(
            "billing",
            null,
            45_000,
            3_000,
            300_000,
            ConsumerPartitionAssignor.getAssignorInstances(List.of(assignors), Map.of())),
        Set.of("orders"));
  }

  private static JoinGroupResponseData joined(int generation, String protocol) {
    return new JoinGroupResponseData()
        .setMemberId("me")
        .setLeader("other")
        .setGenerationId(generation)
        .setProtocolName(protocol);
  }

  private static SyncGroupResponseData synced(TopicPartition... partitions) {
    return new SyncGroupResponseData()
        .setAssignment(
            Utils.toArray(
                ConsumerProtocol.serializeAssignment(new Assignment(List.of(partitions)))));
  }

  private static HeartbeatResponseData beat(Errors error) {
    return new HeartbeatResponseData().setErrorCode(error.code());
  }

  private static <R> R asked(List<Step> steps, Class<R> request) {
    return request.cast(((Ask) steps.get(steps.size() - 1)).request());
  }

  /** In the group, with these partitions, in this generation. */
  private static GroupMember stable(int generation, String assignor, TopicPartition... owned) {
    GroupMember member = member(assignor.equals("range") ? RANGE : COOPERATIVE);
    member.start();
    member.answered(joined(generation, assignor));
    member.answered(synced(owned));
    return member;
  }

  @Test
  public void itComesAgainWithTheIdThatItIsGiven() {
    GroupMember member = member(RANGE, COOPERATIVE);
    JoinGroupRequestData first = asked(member.start(), JoinGroupRequestData.class);
    assertEquals("", first.memberId());
    assertEquals(2, first.protocols().size());
    List<Step> steps =
        member.answered(
            new JoinGroupResponseData()
                .setErrorCode(Errors.MEMBER_ID_REQUIRED.code())
                .setMemberId("me"));
    assertEquals("me", asked(steps, JoinGroupRequestData.class).memberId());
    asked(member.answered(joined(4, "range")), SyncGroupRequestData.class);
    assertEquals(
        List.of(new Assigned(Set.of(P0), Set.of(), Set.of()), new Wait(3_000)),
        member.answered(synced(P0)));
    assertEquals(4, asked(member.waited(), HeartbeatRequestData.class).generationId());
  }

  @Test
  public void aLeaderAssignsByTheChosenAssignor() {
    GroupMember member = member(RANGE);
    JoinGroupRequestData join = asked(member.start(), JoinGroupRequestData.class);
    JoinGroupResponseData answer = joined(1, "range").setLeader("me");
    for (String id : List.of("me", "you")) {
      answer
          .members()
          .add(
              new JoinGroupResponseData.JoinGroupResponseMember()
                  .setMemberId(id)
                  .setMetadata(join.protocols().iterator().next().metadata()));
    }
    assertEquals(List.of(new Describe(Set.of("orders"))), member.answered(answer));
    assertTrue(member.isLeader());
    SyncGroupRequestData sync =
        asked(member.described(TopicsOfTests.cluster("orders", 2)), SyncGroupRequestData.class);
    assertEquals(2, sync.assignments().size());
    Set<TopicPartition> all = new java.util.HashSet<>();
    sync.assignments()
        .forEach(
            each ->
                all.addAll(
                    ConsumerProtocol.deserializeAssignment(ByteBuffer.wrap(each.assignment()))
                        .partitions()));
    assertEquals(Set.of(P0, P1), all);
  }

  @Test
  public void whatItHasInTheVeryNextGenerationGoesOn() {
    GroupMember member = stable(4, "range", P0, P1);
    member.waited();
    List<Step> rejoin = member.answered(beat(Errors.REBALANCE_IN_PROGRESS));
    assertEquals(new Pause(), rejoin.get(0));
    member.answered(joined(5, "range"));
    assertEquals(
        new Assigned(Set.of(), Set.of(P0), Set.of(P1)), member.answered(synced(P0)).get(0));
  }

  @Test
  public void whatOthersMayHaveHadInBetweenIsReadAnew() {
    GroupMember member = stable(4, "range", P0);
    member.waited();
    member.answered(beat(Errors.REBALANCE_IN_PROGRESS));
    member.answered(joined(6, "range"));
    assertEquals(
        new Assigned(Set.of(P0), Set.of(), Set.of(P0)), member.answered(synced(P0)).get(0));
  }

  @Test
  public void whoIsNotKnownAnyMoreHasNothing() {
    GroupMember member = stable(4, "range", P0);
    member.waited();
    List<Step> steps = member.answered(beat(Errors.UNKNOWN_MEMBER_ID));
    assertEquals(new Assigned(Set.of(), Set.of(), Set.of(P0)), steps.get(0));
    assertEquals("", asked(steps, JoinGroupRequestData.class).memberId());
  }

  @Test
  public void aCooperativeMemberGivesUpWhatGoesAndJoinsAgain() {
    GroupMember member = stable(4, "cooperative-sticky", P0, P1);
    member.waited();
    List<Step> rejoin = member.answered(beat(Errors.REBALANCE_IN_PROGRESS));
    assertFalse("it reads on", rejoin.contains(new Pause()));
    member.answered(joined(5, "cooperative-sticky"));
    List<Step> steps = member.answered(synced(P0));
    assertEquals(new Assigned(Set.of(), Set.of(P0), Set.of(P1)), steps.get(0));
    asked(steps, JoinGroupRequestData.class);
  }

  @Test
  public void aCoordinatorThatIsGoneIsLookedForAndTheMembershipGoesOn() {
    GroupMember member = stable(4, "range", P0);
    member.waited();
    assertEquals(
        List.of(new ForgetCoordinator(), new Wait(100)),
        member.unanswered(new TimeoutException("gone")));
    assertEquals(4, asked(member.waited(), HeartbeatRequestData.class).generationId());
    assertEquals(
        List.of(new ForgetCoordinator(), new Wait(100)),
        member.answered(beat(Errors.NOT_COORDINATOR)));
    asked(member.waited(), HeartbeatRequestData.class);
  }

  @Test
  public void aFencedMemberIsAtItsEnd() {
    GroupMember member = stable(4, "range", P0);
    member.waited();
    assertTrue(member.answered(beat(Errors.FENCED_INSTANCE_ID)).get(0) instanceof Failed);
  }

  @Test
  public void itSaysGoodbyeOnce() {
    GroupMember member = stable(4, "range", P0);
    assertEquals(
        "me", asked(member.leave(), LeaveGroupRequestData.class).members().get(0).memberId());
    assertEquals(List.of(), member.leave());
    assertEquals(List.of(), member.answered(beat(Errors.NONE)));
  }
}
