package milena.broker.partition;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import akka.actor.typed.ActorRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import milena.broker.partition.PartitionReplica.AppendResult;
import milena.broker.partition.PartitionReplica.BecomeReplica;
import milena.broker.partition.PartitionReplica.Command;
import milena.broker.partition.PartitionReplica.Delete;
import milena.broker.partition.PartitionReplica.DeleteRecords;
import milena.broker.partition.PartitionReplica.Reconfigure;
import milena.broker.partition.PartitionReplica.RecordsDeleted;
import milena.broker.partition.PartitionReplica.Stopped;
import milena.broker.partition.Replicas.Answer;
import milena.common.OffsetAndEpoch;
import milena.common.config.LogConfig;
import milena.log.LogDirectory.Checkpoint;
import milena.log.LogSlice;
import milena.record.BatchBuilder;
import milena.record.RecordBatches;
import milena.record.RecordCursor;
import milena.replication.FollowerState;
import milena.testing.SeedRule;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

public class PartitionReplicaTest extends JUnitSuite {
  private static final LogConfig DEFAULT = LogConfig.DEFAULT;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  @Rule public final SeedRule seeds = new SeedRule();

  private Replicas node;

  @Before
  public void start() throws IOException {
    node = new Replicas(folder.getRoot().toPath());
  }

  @After
  public void end() throws IOException {
    node.close();
  }

  @Test
  public void appendsAreVisibleWhenAnswered() throws IOException {
    ActorRef<Command> leader = node.leader(0, DEFAULT);
    for (int acks : new int[] {1, -1, 0}) {
      Answer answer = node.append(leader, acks, node.batch("a" + acks, "b" + acks));
      AppendResult result = answer.await();
      assertEquals(Errors.NONE, result.error());
      assertEquals(List.of("released", "completed"), answer.calls());
      PartitionView view = node.view(0);
      assertTrue(view.leading());
      assertEquals(result.baseOffset() + 2, view.highWatermark());
      assertEquals(result.baseOffset() + 2, view.lastStableOffset());
    }
    assertEquals(List.of("a1", "b1", "a-1", "b-1", "a0", "b0"), values(node.view(0), 0));
    assertEquals(List.of("b-1", "a0", "b0"), values(node.view(0), 3).subList(1, 4));
  }

  @Test
  public void whatIsCutCountsAsSafeOnDiskNoLonger() throws IOException {
    ActorRef<Command> replica = node.leader(0, LogConfigs.with(c -> c.flushMessages = 1));
    for (int i = 0; i < 3; i++) {
      node.append(replica, -1, node.batch("v" + i)).await();
    }
    TopicPartition name = new TopicPartition("t", 0);
    node.directory.note(Checkpoint.RECOVERY_POINT, name, 3);
    node.directory.writeCheckpoint(Checkpoint.RECOVERY_POINT);
    replica.tell(become(Replicas.image(1, 1, 2, 1, 2), DEFAULT));
    var fetcher = node.kit.<ReplicaFetcher.Command>createTestProbe();
    replica.tell(
        new PartitionReplica.Fetched(
            1,
            3,
            new FollowerState.Answer(1, 0, new OffsetAndEpoch(1, 0), false),
            ByteBuffer.allocate(0),
            new AnswerMemory(() -> {}),
            fetcher.ref()));
    assertEquals(1, fetcher.expectMessageClass(ReplicaFetcher.Taken.class).offset());
    // The replica has gone on by the time it answers another message.
    node.append(replica, 1, node.batch("refused")).await();
    assertEquals(1L, (long) node.files.readCheckpoint(Checkpoint.RECOVERY_POINT).get(name));
  }

  @Test
  public void manyAppendsKeepTheirOrderAndFewWritesCarryThem() {
    ActorRef<Command> leader = node.leader(0, DEFAULT);
    List<PartitionView> published = Collections.synchronizedList(new ArrayList<>());
    node.registry
        .find(Replicas.id(0))
        .watch(
            new PartitionHandle.Watcher() {
              @Override
              public void published(PartitionView view) {
                published.add(view);
              }

              @Override
              public void stopped() {}
            });
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      answers.add(node.append(leader, i % 3 - 1, node.batch("v" + i)));
    }
    for (int i = 0; i < 1000; i++) {
      assertEquals(i, answers.get(i).await().baseOffset());
    }
    assertEquals(1000, node.view(0).highWatermark());
    long last = 0;
    for (PartitionView view : published) {
      assertTrue(view.highWatermark() >= last);
      last = view.highWatermark();
    }
    assertTrue(published.size() + " writes", published.size() < 900);
  }

  @Test
  public void refusals() {
    LogConfig strict = LogConfigs.with(c -> c.maxMessageBytes = 100);
    ActorRef<Command> leader = node.leader(0, strict);
    assertEquals(
        Errors.MESSAGE_TOO_LARGE,
        node.append(leader, -1, node.batch("x".repeat(100))).await().error());
    ByteBuffer corrupt = node.batch("y");
    corrupt.put(65, (byte) 99);
    assertEquals(Errors.CORRUPT_MESSAGE, node.append(leader, 1, corrupt).await().error());
    ByteBuffer late = Replicas.batch(node.nowMs.get() + 4_000_000, "z");
    AppendResult refused = node.append(leader, 1, late).await();
    assertEquals(Errors.INVALID_TIMESTAMP, refused.error());
    assertEquals(1, refused.recordErrors().size());
    assertEquals(0, refused.recordErrors().get(0).batchIndex());
    Duration wait = Duration.ofSeconds(30);
    assertEquals(Errors.NONE, node.append(leader, 1, node.batch("0"), 0, wait).await().error());
    assertEquals(
        Errors.UNKNOWN_LEADER_EPOCH,
        node.append(leader, 1, node.batch("1"), 1, wait).await().error());
    assertEquals(1, node.view(0).highWatermark());
  }

  @Test
  public void onlyALeaderAppends() {
    ActorRef<Command> replica = node.spawn(0);
    assertEquals(
        Errors.NOT_LEADER_OR_FOLLOWER, node.append(replica, 1, node.batch("a")).await().error());
    replica.tell(become(Replicas.image(4, 9, 2, 1, 2), DEFAULT));
    node.awaitHandle(0);
    assertFalse(node.view(0).leading());
    assertEquals(2, node.view(0).leaderId());
    assertEquals(
        Errors.NOT_LEADER_OR_FOLLOWER, node.append(replica, 1, node.batch("a")).await().error());
    replica.tell(become(Replicas.image(5, 10, 1, 1), DEFAULT));
    assertEquals(Errors.NONE, node.append(replica, 1, node.batch("a")).await().error());
    replica.tell(become(Replicas.image(4, 9, 2, 1, 2), DEFAULT)); // an old word
    assertEquals(1, node.append(replica, 1, node.batch("a")).await().baseOffset());
    assertEquals(5, node.view(0).log().epochOfOffset(1));
    assertEquals(
        Errors.FENCED_LEADER_EPOCH,
        node.append(replica, 1, node.batch("a"), 4, Duration.ZERO).await().error());
  }

  @Test
  public void aLeaderTellsWhetherSomebodyWaitsForItsFollowers() {
    ActorRef<Command> leader = node.spawn(0);
    leader.tell(become(Replicas.image(0, 0, 1, 1, 2), DEFAULT));
    node.append(leader, 1, node.batch("for nobody")).await();
    assertFalse(node.view(0).awaited());

    Reader reader = new Reader();
    PartitionHandle handle = node.registry.find(Replicas.id(0));
    handle.watch(reader);
    node.append(leader, 1, node.batch("for a reader")).await();
    assertTrue(node.view(0).awaited());
    handle.unwatch(reader);

    Answer all = node.append(leader, -1, node.batch("for its producer"));
    node.append(leader, 1, node.batch("behind it")).await();
    assertTrue(node.view(0).awaited());
    leader.tell(new PartitionReplica.FollowerFetched(2, 0, 0, 4, 0));
    all.await();
    node.append(leader, 1, node.batch("for nobody")).await();
    assertFalse(node.view(0).awaited());
  }

  /** It has had all that is committed. */
  private static final class Reader implements PartitionHandle.Watcher {
    @Override
    public void published(PartitionView view) {}

    @Override
    public void stopped() {}

    @Override
    public boolean awaitsCommits() {
      return true;
    }
  }

  @Test
  public void tooFewInSync() {
    ActorRef<Command> replica = node.spawn(0);
    LogConfig two = LogConfigs.with(c -> c.minInSyncReplicas = 2);
    replica.tell(become(Replicas.image(0, 0, 1, List.of(1, 2), 1), two));
    assertEquals(
        Errors.NOT_ENOUGH_REPLICAS, node.append(replica, -1, node.batch("a")).await().error());
    assertEquals(Errors.NONE, node.append(replica, 1, node.batch("a")).await().error());
    assertEquals(0, node.view(0).highWatermark());
    replica.tell(new Reconfigure(DEFAULT));
    assertEquals(Errors.NONE, node.append(replica, -1, node.batch("a")).await().error());
    assertEquals(2, node.view(0).highWatermark());
  }

  @Test
  public void whoWasAskedInCountsOnAfterAnErrorOfItsOwn() {
    ActorRef<Command> replica = node.spawn(0);
    replica.tell(become(Replicas.image(0, 0, 1, List.of(1, 2), 1), DEFAULT));
    replica.tell(new PartitionReplica.FollowerFetched(2, 5, 0, 0, 0)); // it is asked in
    assertEquals(Errors.NONE, node.append(replica, 1, node.batch("a")).await().error());
    assertEquals(0, node.view(0).highWatermark());
    replica.tell(new Reconfigure(null));
    Answer answer = node.append(replica, 1, node.batch("b"));
    while (answer.await().error() == Errors.NOT_LEADER_OR_FOLLOWER) {
      answer = node.append(replica, 1, node.batch("b"));
    }
    assertEquals(1, answer.await().baseOffset());
    assertEquals(0, node.view(0).highWatermark());
    replica.tell(new PartitionReplica.FollowerFetched(2, 5, 0, 2, 0));
    assertEquals(2, node.append(replica, 1, node.batch("c")).await().baseOffset());
    assertEquals(2, node.view(0).highWatermark());
  }

  @Test
  public void whatIsNotCommittedInTimeIsToldSo() {
    ActorRef<Command> replica = node.spawn(0);
    replica.tell(become(Replicas.image(0, 0, 1, 1, 2), DEFAULT));
    Answer inTime = node.append(replica, -1, node.batch("a"), -1, Duration.ofSeconds(60));
    Answer late = node.append(replica, -1, node.batch("b"), -1, Duration.ofMillis(50));
    assertEquals(Errors.REQUEST_TIMED_OUT, late.await().error());
    assertFalse(inTime.result.isDone());
    assertEquals(0, node.view(0).highWatermark());
    replica.tell(become(Replicas.image(0, 1, 1, 1), DEFAULT)); // the other has left the ISR
    assertEquals(0, inTime.await().baseOffset());
    assertEquals(2, node.view(0).highWatermark());
  }

  @Test
  public void whoStopsLeadingSaysSo() {
    ActorRef<Command> replica = node.spawn(0);
    replica.tell(become(Replicas.image(0, 0, 1, 1, 2), DEFAULT));
    Answer waiting = node.append(replica, -1, node.batch("a"));
    replica.tell(become(Replicas.image(1, 1, 2, 1, 2), DEFAULT));
    assertEquals(Errors.NOT_LEADER_OR_FOLLOWER, waiting.await().error());
    assertEquals(List.of("released", "completed"), waiting.calls());
  }

  @Test
  public void everyMessageFlushed() {
    LogConfig flushed = LogConfigs.with(c -> c.flushMessages = 1);
    ActorRef<Command> leader = node.leader(0, flushed);
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      answers.add(node.append(leader, i % 2 == 0 ? 1 : -1, node.batch("v" + i)));
    }
    for (int i = 0; i < 200; i++) {
      assertEquals(i, answers.get(i).await().baseOffset());
      HostedReplica hosted = (HostedReplica) node.registry.find(Replicas.id(0));
      assertTrue(hosted.recoveryPoint() > i);
    }
    assertEquals(200, node.view(0).highWatermark());
  }

  @Test
  public void aCleanStopKeepsEverything() throws IOException {
    ActorRef<Command> leader = node.leader(0, DEFAULT);
    node.append(leader, 1, node.batch("a", "b")).await();
    CountDownLatch told = new CountDownLatch(1);
    node.registry
        .find(Replicas.id(0))
        .watch(
            new PartitionHandle.Watcher() {
              @Override
              public void published(PartitionView view) {}

              @Override
              public void stopped() {
                told.countDown();
              }
            });
    Stopped stopped = node.stop(leader, true);
    assertTrue(stopped.safe());
    assertNull(node.registry.find(Replicas.id(0)));
    assertEquals(0, told.getCount());
    leader = node.leader(0, DEFAULT);
    assertEquals(2, node.view(0).highWatermark());
    assertEquals(List.of("a", "b"), values(node.view(0), 0));
    assertEquals(2, node.append(leader, 1, node.batch("c")).await().baseOffset());
  }

  @Test
  public void aKilledReplicaKeepsWhatItHadWritten() throws IOException {
    ActorRef<Command> leader = node.leader(0, DEFAULT);
    node.append(leader, 1, node.batch("a", "b")).await();
    node.stop(leader, false);
    node.leader(0, DEFAULT);
    assertEquals(List.of("a", "b"), values(node.view(0), 0));
    assertEquals(2, node.view(0).highWatermark());
  }

  @Test
  public void deletedReplicasLeaveNothing() throws IOException, InterruptedException {
    ActorRef<Command> leader = node.leader(0, DEFAULT);
    node.append(leader, 1, node.batch("a")).await();
    assertTrue(Files.exists(node.directory.path().resolve("t-0")));
    var probe = node.kit.<Stopped>createTestProbe();
    leader.tell(new Delete(probe.getRef()));
    assertTrue(probe.receiveMessage().safe());
    probe.expectTerminated(leader, Duration.ofSeconds(30));
    assertFalse(Files.exists(node.directory.path().resolve("t-0")));
    node.blocking.shutdown();
    assertTrue(node.blocking.awaitTermination(60, TimeUnit.SECONDS));
    try (var files = Files.list(node.directory.path())) {
      assertEquals(List.of(), files.filter(Files::isDirectory).toList());
    }
  }

  @Test
  public void aDeletionWaitsForTheFlushUnderWay() throws InterruptedException {
    LogConfig flushed = LogConfigs.with(c -> c.flushMessages = 1);
    ActorRef<Command> leader = node.leader(0, flushed);
    CountDownLatch disk = new CountDownLatch(1);
    for (int i = 0; i < 2; i++) {
      node.blocking.execute(() -> awaitQuietly(disk));
    }
    Answer answer = node.append(leader, 1, node.batch("a"));
    node.kit
        .createTestProbe()
        .awaitAssert(
            () -> {
              assertEquals(1, node.view(0).log().logEndOffset());
              return null;
            });
    var probe = node.kit.<Stopped>createTestProbe();
    leader.tell(new Delete(probe.getRef()));
    assertEquals(Errors.NOT_LEADER_OR_FOLLOWER, answer.await().error());
    assertTrue(Files.exists(node.directory.path().resolve("t-0")));
    disk.countDown();
    assertTrue(probe.receiveMessage().safe());
    assertFalse(Files.exists(node.directory.path().resolve("t-0")));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  public void recordsAreDeletedUpToTheHighWatermarkAtMost() {
    ActorRef<Command> leader = node.leader(0, DEFAULT);
    node.append(leader, 1, node.batch("a", "b", "c")).await();
    var probe = node.kit.<RecordsDeleted>createTestProbe();
    leader.tell(new DeleteRecords(2, Long.MAX_VALUE, probe.getRef()));
    assertEquals(new RecordsDeleted(Errors.NONE.code(), 2), probe.receiveMessage());
    assertEquals(2, node.view(0).log().logStartOffset());
    leader.tell(new DeleteRecords(4, Long.MAX_VALUE, probe.getRef()));
    assertEquals(Errors.OFFSET_OUT_OF_RANGE.code(), probe.receiveMessage().errorCode());
    leader.tell(new DeleteRecords(-1, Long.MAX_VALUE, probe.getRef()));
    assertEquals(new RecordsDeleted(Errors.NONE.code(), 3), probe.receiveMessage());
  }

  @Test
  public void retentionDropsOldSegments() {
    LogConfig brief =
        LogConfigs.with(
            c -> {
              c.segmentBytes = 1024;
              c.retentionMs = 1000;
              c.fileDeleteDelayMs = 0;
            });
    ActorRef<Command> leader = node.leader(0, brief);
    for (int i = 0; i < 20; i++) {
      node.append(leader, 1, node.batch("x".repeat(400))).await();
    }
    node.nowMs.addAndGet(2000);
    node.append(leader, 1, node.batch("new")).await();
    leader.tell(PartitionReplica.Tick.RETENTION);
    AppendResult last = node.append(leader, 1, node.batch("newer")).await();
    assertEquals(21, last.baseOffset());
    assertTrue(last.logStartOffset() > 15);
    assertEquals(last.logStartOffset(), node.view(0).log().logStartOffset());
  }

  @Test
  public void compactionKeepsTheLastValueOfEachKeyWhileAppendsGoOn() throws IOException {
    LogConfig compacted =
        LogConfigs.with(
            c -> {
              c.compact = true;
              c.segmentBytes = 4096;
              c.fileDeleteDelayMs = 0;
            });
    ActorRef<Command> leader = node.leader(0, compacted);
    Random random = seeds.random();
    int[] last = new int[10];
    for (int i = 0; i < 600; i++) {
      int key = random.nextInt(10);
      last[key] = i;
      append(leader, "k" + key, i);
      if (i % 100 == 50) {
        node.host.compactions().ask(leader);
      }
    }
    var probe = node.kit.createTestProbe();
    probe.awaitAssert(
        () -> {
          node.host.compactions().ask(leader);
          assertTrue(node.view(0).log().sizeInBytes() < 3 * 4096);
          return null;
        });
    List<String> values = values(node.view(0), 0);
    for (int key = 0; key < 10; key++) {
      assertTrue(values.contains("k" + key + "=" + last[key]));
    }
    append(leader, "k0", 600);
    assertEquals(601, node.view(0).highWatermark());
  }

  private void append(ActorRef<Command> leader, String key, int value) {
    ByteBuffer batch =
        new BatchBuilder(Compression.NONE)
            .append(node.nowMs.get(), key.getBytes(), (key + "=" + value).getBytes())
            .build();
    assertEquals(Errors.NONE, node.append(leader, 1, batch).await().error());
  }

  @Test
  public void replicasTakeTurnsAtCompaction() {
    var first = node.kit.<Command>createTestProbe();
    var second = node.kit.<Command>createTestProbe();
    CompactionTurns turns = new CompactionTurns(() -> 1);
    turns.ask(first.getRef());
    turns.ask(second.getRef());
    turns.ask(second.getRef());
    first.expectMessage(PartitionReplica.Tick.COMPACT);
    second.expectNoMessage(Duration.ofMillis(10));
    turns.done(second.getRef()); // not its turn
    turns.withdraw(first.getRef(), true);
    second.expectNoMessage(Duration.ofMillis(10));
    turns.done(first.getRef());
    second.expectMessage(PartitionReplica.Tick.COMPACT);
    turns.ask(first.getRef());
    turns.withdraw(second.getRef(), false);
    first.expectMessage(PartitionReplica.Tick.COMPACT);
  }

  @Test
  public void aFailingDiskTakesItsReplicasOffline() throws IOException {
    LogConfig small = LogConfigs.with(c -> c.segmentBytes = 1024);
    ActorRef<Command> leader = node.leader(0, small);
    ActorRef<Command> neighbour = node.leader(1, small);
    node.append(leader, 1, node.batch("x".repeat(900))).await();
    // The next segment can't be made where there is no directory.
    Files.move(node.directory.path().resolve("t-0"), node.directory.path().resolve("gone-0"));
    Answer answer = node.append(leader, 1, node.batch("x".repeat(900)));
    assertEquals(Errors.KAFKA_STORAGE_ERROR, answer.await().error());
    assertEquals(List.of("released", "completed"), answer.calls());
    assertEquals(
        Errors.KAFKA_STORAGE_ERROR, node.append(leader, 1, node.batch("y")).await().error());
    assertTrue(node.view(0).offline());
    assertFalse(node.view(0).leading());
    assertEquals(List.of(node.directory), node.failed);
    neighbour.tell(PartitionReplica.Tick.DIRECTORY_FAILED);
    assertEquals(
        Errors.KAFKA_STORAGE_ERROR, node.append(neighbour, 1, node.batch("y")).await().error());
    assertEquals(List.of(node.directory), node.failed);
  }

  @Test
  public void aLogThatCanNotBeOpenedIsOfflineAndNotForgotten() throws IOException {
    Files.writeString(node.directory.path().resolve("t-0"), "where the directory should be");
    ActorRef<Command> replica = node.spawn(0);
    replica.tell(
        new PartitionReplica.BecomeReplica(
            "t", Replicas.image(0, 0, Replicas.SELF, Replicas.SELF), DEFAULT, node.directory));
    assertTrue(node.awaitHandle(0).isOffline());
    assertEquals(List.of(node.directory), node.failed);
    assertEquals(
        Errors.KAFKA_STORAGE_ERROR, node.append(replica, 1, node.batch("a")).await().error());

    ActorRef<Command> neighbour = node.spawn(1);
    neighbour.tell(
        new PartitionReplica.BecomeReplica(
            "t", Replicas.image(0, 0, Replicas.SELF, Replicas.SELF), DEFAULT, node.directory));
    assertTrue("It came when its directory had failed", node.awaitHandle(1).isOffline());
    assertFalse(node.stop(neighbour, true).safe());
    assertFalse(node.stop(replica, true).safe());
  }

  @Test
  public void aListenerThatFailsHarmsNobody() throws IOException {
    ActorRef<Command> leader = node.leader(0, DEFAULT);
    Answer broken =
        new Answer() {
          @Override
          public void completed(AppendResult completed) {
            super.completed(completed);
            throw new IllegalStateException("a listener that fails, on purpose");
          }
        };
    leader.tell(
        new PartitionReplica.Append(
            node.batch("a"), (short) 1, PartitionReplica.AppendOrigin.CLIENT, -1, 0, broken));
    assertEquals(1, node.append(leader, 1, node.batch("b")).await().baseOffset());
    assertEquals(List.of("released", "completed"), broken.calls());
  }

  @Test
  public void anErrorOfOurOwnCostsNothingThatWasAcknowledged() throws IOException {
    ActorRef<Command> leader = node.leader(0, DEFAULT);
    node.append(leader, 1, node.batch("a")).await();
    leader.tell(new Reconfigure(null));
    List<String> expected = new ArrayList<>(List.of("a"));
    // This one may come before or after the log is open again.
    AppendResult between = node.append(leader, 1, node.batch("b")).await();
    if (between.error() == Errors.NONE) {
      expected.add("b");
    } else {
      assertEquals(Errors.NOT_LEADER_OR_FOLLOWER, between.error());
    }
    assertEquals(Errors.NONE, node.append(leader, 1, node.batch("c")).await().error());
    expected.add("c");
    assertEquals(expected, values(node.view(0), 0));
  }

  @Test
  public void agreesWithAListWhateverHappens() throws IOException {
    Random random = seeds.random();
    LogConfig small =
        LogConfigs.with(
            c -> {
              c.segmentBytes = 2048;
              c.flushMessages = random.nextBoolean() ? 7 : Long.MAX_VALUE;
            });
    List<String> expected = new ArrayList<>();
    ActorRef<Command> leader = node.leader(0, small);
    for (int round = 0; round < 30; round++) {
      List<Answer> answers = new ArrayList<>();
      for (int i = random.nextInt(40); i > 0; i--) {
        String[] values = new String[1 + random.nextInt(4)];
        for (int v = 0; v < values.length; v++) {
          values[v] = "v" + (expected.size() + v) + "x".repeat(random.nextInt(50));
        }
        expected.addAll(List.of(values));
        answers.add(node.append(leader, random.nextBoolean() ? 1 : -1, node.batch(values)));
      }
      answers.forEach(answer -> assertEquals(Errors.NONE, answer.await().error()));
      if (random.nextInt(4) == 0) {
        node.stop(leader, random.nextBoolean());
        leader = node.leader(0, small);
      }
      assertEquals(expected.size(), node.view(0).highWatermark());
      assertEquals(expected, values(node.view(0), 0));
    }
  }

  private BecomeReplica become(milena.metadata.PartitionImage image, LogConfig config) {
    return new BecomeReplica("t", image, config, node.directory);
  }

  private static List<String> values(PartitionView view, long from) throws IOException {
    List<String> values = new ArrayList<>();
    long next = from;
    try (RecordCursor records = new RecordCursor()) {
      while (next < view.highWatermark()) {
        try (LogSlice slice = view.log().read(next, view.highWatermark(), 1 << 20, true)) {
          ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
          slice.channel().read(bytes, slice.position());
          RecordBatches batches = new RecordBatches().wrap(bytes.flip());
          while (batches.next()) {
            records.start(batches.batch());
            while (records.next()) {
              values.add(new String(org.apache.kafka.common.utils.Utils.toArray(records.value())));
            }
            next = batches.batch().nextOffset();
          }
        }
      }
    }
    return values;
  }
}
