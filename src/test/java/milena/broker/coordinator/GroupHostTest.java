package milena.broker.coordinator;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import milena.broker.partition.PartitionReplica.Append;
import milena.broker.partition.PartitionReplica.AppendResult;
import milena.group.GroupConfig;
import milena.group.classic.ClassicConfig;
import milena.group.message.GroupRequest.CommitOffsets;
import milena.group.message.GroupRequest.CommitOffsets.OffsetToCommit;
import milena.group.message.GroupRequest.Delete;
import milena.group.message.GroupRequest.Describe;
import milena.group.message.GroupRequest.FetchOffsets;
import milena.group.message.GroupRequest.FetchOffsets.OffsetQuery;
import milena.group.message.GroupRequest.Heartbeat;
import milena.group.message.GroupRequest.Join;
import milena.group.message.GroupRequest.Protocol;
import milena.group.message.GroupRequest.Sync;
import milena.group.message.GroupResponse;
import milena.group.message.GroupResponse.Deleted;
import milena.group.message.GroupResponse.Described;
import milena.group.message.GroupResponse.HeartbeatAnswered;
import milena.group.message.GroupResponse.Joined;
import milena.group.message.GroupResponse.OffsetsCommitted;
import milena.group.message.GroupResponse.OffsetsFetched;
import milena.group.message.GroupResponse.Refused;
import milena.group.message.GroupResponse.Synced;
import milena.group.offsets.OffsetsConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.After;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Groups as their node serves them: loading, persisting, failing, moving away and coming back. */
public class GroupHostTest extends JUnitSuite {
  private final CoordinatorWorld world =
      new CoordinatorWorld(
          new GroupConfig(
              new ClassicConfig(0, 1_000, 100_000, 1_000, 300_000), OffsetsConfig.DEFAULTS));

  @After
  public void stop() {
    world.close();
  }

  @Test
  public void nobodyIsServedWhereNothingLeads() {
    assertEquals(new Refused(Errors.NOT_COORDINATOR), world.ask("g", new Describe()));
    world.lead(3, 1);
    assertEquals(
        Errors.GROUP_ID_NOT_FOUND, world.ask("g", new Describe(), Described.class).error());
    world.follow(2);
    await(() -> world.ask("g", new Describe()).equals(new Refused(Errors.NOT_COORDINATOR)));
  }

  @Test
  public void whatIsCommittedIsFoundAgainByTheNextLeader() {
    world.lead(2, 1);
    for (int i = 0; i < 20; i++) {
      assertEquals(Errors.NONE, commit("g" + i, "t", 100 + i));
      assertEquals(Errors.NONE, commit("g" + i, "t", 200 + i));
    }
    Joined joined = world.ask("g3", join(), Joined.class);
    world.ask("g3", new Sync(joined.memberId(), null, 1, null, null, Map.of()), Synced.class);
    world.follow(2);
    await(() -> world.ask("g1", new Describe()) instanceof Refused);
    world.lead(2, 3);
    for (int i = 0; i < 20; i++) {
      assertEquals(200 + i, fetch("g" + i, "t"));
    }
    assertEquals(20, world.registry().list().size());
    assertEquals(
        Errors.NONE,
        world
            .ask("g3", new Heartbeat(joined.memberId(), null, 1), HeartbeatAnswered.class)
            .error());
    assertEquals(Errors.NONE, commit("g1", "t", 300));
    assertEquals(300, fetch("g1", "t"));
  }

  @Test
  public void commitsThatMeetAPersistAreStoredTogether() throws Exception {
    world.lead(1, 1);
    assertEquals(Errors.NONE, commit("g", "t0", 0));
    int before = world.appends.size();
    List<CompletionStage<GroupResponse>> answers = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      answers.add(world.registry().ask("g", commitOf("t" + i, i)));
    }
    for (CompletionStage<GroupResponse> answer : answers) {
      OffsetsCommitted committed =
          (OffsetsCommitted) answer.toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertEquals(List.of(Errors.NONE), committed.partitions());
    }
    assertTrue(
        "far fewer batches than commits: " + (world.appends.size() - before),
        world.appends.size() - before < 250);
    assertEquals(499, fetch("g", "t499"));
  }

  @Test
  public void aFetchIsNotPutOffByCommitsThatKeepComing() throws Exception {
    world.lead(1, 1);
    Append held = heldWrite();
    AtomicInteger rounds = new AtomicInteger();
    CompletableFuture<Integer> roundsBefore = new CompletableFuture<>();
    world.registry().ask("g", commitOf("t", 2));
    commitBetweenHeartbeats(rounds, roundsBefore);
    world
        .registry()
        .ask("g", fetchOf("t"))
        .whenComplete((fetched, failure) -> roundsBefore.complete(rounds.get()));
    finish(held);
    int before = roundsBefore.get(30, TimeUnit.SECONDS);
    assertTrue("It waited for " + before + " commits after it", before < 10);
  }

  /** Each answered heartbeat brings a commit and another heartbeat, until the fetch is answered. */
  private void commitBetweenHeartbeats(AtomicInteger rounds, CompletableFuture<Integer> until) {
    world
        .registry()
        .ask("g", new Heartbeat("nobody", null, 1))
        .whenComplete(
            (beat, failure) -> {
              if (!until.isDone() && rounds.incrementAndGet() < 500) {
                world.registry().ask("g", commitOf("t", rounds.get()));
                commitBetweenHeartbeats(rounds, until);
              }
            });
  }

  @Test
  public void asManyAsMayWaitForAWriteAreAnsweredAfterIt() throws Exception {
    world.lead(1, 1);
    Append held = heldWrite();
    List<CompletionStage<GroupResponse>> answers = new ArrayList<>();
    for (int i = 0; i < GroupHandle.MAX_QUEUED; i++) {
      answers.add(world.registry().ask("g", new Heartbeat("nobody", null, 1)));
    }
    assertEquals(
        new Refused(Errors.COORDINATOR_NOT_AVAILABLE),
        world.ask("g", new Heartbeat("nobody", null, 1)));
    finish(held);
    for (CompletionStage<GroupResponse> answer : answers) {
      assertEquals(
          new HeartbeatAnswered(Errors.UNKNOWN_MEMBER_ID),
          answer.toCompletableFuture().get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  public void offsetsGoWithTheirTopicHoweverManyRequestsWait() {
    world.lead(1, 1);
    world.makeTopic("t");
    Append held = heldWrite();
    for (int i = 0; i < GroupHandle.MAX_QUEUED; i++) {
      world.registry().ask("g", new Heartbeat("nobody", null, 1));
    }
    world.deleteTopic("t");
    // Told to the host, which tells the groups: the next group's start comes after it.
    CommitOffsets nothing = new CommitOffsets("", null, -1, -1, List.of(), true);
    world.ask("other", nothing, OffsetsCommitted.class);
    finish(held);
    await(() -> fetch("g", "t") == -1);
  }

  /** Begins a write, during which all else waits. */
  private Append heldWrite() {
    assertEquals(Errors.NONE, commit("g", "t", 0));
    int before = world.appends.size();
    world.appendsEnd = null;
    world.registry().ask("g", commitOf("t", 1));
    await(() -> world.appends.size() > before);
    world.appendsEnd = Errors.NONE;
    return world.appends.get(before);
  }

  private static void finish(Append held) {
    held.listener().completed(new AppendResult(Errors.NONE, "", 1, -1, 0, List.of()));
  }

  @Test
  public void aFailedWriteIsAnsweredAndTheGroupComesBack() {
    world.lead(1, 1);
    assertEquals(Errors.NONE, commit("g", "t", 1));
    Joined joined = world.ask("g", join(), Joined.class);
    world.appendsEnd = Errors.NOT_ENOUGH_REPLICAS;
    assertEquals(
        new Refused(Errors.COORDINATOR_NOT_AVAILABLE),
        world.ask("g", new Sync(joined.memberId(), null, 1, null, null, Map.of())));
    world.appendsEnd = Errors.NONE;
    assertEquals(1, fetch("g", "t"));
    assertEquals("what was not stored is lost", Errors.NONE, commit("g", "t", 2));
    assertEquals(2, fetch("g", "t"));
  }

  @Test
  public void aParkedJoinIsAnsweredWhenThePartitionLeadsElsewhere() throws Exception {
    world.lead(1, 1);
    Joined first = world.ask("g", join(), Joined.class);
    world.ask("g", new Sync(first.memberId(), null, 1, null, null, Map.of()), Synced.class);
    CompletableFuture<GroupResponse> parked =
        world.registry().ask("g", join()).toCompletableFuture();
    assertEquals("PreparingRebalance", world.ask("g", new Describe(), Described.class).state());
    assertFalse(parked.isDone());
    world.follow(2);
    assertEquals(new Refused(Errors.NOT_COORDINATOR), parked.get(30, TimeUnit.SECONDS));
  }

  @Test
  public void aWriteThatIsNeverAnsweredDoesNotHoldUpTheMove() throws Exception {
    world.lead(1, 1);
    assertEquals(Errors.NONE, commit("g", "t", 1));
    world.appendsEnd = null;
    CompletableFuture<GroupResponse> hanging =
        world.registry().ask("g", commitOf("t", 2)).toCompletableFuture();
    await(() -> world.appends.size() == 2);
    world.follow(2);
    assertEquals(new Refused(Errors.NOT_COORDINATOR), hanging.get(30, TimeUnit.SECONDS));
    world.appendsEnd = Errors.NONE;
    world.lead(1, 3);
    assertEquals(1, fetch("g", "t"));
  }

  @Test
  public void aDeletedGroupIsGoneForGood() {
    world.lead(1, 1);
    assertEquals(Errors.NONE, commit("g", "t", 1));
    assertEquals(Errors.NONE, world.ask("g", new Delete(), Deleted.class).error());
    assertEquals(List.of(), world.registry().list());
    assertEquals(-1, fetch("g", "t"));
    world.follow(2);
    await(() -> world.ask("g", new Describe()) instanceof Refused);
    world.lead(1, 3);
    assertEquals(
        Errors.GROUP_ID_NOT_FOUND, world.ask("g", new Describe(), Described.class).error());
    assertEquals(Errors.NONE, commit("g", "t", 5));
    assertEquals(5, fetch("g", "t"));
  }

  @Test
  public void offsetsGoWithTheirTopic() {
    world.lead(1, 1);
    world.makeTopic("t");
    assertEquals(Errors.NONE, commit("g", "t", 1));
    assertEquals(Errors.NONE, commit("g", "u", 1));
    world.deleteTopic("t");
    await(() -> fetch("g", "t") == -1);
    assertEquals(1, fetch("g", "u"));
  }

  @Test
  public void loadingWaitsForTheHighWatermark() {
    world.lead(1, 1);
    assertEquals(Errors.NONE, commit("g", "t", 1));
    world.follow(2);
    await(() -> world.ask("g", new Describe()) instanceof Refused);
    world.file(0).publish(0, 0);
    world.lead(1, 3);
    await(
        () ->
            world
                .ask("g", new Describe())
                .equals(new Refused(Errors.COORDINATOR_LOAD_IN_PROGRESS)));
    world.file(0).publish(1, 1);
    assertEquals(1, fetch("g", "t"));
  }

  // -----------------------------------------------------------------------------------------

  private Errors commit(String group, String topic, long offset) {
    OffsetsCommitted committed = world.ask(group, commitOf(topic, offset), OffsetsCommitted.class);
    return committed.error() == Errors.NONE ? committed.partitions().get(0) : committed.error();
  }

  private static CommitOffsets commitOf(String topic, long offset) {
    return new CommitOffsets(
        "",
        null,
        -1,
        -1,
        List.of(new OffsetToCommit(Uuid.ZERO_UUID, topic, 0, offset, -1, "")),
        true);
  }

  private long fetch(String group, String topic) {
    return world.ask(group, fetchOf(topic), OffsetsFetched.class).offsets().get(0).offset();
  }

  private static FetchOffsets fetchOf(String topic) {
    return new FetchOffsets(List.of(new OffsetQuery(Uuid.ZERO_UUID, topic, 0)), false);
  }

  private static Join join() {
    return new Join(
        "",
        null,
        "c",
        "h",
        30_000,
        60_000,
        "consumer",
        List.of(new Protocol("range", new byte[0])),
        Uuid.randomUuid().toString(),
        false,
        true);
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.holds()) {
      assertTrue("in time", System.nanoTime() < until);
      Thread.onSpinWait();
    }
  }
}
