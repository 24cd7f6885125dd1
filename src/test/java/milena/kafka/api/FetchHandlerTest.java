package milena.kafka.api;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import milena.broker.partition.FilePartition;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionReplica;
import milena.broker.partition.ReplicationThrottle;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class FetchHandlerTest extends JUnitSuite {
  private static final int SESSIONS = 2;
  private static final int ONE_BATCH = 69; // bytes of the batches that these tests append

  private final EmbeddedChannel loop = new EmbeddedChannel();
  private final LocalTopics topics = new LocalTopics();
  private final List<Runnable> disk = new ArrayList<>();
  private final ReadAhead readAhead = new ReadAhead(disk::add);
  private final FetchHandler handler =
      new FetchHandler(
          topics.partitions(),
          ReplicationThrottle.off(),
          readAhead,
          10 * ONE_BATCH,
          SESSIONS,
          false);
  private final List<FetchAnswer> answers = new ArrayList<>();
  private FilePartition first;
  private FilePartition second;

  @Before
  public void hostTwoPartitions() {
    loop.freezeTime();
    topics.topic("t", 3);
    first = topics.host("t", 0);
    second = topics.host("t", 1);
  }

  @After
  public void nothingStaysOpenOrWatched() {
    answers.forEach(FetchAnswer::close);
    for (FetchAnswer answer : List.copyOf(answers)) {
      if (answer.sessionId() != 0) {
        now(fetch(12, inSession(answer.sessionId(), FetchMetadata.FINAL_EPOCH, 0)));
      }
    }
    for (FilePartition partition : List.of(first, second)) {
      assertEquals(0, partition.openSlices.get());
      assertEquals(0, partition.watchers.size());
    }
    topics.close();
    loop.finish();
  }

  @Test
  public void whatIsThereIsGivenAtOnce() {
    first.append("a").append("b");
    FetchResponseData answer = now(fetch(12, request(500, at(0, 0))));
    assertEquals(2 * ONE_BATCH, part(answer, 0).records().sizeInBytes());
    assertEquals(2, part(answer, 0).highWatermark());
    assertEquals(2, part(answer, 0).lastStableOffset());
    assertEquals(0, part(answer, 0).logStartOffset());
    assertNull(part(answer, 0).abortedTransactions());
    assertEquals("t", answer.responses().get(0).topic());
  }

  @Test
  public void aFetchWaitsForTheFirstRecord() {
    var answer = fetch(12, request(500, at(0, 0), at(1, 0)));
    assertFalse(answer.isDone());
    second.append("a");
    assertFalse(answer.isDone());
    loop.runPendingTasks();
    assertEquals(ONE_BATCH, part(now(answer), 1).records().sizeInBytes());
    assertEquals(0, part(now(answer), 0).records().sizeInBytes());
  }

  @Test
  public void aFetchWaitsForAsManyBytesAsItWants() {
    var answer = fetch(12, request(500, at(0, 0)).setMinBytes(2 * ONE_BATCH));
    first.append("a");
    loop.runPendingTasks();
    assertFalse(answer.isDone());
    assertEquals(0, first.openSlices.get());
    first.append("b");
    loop.runPendingTasks();
    assertEquals(2 * ONE_BATCH, part(now(answer), 0).records().sizeInBytes());
  }

  @Test
  public void aFetchWaitsNoLongerThanItSays() {
    var answer = fetch(12, request(500, at(0, 0)));
    loop.advanceTimeBy(400, TimeUnit.MILLISECONDS);
    loop.runScheduledPendingTasks();
    assertFalse(answer.isDone());
    loop.advanceTimeBy(101, TimeUnit.MILLISECONDS);
    loop.runScheduledPendingTasks();
    assertEquals(0, part(now(answer), 0).records().sizeInBytes());
  }

  @Test
  public void withoutATimeToWaitTheAnswerIsNow() {
    assertEquals(0, part(now(fetch(12, request(0, at(0, 0)))), 0).records().sizeInBytes());
  }

  @Test
  public void aClosedConnectionLeavesNothingBehind() {
    var answer = fetch(12, request(500, at(0, 0)));
    assertEquals(1, first.watchers.size());
    answer.cancel(false);
    assertEquals(0, first.watchers.size());
    first.append("a");
    loop.runPendingTasks();
  }

  @Test
  public void whatIsNotCommittedIsNotSeen() {
    first.append("a").write("b", 0).publish(1, 1);
    assertEquals(ONE_BATCH, part(now(fetch(12, request(0, at(0, 0)))), 0).records().sizeInBytes());
  }

  @Test
  public void openTransactionsAreSeenByThoseWhoAskForIt() {
    first.append("a").append("b").abort(7, 0, 0).publish(2, 1);
    FetchRequestData committed = request(0, at(0, 0)).setIsolationLevel((byte) 1);
    PartitionData part = part(now(fetch(12, committed)), 0);
    assertEquals(ONE_BATCH, part.records().sizeInBytes());
    assertEquals(7, part.abortedTransactions().get(0).producerId());
    PartitionData all = part(now(fetch(12, request(0, at(0, 0)))), 0);
    assertEquals(2 * ONE_BATCH, all.records().sizeInBytes());
    assertNull(all.abortedTransactions());
  }

  @Test
  public void aPartitionsBytesAreBoundedButNotBelowOneBatch() {
    first.append("a").append("b").append("c");
    second.append("a");
    FetchRequestData request = request(500, at(0, 0, 1), at(1, 0, 1));
    FetchResponseData answer = now(fetch(12, request));
    assertEquals(ONE_BATCH, part(answer, 0).records().sizeInBytes());
    assertEquals(0, part(answer, 1).records().sizeInBytes());
  }

  @Test
  public void anAnswersBytesAreBounded() {
    for (int i = 0; i < 8; i++) {
      first.append("a");
      second.append("a");
    }
    FetchResponseData answer = now(fetch(12, request(500, at(0, 0), at(1, 0))));
    assertEquals(8 * ONE_BATCH, part(answer, 0).records().sizeInBytes());
    assertEquals(2 * ONE_BATCH, part(answer, 1).records().sizeInBytes());
    FetchResponseData less =
        now(fetch(12, request(500, at(0, 0), at(1, 0)).setMaxBytes(3 * ONE_BATCH)));
    assertEquals(3 * ONE_BATCH, part(less, 0).records().sizeInBytes());
  }

  @Test
  public void offsetsOutsideOfTheLogAreOutOfRange() {
    first.append("a").append("b").startsAt(1);
    for (long offset : new long[] {0, 3, -1}) {
      PartitionData part = part(now(fetch(12, request(500, at(0, offset)))), 0);
      assertEquals(Errors.OFFSET_OUT_OF_RANGE.code(), part.errorCode());
      assertEquals(-1, part.highWatermark());
    }
    assertFalse(fetch(12, request(500, at(0, 2))).cancel(false) && first.watchers.size() > 0);
  }

  @Test
  public void leaderEpochsAreCompared() {
    first.append("a").leads(true, 5);
    assertEquals(Errors.FENCED_LEADER_EPOCH.code(), errorAt(at(0, 0).setCurrentLeaderEpoch(4)));
    assertEquals(Errors.UNKNOWN_LEADER_EPOCH.code(), errorAt(at(0, 0).setCurrentLeaderEpoch(6)));
    assertEquals(Errors.NONE.code(), errorAt(at(0, 0).setCurrentLeaderEpoch(5)));
  }

  @Test
  public void aWaitingFetchHearsOfALostLeadership() {
    var answer = fetch(16, request(500, at(0, 0).setCurrentLeaderEpoch(0)));
    first.leads(false, 1);
    loop.runPendingTasks();
    assertEquals(Errors.FENCED_LEADER_EPOCH.code(), part(now(answer), 0).errorCode());
    assertEquals(0, part(now(answer), 0).currentLeader().leaderId());
    assertEquals("here", now(answer).nodeEndpoints().find(0).host());
  }

  @Test
  public void aWaitingFetchHearsThatAPartitionIsGone() {
    var answer = fetch(12, request(500, at(0, 0)));
    first.leave(topics.registry());
    loop.runPendingTasks();
    assertEquals(Errors.NOT_LEADER_OR_FOLLOWER.code(), part(now(answer), 0).errorCode());
  }

  @Test
  public void aWaitingFetchHearsOfAFailedDisk() {
    var answer = fetch(12, request(500, at(0, 0)));
    first.fail();
    loop.runPendingTasks();
    assertEquals(Errors.KAFKA_STORAGE_ERROR.code(), part(now(answer), 0).errorCode());
  }

  @Test
  public void divergenceIsToldToThoseWhoNameTheirLastEpoch() {
    first.append("a").leads(true, 5).append("b");
    PartitionData part = part(now(fetch(12, request(500, at(0, 2).setLastFetchedEpoch(4)))), 0);
    assertEquals(0, part.divergingEpoch().epoch());
    assertEquals(1, part.divergingEpoch().endOffset());
    assertEquals(0, part.records().sizeInBytes());
    assertEquals(Errors.OFFSET_OUT_OF_RANGE.code(), errorAt(at(0, 2).setLastFetchedEpoch(9)));
    assertEquals(Errors.NONE.code(), errorAt(at(0, 2).setLastFetchedEpoch(5)));
  }

  @Test
  public void unknownTopicsAreToldButDoNotEndTheWait() {
    FetchRequestData request = request(500, at(0, 0));
    request.topics().add(new FetchTopic().setTopic("unknown").setPartitions(List.of(at(0, 0))));
    var answer = fetch(12, request);
    assertFalse(answer.isDone());
    first.append("a");
    loop.runPendingTasks();
    assertEquals(
        Errors.UNKNOWN_TOPIC_OR_PARTITION.code(),
        now(answer).responses().get(1).partitions().get(0).errorCode());
  }

  @Test
  public void onlyUnknownTopicsAreToldAtOnce() {
    FetchRequestData request = request(500).setTopics(new ArrayList<>());
    request
        .topics()
        .add(new FetchTopic().setTopicId(Uuid.randomUuid()).setPartitions(List.of(at(0, 0))));
    FetchResponseData answer = now(fetch(13, request));
    assertEquals(Errors.UNKNOWN_TOPIC_ID.code(), part(answer, 0).errorCode());
  }

  @Test
  public void topicsMayBeNamedByTheirId() {
    first.append("a");
    FetchRequestData request = request(500, at(0, 0));
    request.topics().get(0).setTopic("").setTopicId(topics.id("t"));
    FetchResponseData answer = now(fetch(13, request));
    assertEquals(topics.id("t"), answer.responses().get(0).topicId());
    assertEquals(ONE_BATCH, part(answer, 0).records().sizeInBytes());
  }

  @Test
  public void followersMustSayWhichOfTheirLivesTheyAreIn() {
    FetchRequestData follower = request(500, at(0, 0)).setReplicaId(1);
    assertEquals(Errors.NOT_LEADER_OR_FOLLOWER.code(), now(fetch(12, follower)).errorCode());
  }

  // Replicas.

  @Test
  public void aFollowerGivesConsumersWhatItKnowsToBeCommitted() {
    first.append("a").write("b", 0).publish(1, 1).leads(false, 0);
    assertEquals(
        Errors.NOT_LEADER_OR_FOLLOWER.code(),
        part(now(fetch(10, request(500, at(0, 0)))), 0).errorCode());
    PartitionData part = part(now(fetch(11, request(500, at(0, 0).setCurrentLeaderEpoch(0)))), 0);
    assertEquals(Errors.NONE.code(), part.errorCode());
    assertEquals(ONE_BATCH, part.records().sizeInBytes());
    assertEquals(1, part.highWatermark());
  }

  @Test
  public void aConsumerAheadOfAFollowerWaitsForIt() {
    first.append("a").write("b", 0).write("c", 0).publish(1, 1).leads(false, 0);
    var answer = fetch(11, request(500, at(0, 2)));
    first.publish(2, 2);
    loop.runPendingTasks();
    assertFalse(answer.isDone());
    first.publish(3, 3);
    loop.runPendingTasks();
    assertEquals(ONE_BATCH, part(now(answer), 0).records().sizeInBytes());
  }

  @Test
  public void anotherReplicaSeesAllAndTellsWhereItStands() {
    first.append("a").write("b", 0).publish(1, 1).awaited(true);
    PartitionData part = part(now(fetch(17, fromReplica(at(0, 1).setCurrentLeaderEpoch(0)))), 0);
    assertEquals(ONE_BATCH, part.records().sizeInBytes());
    first.inbox.expectMessage(new PartitionReplica.FollowerFetched(1, 9, 0, 1, -1));
  }

  @Test
  public void whatNobodyWaitsForIsGivenToReplicasALittleLater() {
    first.write("a", 0).publish(0, 0);
    var answer = fetch(17, fromReplica(at(0, 0)));
    assertFalse(answer.isDone());
    first.write("b", 0).publish(0, 0);
    loop.runPendingTasks();
    assertFalse(answer.isDone());
    loop.advanceTimeBy(5, TimeUnit.MILLISECONDS);
    loop.runScheduledPendingTasks();
    assertEquals(2 * ONE_BATCH, part(now(answer), 0).records().sizeInBytes());
  }

  @Test
  public void whatSomebodyComesToWaitForIsGivenToReplicasAtOnce() {
    FetchRequestData begin = fromReplica(at(0, 0)).setSessionEpoch(0).setMaxWaitMs(0);
    int session = now(fetch(17, begin)).sessionId();
    var answer = fetch(17, inSession(session, 1, 500).setReplicaState(replica()));
    first.write("a", 0).publish(0, 0);
    loop.runPendingTasks();
    assertFalse(answer.isDone());
    first.awaited(true);
    loop.runPendingTasks();
    assertEquals(ONE_BATCH, part(now(answer), 0).records().sizeInBytes());
    now(fetch(17, inSession(session, FetchMetadata.FINAL_EPOCH, 0)));
  }

  @Test
  public void aReplicaWithALongWayToGoIsNotHeldBack() {
    first.write("a".repeat(256 << 10), 0).publish(0, 0);
    int got = part(now(fetch(17, fromReplica(at(0, 0)))), 0).records().sizeInBytes();
    assertTrue(got > 256 << 10);
  }

  @Test
  public void onlyReadersOfWhatIsCommittedWaitForTheFollowers() {
    var consumer = fetch(12, request(500, at(0, 0)));
    assertTrue(first.watchers.stream().allMatch(PartitionHandle.Watcher::awaitsCommits));
    consumer.cancel(false);
    var replica = fetch(17, fromReplica(at(0, 0)));
    assertEquals(1, first.watchers.size());
    assertTrue(first.watchers.stream().noneMatch(PartitionHandle.Watcher::awaitsCommits));
    replica.cancel(false);
  }

  @Test
  public void whereAReplicasHistoryPartsItIsToldSo() {
    first.append("a").leads(true, 2).append("b").append("c");
    PartitionData part =
        part(
            now(fetch(17, fromReplica(at(0, 3).setLastFetchedEpoch(1).setCurrentLeaderEpoch(2)))),
            0);
    assertEquals(0, part.divergingEpoch().epoch());
    assertEquals(1, part.divergingEpoch().endOffset());
    assertEquals(0, part.records().sizeInBytes());
    assertFalse(first.inbox.hasMessages());
  }

  @Test
  public void aReplicaPastTheLogIsToldWhereTheLogBegins() {
    first.append("a").append("b").startsAt(1);
    PartitionData part = part(now(fetch(17, fromReplica(at(0, 0)))), 0);
    assertEquals(Errors.OFFSET_OUT_OF_RANGE.code(), part.errorCode());
    assertEquals(1, part.logStartOffset());
    assertEquals(2, part.highWatermark());
  }

  @Test
  public void aReplicaThatServesConsumersHearsOfTheHighWatermarkAtOnce() {
    first.write("a", 0).publish(0, 0);
    for (boolean rackAware : List.of(false, true)) {
      FetchHandler asked =
          new FetchHandler(
              topics.partitions(),
              ReplicationThrottle.off(),
              readAhead,
              10 * ONE_BATCH,
              SESSIONS,
              rackAware);
      FetchRequestData begin = fromReplica(at(0, 1)).setSessionEpoch(0).setMaxWaitMs(0);
      int session = now(fetch(asked, 17, begin)).sessionId();
      FetchRequestData wait = inSession(session, 1, 500).setReplicaState(replica());
      var answer = fetch(asked, 17, wait);
      assertFalse(answer.isDone());
      first.publish(1, 1);
      loop.runPendingTasks();
      assertEquals(rackAware, answer.isDone());
      if (rackAware) {
        assertEquals(1, part(now(answer), 0).highWatermark());
      }
      answer.cancel(false);
      first.publish(0, 0);
      now(fetch(asked, 17, inSession(session, FetchMetadata.FINAL_EPOCH, 0)));
    }
  }

  private FetchRequestData fromReplica(FetchPartition position) {
    FetchRequestData request = request(500, position).setReplicaState(replica());
    request.topics().get(0).setTopic("").setTopicId(topics.id("t"));
    return request;
  }

  private static ReplicaState replica() {
    return new ReplicaState().setReplicaId(1).setReplicaEpoch(9);
  }

  // Old records.

  @Test
  public void theEventLoopTouchesNoOldRecordsBeforeTheyHaveComeFromTheDisk() {
    first.append("a").append("b").append("c").recentFrom(2);
    var answer = fetch(12, request(0, at(0, 0).setPartitionMaxBytes(ONE_BATCH)));
    loop.runPendingTasks();
    assertFalse(answer.isDone());
    assertEquals(0, first.reads.get());
    readFromDisk();
    assertEquals(1, first.loads.get());
    assertFalse(answer.isDone());
    loop.runPendingTasks();
    assertEquals(ONE_BATCH, part(now(answer), 0).records().sizeInBytes());
  }

  @Test
  public void theNextOldRecordsComeFromTheDiskMeanwhileAndRecentOnesDoNot() {
    first.append("a").append("b").append("c").recentFrom(2);
    var answer = fetch(12, request(0, at(0, 0).setPartitionMaxBytes(ONE_BATCH)));
    readFromDisk();
    loop.runPendingTasks();
    now(answer);
    readFromDisk();
    assertEquals(2, first.loads.get());
    for (int offset = 1; offset <= 2; offset++) {
      now(fetch(12, request(0, at(0, offset).setPartitionMaxBytes(ONE_BATCH))));
      assertEquals(List.of(), disk);
    }
    assertEquals(2, first.loads.get());
  }

  @Test
  public void recentRecordsWaitForNoOldOnes() {
    first.append("a").recentFrom(1);
    second.append("x");
    int session = now(fetch(12, request(0, at(0, 0), at(1, 0)).setSessionEpoch(0))).sessionId();
    var next = fetch(12, inSession(session, 1, 500, at(1, 1)));
    assertFalse(next.isDone());
    readFromDisk();
    loop.runPendingTasks();
    assertEquals(ONE_BATCH, part(now(next), 0).records().sizeInBytes());
  }

  @Test
  public void aFetchWaitsForTheDiskAlsoPastItsTime() {
    first.append("a").recentFrom(1);
    var answer = fetch(12, request(500, at(0, 0)));
    loop.advanceTimeBy(501, TimeUnit.MILLISECONDS);
    loop.runScheduledPendingTasks();
    assertFalse(answer.isDone());
    readFromDisk();
    loop.runPendingTasks();
    assertEquals(ONE_BATCH, part(now(answer), 0).records().sizeInBytes());
  }

  @Test
  public void aClientThatIsGoneWaitsForNoDisk() {
    first.append("a").recentFrom(1);
    var answer = fetch(12, request(500, at(0, 0)));
    answer.cancel(false);
    readFromDisk();
    loop.runPendingTasks();
    assertEquals(0, first.openSlices.get());
  }

  private void readFromDisk() {
    List<Runnable> all = List.copyOf(disk);
    disk.clear();
    all.forEach(Runnable::run);
  }

  // Sessions.

  @Test
  public void aSessionRemembersAndTellsOnlyWhatIsNew() {
    first.append("a");
    second.append("x");
    FetchResponseData full = now(fetch(12, request(0, at(0, 0), at(1, 0)).setSessionEpoch(0)));
    assertNotEquals(0, full.sessionId());
    assertEquals(2, parts(full));

    FetchRequestData move = inSession(full.sessionId(), 1, 0, at(0, 1), at(1, 1));
    assertEquals(0, parts(now(fetch(12, move))));

    second.append("y");
    FetchResponseData news = now(fetch(12, inSession(full.sessionId(), 2, 0)));
    assertEquals(full.sessionId(), news.sessionId());
    assertEquals(1, parts(news));
    assertEquals(ONE_BATCH, part(news, 1).records().sizeInBytes());
  }

  @Test
  public void aSessionTellsOfMovedWatermarks() {
    first.append("a");
    int session = now(fetch(12, request(0, at(0, 1)).setSessionEpoch(0))).sessionId();
    assertEquals(0, parts(now(fetch(12, inSession(session, 1, 0)))));
    first.startsAt(1);
    assertEquals(1, part(now(fetch(12, inSession(session, 2, 0))), 0).logStartOffset());
    assertEquals(0, parts(now(fetch(12, inSession(session, 3, 0)))));
  }

  @Test
  public void aSessionTellsOfAnErrorEachTimeAndOfItsEnd() {
    first.append("a").leads(false, 0);
    int session = now(fetch(10, request(0, at(0, 1)).setSessionEpoch(0))).sessionId();
    assertEquals(
        Errors.NOT_LEADER_OR_FOLLOWER.code(),
        part(now(fetch(10, inSession(session, 1, 500))), 0).errorCode());
    first.leads(true, 0);
    assertEquals(Errors.NONE.code(), part(now(fetch(10, inSession(session, 2, 0))), 0).errorCode());
  }

  @Test
  public void aFetchInASessionWaitsAsWell() {
    int session = now(fetch(12, request(0, at(0, 0), at(1, 0)).setSessionEpoch(0))).sessionId();
    var answer = fetch(12, inSession(session, 1, 500));
    assertFalse(answer.isDone());
    first.append("a");
    loop.runPendingTasks();
    assertEquals(1, parts(now(answer)));
  }

  @Test
  public void anIdlePartitionOfASessionIsNotLookedAt() {
    first.append("a");
    int session = now(fetch(12, request(0, at(0, 1), at(1, 0)).setSessionEpoch(0))).sessionId();
    now(fetch(12, inSession(session, 1, 0)));
    int looked = second.looks.get();
    for (int epoch = 2; epoch < 12; epoch++) {
      first.append("b");
      assertEquals(1, parts(now(fetch(12, inSession(session, epoch, 500, at(0, epoch - 1))))));
    }
    assertEquals(looked, second.looks.get());
    second.append("x");
    assertEquals(1, parts(now(fetch(12, inSession(session, 12, 500, at(0, 11))))));
    assertNotEquals(looked, second.looks.get());
  }

  @Test
  public void aWaitInASessionEndsWithTheRecordAndNotWithTheWatermark() {
    first.write("a", 0).publish(0, 0);
    int session = now(fetch(12, request(0, at(0, 0), at(1, 0)).setSessionEpoch(0))).sessionId();
    now(fetch(12, inSession(session, 1, 0)));
    var answer = fetch(12, inSession(session, 2, 500));
    first.startsAt(0);
    loop.runPendingTasks();
    assertFalse(answer.isDone());
    first.publish(1, 1);
    loop.runPendingTasks();
    assertEquals(ONE_BATCH, part(now(answer), 0).records().sizeInBytes());
  }

  @Test
  public void aSessionThatNobodyUsesIsToldOncePerPartition() {
    int session = now(fetch(12, request(0, at(0, 0)).setSessionEpoch(0))).sessionId();
    now(fetch(12, inSession(session, 1, 0)));
    assertEquals(1, first.watchers.size());
    first.append("a");
    assertEquals(0, first.watchers.size());
    assertEquals(1, parts(now(fetch(12, inSession(session, 2, 0)))));
  }

  @Test
  public void whatSomebodyElseMaySeeIsNews() {
    first.write("a", 0).publish(1, 0);
    FetchRequestData committed =
        request(0, at(0, 0)).setIsolationLevel((byte) 1).setSessionEpoch(0);
    int session = now(fetch(12, committed)).sessionId();
    FetchRequestData again = inSession(session, 1, 0).setIsolationLevel((byte) 1);
    assertEquals(0, parts(now(fetch(12, again))));
    assertEquals(1, parts(now(fetch(12, inSession(session, 2, 0)))));
  }

  @Test
  public void aWaitOfASessionHearsOfALostLeadershipAndOfAnEnd() {
    int session = now(fetch(10, request(0, at(0, 0), at(1, 0)).setSessionEpoch(0))).sessionId();
    now(fetch(10, inSession(session, 1, 0)));
    var answer = fetch(10, inSession(session, 2, 500));
    first.leads(false, 1);
    loop.runPendingTasks();
    assertEquals(Errors.NOT_LEADER_OR_FOLLOWER.code(), part(now(answer), 0).errorCode());
    first.leads(true, 2);
    now(fetch(10, inSession(session, 3, 0)));
    answer = fetch(10, inSession(session, 4, 500));
    second.leave(topics.registry());
    loop.runPendingTasks();
    assertEquals(Errors.NOT_LEADER_OR_FOLLOWER.code(), part(now(answer), 1).errorCode());
  }

  @Test
  public void partitionsAreAddedAndForgotten() {
    int session = now(fetch(12, request(0, at(0, 0)).setSessionEpoch(0))).sessionId();
    first.append("a");
    second.append("x");
    FetchRequestData swap = inSession(session, 1, 0, at(1, 0));
    swap.forgottenTopicsData().add(new ForgottenTopic().setTopic("t").setPartitions(List.of(0)));
    FetchResponseData news = now(fetch(12, swap));
    assertEquals(1, parts(news));
    assertEquals(ONE_BATCH, part(news, 1).records().sizeInBytes());
  }

  @Test
  public void whatHasBeenServedGoesBehindTheOthers() {
    for (int i = 0; i < 20; i++) {
      first.append("a");
      second.append("x");
    }
    int session =
        now(fetch(12, request(0, at(0, 0), at(1, 0)).setMaxBytes(0).setSessionEpoch(0)))
            .sessionId();
    FetchRequestData all = inSession(session, 1, 0).setMaxBytes(ONE_BATCH);
    assertEquals(ONE_BATCH, part(now(fetch(12, all)), 0).records().sizeInBytes());
    FetchRequestData next = inSession(session, 2, 0, at(0, 1)).setMaxBytes(ONE_BATCH);
    assertEquals(ONE_BATCH, part(now(fetch(12, next)), 1).records().sizeInBytes());
  }

  @Test
  public void requestsOutOfTurnAreRefused() {
    int session = now(fetch(12, request(0, at(0, 0)).setSessionEpoch(0))).sessionId();
    assertEquals(
        Errors.INVALID_FETCH_SESSION_EPOCH.code(),
        now(fetch(12, inSession(session, 2, 0))).errorCode());
    assertEquals(
        Errors.FETCH_SESSION_ID_NOT_FOUND.code(),
        now(fetch(12, inSession(session == 1 ? 2 : 1, 1, 0))).errorCode());
    assertEquals(
        Errors.FETCH_SESSION_TOPIC_ID_ERROR.code(),
        now(fetch(13, inSession(session, 1, 0))).errorCode());
  }

  @Test
  public void aRequestThatWaitsWhileTheNextComesIsOutOfTurn() {
    int session = now(fetch(12, request(0, at(0, 0)).setSessionEpoch(0))).sessionId();
    var late = fetch(12, inSession(session, 1, 500));
    now(fetch(12, inSession(session, 2, 0)));
    first.append("a");
    loop.runPendingTasks();
    assertEquals(Errors.INVALID_FETCH_SESSION_EPOCH.code(), now(late).errorCode());
  }

  @Test
  public void aClientMayEndItsSession() {
    int session = now(fetch(12, request(0, at(0, 0)).setSessionEpoch(0))).sessionId();
    FetchRequestData end = inSession(session, -1, 0, at(0, 0));
    assertEquals(0, now(fetch(12, end)).sessionId());
    assertEquals(
        Errors.FETCH_SESSION_ID_NOT_FOUND.code(),
        now(fetch(12, inSession(session, 1, 0))).errorCode());
  }

  @Test
  public void withoutRoomThereIsNoSession() {
    for (int i = 0; i < SESSIONS; i++) {
      assertNotEquals(0, now(fetch(12, request(0, at(0, 0)).setSessionEpoch(0))).sessionId());
    }
    FetchResponseData one = now(fetch(12, request(0, at(0, 0)).setSessionEpoch(0)));
    assertEquals(0, one.sessionId());
    assertEquals(1, parts(one));
  }

  private short errorAt(FetchPartition position) {
    return part(now(fetch(12, request(0, position))), 0).errorCode();
  }

  private CompletableFuture<? extends FetchResponseData> fetch(
      int version, FetchRequestData request) {
    return fetch(handler, version, request);
  }

  private CompletableFuture<? extends FetchResponseData> fetch(
      FetchHandler asked, int version, FetchRequestData request) {
    return asked
        .handle(RequestContexts.version(version, loop.eventLoop()), request)
        .toCompletableFuture();
  }

  private FetchResponseData now(CompletableFuture<? extends FetchResponseData> stage) {
    assertTrue("It still waits", stage.isDone());
    FetchResponseData answer = stage.join();
    if (!answers.contains(answer)) {
      answers.add((FetchAnswer) answer);
    }
    return answer;
  }

  private static FetchRequestData request(int maxWaitMs, FetchPartition... positions) {
    FetchRequestData request = new FetchRequestData().setMaxWaitMs(maxWaitMs).setMinBytes(1);
    if (positions.length > 0) {
      request.topics().add(new FetchTopic().setTopic("t").setPartitions(List.of(positions)));
    }
    return request;
  }

  private static FetchRequestData inSession(
      int session, int epoch, int maxWaitMs, FetchPartition... changes) {
    return request(maxWaitMs, changes).setSessionId(session).setSessionEpoch(epoch);
  }

  private static FetchPartition at(int partition, long offset) {
    return at(partition, offset, 1 << 20);
  }

  private static FetchPartition at(int partition, long offset, int maxBytes) {
    return new FetchPartition()
        .setPartition(partition)
        .setFetchOffset(offset)
        .setPartitionMaxBytes(maxBytes);
  }

  private static int parts(FetchResponseData answer) {
    return answer.responses().stream().mapToInt(topic -> topic.partitions().size()).sum();
  }

  private static PartitionData part(FetchResponseData answer, int index) {
    return answer.responses().stream()
        .flatMap(topic -> topic.partitions().stream())
        .filter(part -> part.partitionIndex() == index)
        .findFirst()
        .orElseThrow();
  }
}
