package milena.group;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Map;
import milena.group.message.GroupRequest.Delete;
import milena.group.message.GroupRequest.Describe;
import milena.group.message.GroupRequest.Heartbeat;
import milena.group.message.GroupRequest.Join;
import milena.group.message.GroupRequest.Leave;
import milena.group.message.GroupRequest.Leave.Leaver;
import milena.group.message.GroupRequest.Sync;
import milena.group.message.GroupResponse.Deleted;
import milena.group.message.GroupResponse.Described;
import milena.group.message.GroupResponse.HeartbeatAnswered;
import milena.group.message.GroupResponse.Joined;
import milena.group.message.GroupResponse.Left;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** One test for each arrow between the phases, and for each answer that a phase is known for. */
public class ClassicGroupTest extends JUnitSuite {
  private final GroupDriver g = GroupDriver.withoutDelay();

  private String state() {
    return g.group().view().state();
  }

  // EMPTY

  @Test
  public void emptyToPreparing_aNewMemberJoins() {
    GroupDriver patient = new GroupDriver(GroupDriver.configured(3_000, 10));
    int join = patient.send(patient.newMember());
    assertFalse(patient.isAnswered(join));
    assertEquals("PreparingRebalance", patient.group().view().state());
  }

  @Test
  public void empty_knowsNoMember() {
    assertEquals(
        Errors.UNKNOWN_MEMBER_ID,
        g.answer(g.send(new Heartbeat("m", null, 1)), HeartbeatAnswered.class).error());
    assertEquals(
        Errors.UNKNOWN_MEMBER_ID,
        g.synced(g.send(new Sync("m", null, 1, null, null, Map.of()))).error());
    assertEquals(
        Errors.UNKNOWN_MEMBER_ID, g.answer(g.leave("m"), Left.class).members().get(0).error());
    assertEquals(Errors.UNKNOWN_MEMBER_ID, g.joined(g.send(g.join("m", null))).error());
    assertFalse(g.group().exists());
  }

  @Test
  public void empty_wantsAProtocol() {
    assertEquals(
        Errors.INCONSISTENT_GROUP_PROTOCOL,
        g.joined(g.send(new Join("", null, "c", "h", 1, 1, "", List.of(), "x", false, false)))
            .error());
  }

  // The two-step member id

  @Test
  public void aNewDynamicMemberComesTwice() {
    Joined first = g.joined(g.send(GroupDriver.twoStep(g.newMember())));
    assertEquals(Errors.MEMBER_ID_REQUIRED, first.error());
    assertTrue(first.memberId().startsWith("client-"));
    assertEquals("Empty", state());
    Joined second = g.joined(g.send(GroupDriver.twoStep(g.join(first.memberId(), null))));
    assertEquals(Errors.NONE, second.error());
    assertEquals(first.memberId(), second.memberId());
    assertEquals(1, second.generation());
  }

  @Test
  public void anIdThatNobodyUsesIsForgotten() {
    Joined first = g.joined(g.send(GroupDriver.twoStep(g.newMember())));
    assertTrue(g.group().exists());
    g.pass(GroupDriver.SESSION_MS);
    assertFalse(g.group().exists());
    assertEquals(
        Errors.UNKNOWN_MEMBER_ID, g.joined(g.send(g.join(first.memberId(), null))).error());
  }

  @Test
  public void aRebalanceWaitsForThoseWhoWereGivenAnId() {
    Joined alone = g.stableAlone();
    Joined expected = g.joined(g.send(GroupDriver.twoStep(g.newMember())));
    int again = g.send(g.join(alone.memberId(), null));
    assertFalse(g.isAnswered(again));
    g.send(g.join(expected.memberId(), null));
    assertEquals(2, g.joined(again).members().size());
  }

  // PREPARING_REBALANCE

  @Test
  public void preparingToCompleting_afterTheInitialDelay() {
    GroupDriver patient = new GroupDriver(GroupDriver.configured(3_000, 10));
    int first = patient.send(patient.newMember());
    patient.pass(2_000);
    int second = patient.send(patient.newMember());
    patient.pass(1_500);
    assertFalse("a newcomer prolongs the delay", patient.isAnswered(first));
    patient.pass(2_500);
    assertEquals(2, patient.joined(first).members().size());
    assertEquals(List.of(), patient.joined(second).members());
    assertEquals("CompletingRebalance", patient.group().view().state());
  }

  @Test
  public void preparingToCompleting_allHaveJoined() {
    Joined alone = g.stableAlone();
    int second = g.send(g.newMember());
    assertEquals("PreparingRebalance", state());
    int first = g.send(g.join(alone.memberId(), null));
    assertEquals("CompletingRebalance", state());
    assertEquals(2, g.joined(first).generation());
    assertEquals(2, g.joined(second).generation());
    assertEquals(alone.memberId(), g.joined(second).leader());
  }

  @Test
  public void preparingToCompleting_timeIsUp() {
    Joined alone = g.stableAlone();
    int second = g.send(g.newMember());
    for (int i = 0; i < 12; i++) {
      g.pass(GroupDriver.REBALANCE_MS / 12);
      g.heartbeat(alone);
    }
    assertEquals(List.of(g.joined(second).memberId()), membersOf(g.joined(second)));
    assertEquals(Errors.UNKNOWN_MEMBER_ID, g.heartbeat(alone));
  }

  @Test
  public void preparingToEmpty_theLastLeaves() {
    Joined alone = g.stableAlone();
    g.leave(alone.memberId());
    assertEquals("Empty", state());
    assertEquals(2, g.group().isStored() ? g.journal().size() : -1);
  }

  @Test
  public void preparing_tellsMembersToRejoin() {
    Joined alone = g.stableAlone();
    g.send(g.newMember());
    assertEquals(Errors.REBALANCE_IN_PROGRESS, g.heartbeat(alone));
    assertEquals(Errors.REBALANCE_IN_PROGRESS, g.synced(g.sync(alone, Map.of())).error());
    assertEquals(
        "commits of the last generation are still taken",
        Errors.NONE,
        g.commit(alone.memberId(), alone.generation(), "t", 5).error());
  }

  @Test
  public void preparing_aRepeatedJoinFreesTheFirst() {
    Joined alone = g.stableAlone();
    g.send(g.newMember());
    g.send(GroupDriver.twoStep(g.newMember()));
    int one = g.send(g.join(alone.memberId(), null));
    int two = g.send(g.join(alone.memberId(), null));
    assertEquals(Errors.REBALANCE_IN_PROGRESS, g.joined(one).error());
    assertFalse(g.isAnswered(two));
  }

  @Test
  public void preparing_aDeadMembersDeathEndsTheWait() {
    Joined alone = g.stableAlone();
    g.pass(5_000);
    int second = g.send(g.newMember());
    g.pass(GroupDriver.SESSION_MS - 5_000);
    assertEquals(List.of(g.joined(second).memberId()), membersOf(g.joined(second)));
    assertNotEquals(alone.memberId(), g.joined(second).leader());
  }

  @Test
  public void preparing_aParkedMemberOutlivesItsSession() {
    Joined alone = g.stableAlone();
    Joined expected = g.joined(g.send(GroupDriver.twoStep(g.newMember())));
    int again = g.send(g.join(alone.memberId(), null));
    g.pass(GroupDriver.SESSION_MS - 1);
    assertFalse(g.isAnswered(again));
    g.pass(1);
    assertEquals(Errors.NONE, g.joined(again).error());
    assertNotEquals(expected.memberId(), g.joined(again).leader());
  }

  // COMPLETING_REBALANCE

  @Test
  public void completingToStable_theLeadersAssignmentIsStored() {
    Joined alone = g.stableAlone();
    int second = g.send(g.newMember());
    Joined leader = g.joined(g.send(g.join(alone.memberId(), null)));
    Joined follower = g.joined(second);
    int waiting = g.sync(follower, Map.of());
    assertFalse(g.isAnswered(waiting));
    int leading = g.sync(leader, Map.of(follower.memberId(), new byte[] {9}));
    assertEquals("Stable", state());
    assertArrayEquals(new byte[] {9}, g.synced(waiting).assignment());
    assertArrayEquals("left out by the leader", new byte[0], g.synced(leading).assignment());
    assertEquals("range", g.synced(waiting).protocolName());
  }

  @Test
  public void completingToPreparing_aNewMemberJoins() {
    Joined first = g.joined(g.send(g.newMember()));
    int second = g.send(g.newMember());
    assertEquals("PreparingRebalance", state());
    g.send(g.join(first.memberId(), null));
    assertEquals(2, g.joined(second).generation());
  }

  @Test
  public void completingToPreparing_aMemberChanges() {
    Joined first = g.joined(g.send(g.newMember()));
    Joined changed = g.joined(g.send(g.join(first.memberId(), null, "roundrobin", "range")));
    assertEquals(2, changed.generation());
    assertEquals("roundrobin", changed.protocolName());
  }

  @Test
  public void completingToPreparing_aMemberLeaves() {
    Joined alone = g.stableAlone();
    int second = g.send(g.newMember());
    g.send(g.join(alone.memberId(), null));
    int waiting = g.sync(g.joined(second), Map.of());
    g.leave(alone.memberId());
    assertEquals("PreparingRebalance", state());
    assertEquals(Errors.REBALANCE_IN_PROGRESS, g.synced(waiting).error());
  }

  @Test
  public void completingToPreparing_aMemberDies() {
    Joined alone = g.stableAlone();
    int second = g.send(g.newMember());
    g.send(g.join(alone.memberId(), null));
    int waiting = g.sync(g.joined(second), Map.of());
    g.pass(GroupDriver.SESSION_MS);
    assertEquals(Errors.REBALANCE_IN_PROGRESS, g.synced(waiting).error());
    assertEquals("PreparingRebalance", state());
  }

  @Test
  public void completingToPreparing_aMemberDoesNotSyncInTime() {
    Joined alone = g.stableAlone();
    int second = g.send(g.newMember());
    Joined leader = g.joined(g.send(g.join(alone.memberId(), null)));
    Joined follower = g.joined(second);
    for (int i = 0; i < 12; i++) {
      g.pass(GroupDriver.REBALANCE_MS / 12);
      g.heartbeat(leader);
      g.heartbeat(follower);
    }
    assertEquals("neither synced, so neither is left", "Empty", state());
    assertEquals(Errors.UNKNOWN_MEMBER_ID, g.heartbeat(leader));
  }

  @Test
  public void completing_tellsARepeatedJoinAgain() {
    Joined first = g.joined(g.send(g.newMember()));
    Joined again = g.joined(g.send(g.join(first.memberId(), null)));
    assertEquals(first.generation(), again.generation());
    assertEquals(1, again.members().size());
    assertEquals("CompletingRebalance", state());
  }

  @Test
  public void completing_takesHeartbeatsButNoCommits() {
    Joined first = g.joined(g.send(g.newMember()));
    assertEquals(Errors.NONE, g.heartbeat(first));
    assertEquals(
        Errors.REBALANCE_IN_PROGRESS,
        g.commit(first.memberId(), first.generation(), "t", 1).error());
  }

  // STABLE

  @Test
  public void stableToPreparing_aNewMemberJoins() {
    Joined alone = g.stableAlone();
    g.send(g.newMember());
    assertEquals("PreparingRebalance", state());
    assertEquals(Errors.REBALANCE_IN_PROGRESS, g.heartbeat(alone));
  }

  @Test
  public void stableToPreparing_theLeaderRejoins() {
    List<Joined> pair = g.stablePair();
    int again = g.send(g.join(pair.get(0).memberId(), null));
    assertFalse(g.isAnswered(again));
    assertEquals(Errors.REBALANCE_IN_PROGRESS, g.heartbeat(pair.get(1)));
  }

  @Test
  public void stableToPreparing_aFollowerChanges() {
    List<Joined> pair = g.stablePair();
    g.send(g.join(pair.get(1).memberId(), null, "range", "sticky"));
    assertEquals("PreparingRebalance", state());
  }

  @Test
  public void stableToPreparing_aMemberLeaves() {
    List<Joined> pair = g.stablePair();
    g.leave(pair.get(1).memberId());
    assertEquals(Errors.REBALANCE_IN_PROGRESS, g.heartbeat(pair.get(0)));
    Joined alone = g.joined(g.send(g.join(pair.get(0).memberId(), null)));
    assertEquals(1, alone.members().size());
  }

  @Test
  public void stable_nobodyDiesWhenTheWallClockIsSet() {
    g.stablePair();
    g.setWallClock(86_400_000);
    g.pass(GroupDriver.SESSION_MS - 1);
    assertEquals("Stable", state());
    g.setWallClock(-2 * 86_400_000);
    g.pass(1);
    assertEquals("nor lives longer", "Empty", state());
  }

  @Test
  public void stableToPreparing_aMemberDies() {
    List<Joined> pair = g.stablePair();
    g.pass(GroupDriver.SESSION_MS / 2);
    g.heartbeat(pair.get(0));
    g.pass(GroupDriver.SESSION_MS / 2);
    assertEquals(Errors.REBALANCE_IN_PROGRESS, g.heartbeat(pair.get(0)));
    assertEquals(Errors.UNKNOWN_MEMBER_ID, g.heartbeat(pair.get(1)));
  }

  @Test
  public void stableToPreparing_aFollowerNeverSyncs() {
    Joined alone = g.stableAlone();
    int second = g.send(g.newMember());
    Joined leader = g.joined(g.send(g.join(alone.memberId(), null)));
    Joined follower = g.joined(second);
    g.sync(leader, Map.of());
    assertEquals("Stable", state());
    for (int i = 0; i < 12; i++) {
      g.pass(GroupDriver.REBALANCE_MS / 12);
      g.heartbeat(leader);
      g.heartbeat(follower);
    }
    assertEquals("PreparingRebalance", state());
    assertEquals(Errors.UNKNOWN_MEMBER_ID, g.heartbeat(follower));
  }

  @Test
  public void stable_tellsAnUnchangedFollowerAgain() {
    List<Joined> pair = g.stablePair();
    Joined again = g.joined(g.send(g.join(pair.get(1).memberId(), null)));
    assertEquals(pair.get(1).generation(), again.generation());
    assertEquals("Stable", state());
    assertArrayEquals(new byte[] {2}, g.synced(g.sync(again, Map.of())).assignment());
  }

  @Test
  public void stable_refusesOldGenerationsAndStrangers() {
    Joined alone = g.stableAlone();
    assertEquals(
        Errors.ILLEGAL_GENERATION,
        g.answer(g.send(new Heartbeat(alone.memberId(), null, 99)), HeartbeatAnswered.class)
            .error());
    assertEquals(Errors.ILLEGAL_GENERATION, g.commit(alone.memberId(), 99, "t", 1).error());
    assertEquals(Errors.UNKNOWN_MEMBER_ID, g.commit("stranger", 1, "t", 1).error());
    assertEquals(Errors.UNKNOWN_MEMBER_ID, g.commit("", -1, "t", 1).error());
    assertEquals(
        Errors.INCONSISTENT_GROUP_PROTOCOL, g.joined(g.send(g.newMember("sticky"))).error());
    assertEquals(
        Errors.INCONSISTENT_GROUP_PROTOCOL,
        g.synced(
                g.send(
                    new Sync(
                        alone.memberId(), null, alone.generation(), "connect", null, Map.of())))
            .error());
  }

  @Test
  public void theProtocolThatMostPreferIsChosenAmongThoseAllSupport() {
    Joined first = g.joined(g.send(g.newMember("a", "b", "c")));
    int second = g.send(g.newMember("c", "b"));
    int third = g.send(g.newMember("b", "c"));
    g.send(g.join(first.memberId(), null, "a", "b", "c"));
    assertEquals("b", g.joined(second).protocolName());
    assertEquals("b", g.joined(third).protocolName());
  }

  // Static members

  @Test
  public void static_aRestartTakesOverWithoutARebalance() {
    Joined first = g.joined(g.send(g.join("", "i1")));
    g.sync(first, Map.of(first.memberId(), new byte[] {7}));
    Joined reborn = g.joined(g.send(g.join("", "i1")));
    assertEquals("Stable", state());
    assertEquals(first.generation(), reborn.generation());
    assertNotEquals(first.memberId(), reborn.memberId());
    assertEquals(reborn.memberId(), reborn.leader());
    assertTrue(reborn.skipAssignment());
    assertEquals(1, reborn.members().size());
    assertArrayEquals(new byte[] {7}, g.synced(g.sync(reborn, Map.of())).assignment());
    assertEquals(
        Errors.FENCED_INSTANCE_ID,
        g.answer(
                g.send(new Heartbeat(first.memberId(), "i1", first.generation())),
                HeartbeatAnswered.class)
            .error());
    g.restart();
    assertEquals("its new id is stored", Errors.NONE, g.heartbeat(reborn));
  }

  @Test
  public void static_anOldClientIsNotToldThatItLeads() {
    Joined first = g.joined(g.send(g.join("", "i1")));
    g.sync(first, Map.of());
    Join join = g.join("", "i1");
    Joined reborn =
        g.joined(
            g.send(
                new Join(
                    "",
                    "i1",
                    join.clientId(),
                    join.clientHost(),
                    join.sessionTimeoutMs(),
                    join.rebalanceTimeoutMs(),
                    join.protocolType(),
                    join.protocols(),
                    "fresh",
                    true,
                    false)));
    assertEquals(first.memberId(), reborn.leader());
    assertEquals(List.of(), reborn.members());
    assertFalse(reborn.skipAssignment());
  }

  @Test
  public void static_aRestartWithAnotherProtocolRebalances() {
    Joined first = g.joined(g.send(g.join("", "i1", "a", "b")));
    g.sync(first, Map.of());
    Joined reborn = g.joined(g.send(g.join("", "i1", "b", "a")));
    assertEquals(first.generation() + 1, reborn.generation());
    assertEquals("b", reborn.protocolName());
  }

  @Test
  public void static_aDoubleIsFencedWhileItWaits() {
    GroupDriver patient = new GroupDriver(GroupDriver.configured(3_000, 10));
    int first = patient.send(patient.join("", "i1"));
    int second = patient.send(patient.join("", "i1"));
    assertEquals(Errors.FENCED_INSTANCE_ID, patient.joined(first).error());
    patient.pass(3_000);
    assertEquals(Errors.NONE, patient.joined(second).error());
    Joined third =
        patient.joined(patient.send(patient.join(patient.joined(second).memberId(), "i1")));
    assertEquals(Errors.NONE, third.error());
    assertEquals(
        Errors.FENCED_INSTANCE_ID,
        patient.joined(patient.send(patient.join("client-old", "i1"))).error());
    assertEquals(
        Errors.UNKNOWN_MEMBER_ID,
        patient.joined(patient.send(patient.join("client-old", "i2"))).error());
  }

  @Test
  public void static_aLateRejoinKeepsItsPlace() {
    Joined first = g.joined(g.send(g.join("", "i1")));
    g.sync(first, Map.of());
    int second = g.send(g.newMember());
    for (int i = 0; i < 12; i++) {
      g.pass(GroupDriver.REBALANCE_MS / 12);
      g.send(new Heartbeat(first.memberId(), "i1", first.generation()));
    }
    assertEquals(2, g.joined(second).members().size());
    assertEquals(g.joined(second).memberId(), g.joined(second).leader());
  }

  @Test
  public void static_anAdministratorRemovesByInstance() {
    Joined first = g.joined(g.send(g.join("", "i1")));
    g.sync(first, Map.of());
    Left left =
        g.answer(
            g.send(new Leave(List.of(new Leaver("", "i2"), new Leaver("", "i1")))), Left.class);
    assertEquals(Errors.UNKNOWN_MEMBER_ID, left.members().get(0).error());
    assertEquals(Errors.NONE, left.members().get(1).error());
    assertEquals("Empty", state());
  }

  // Limits, administration, restart

  @Test
  public void aFullGroupTakesNobody() {
    GroupDriver small = new GroupDriver(GroupDriver.configured(0, 1));
    Joined alone = small.stableAlone();
    assertEquals(
        Errors.GROUP_MAX_SIZE_REACHED, small.joined(small.send(small.newMember())).error());
    assertEquals(Errors.NONE, small.heartbeat(alone));
  }

  @Test
  public void describesWhoIsIn() {
    GroupDriver other = GroupDriver.withoutDelay();
    Joined alone = g.stableAlone();
    Described described = g.answer(g.send(new Describe()), Described.class);
    assertEquals("Stable", described.state());
    assertEquals("range", described.protocolName());
    assertEquals(alone.memberId(), described.members().get(0).memberId());
    assertArrayEquals(new byte[] {7}, described.members().get(0).assignment());
    assertEquals(
        Errors.GROUP_ID_NOT_FOUND,
        other.answer(other.send(new Describe()), Described.class).error());
  }

  @Test
  public void onlyAnEmptyGroupIsDeleted() {
    assertEquals(Errors.GROUP_ID_NOT_FOUND, g.answer(g.send(new Delete()), Deleted.class).error());
    Joined alone = g.stableAlone();
    assertEquals(Errors.NON_EMPTY_GROUP, g.answer(g.send(new Delete()), Deleted.class).error());
    g.leave(alone.memberId());
    assertEquals(Errors.NONE, g.answer(g.send(new Delete()), Deleted.class).error());
    assertFalse(g.group().exists());
    g.restart();
    assertFalse(g.group().exists());
  }

  @Test
  public void aRestartFindsTheLastStoredGeneration() {
    List<Joined> pair = g.stablePair();
    g.restart();
    assertEquals("Stable", state());
    assertEquals(Errors.NONE, g.heartbeat(pair.get(1)));
    assertArrayEquals(new byte[] {2}, g.synced(g.sync(pair.get(1), Map.of())).assignment());
    g.pass(GroupDriver.SESSION_MS - 1);
    g.heartbeat(pair.get(0));
    g.pass(1);
    assertEquals(Errors.UNKNOWN_MEMBER_ID, g.heartbeat(pair.get(1)));
  }

  @Test
  public void sessionsStandStillWhenTold() {
    Joined alone = g.stableAlone();
    g.group().prolongSessions(5_000);
    g.pass(GroupDriver.SESSION_MS + 4_999);
    assertEquals(Errors.NONE, g.heartbeat(alone));
  }

  private static List<String> membersOf(Joined joined) {
    return joined.members().stream().map(Joined.JoinedMember::memberId).toList();
  }
}
