package milena.kafka.api;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import milena.broker.partition.FilePartition;
import milena.broker.partition.PartitionReplica.Append;
import milena.broker.partition.PartitionReplica.AppendResult;
import milena.record.BatchBuilder;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class ProduceHandlerTest extends JUnitSuite {
  private final LocalTopics topics = new LocalTopics();
  private final ProduceHandler handler =
      new ProduceHandler(topics.partitions(), LocalTopics.BROKER + 1);
  private final ProduceHandler atLeader =
      new ProduceHandler(topics.partitions(), LocalTopics.BROKER);
  private final EmbeddedChannel loop = new EmbeddedChannel();
  private final AtomicInteger holds = new AtomicInteger();

  private FilePartition first;
  private FilePartition second;

  @Before
  public void hostTwoOfThreePartitions() {
    loop.freezeTime();
    topics.topic("t", 3);
    first = topics.host("t", 0);
    second = topics.host("t", 1);
  }

  @After
  public void close() {
    loop.finish();
    topics.close();
  }

  @Test
  public void theLastPartitionToAnswerCompletesTheResponse() throws Exception {
    var answer = produce(12, (short) -1, topic("t", 0, 1));
    appended(first, 5);
    assertFalse(answer.isDone());
    appended(second, 7);
    assertEquals(5, part(answer, 0).baseOffset());
    assertEquals(7, part(answer, 1).baseOffset());
    assertEquals(Errors.NONE.code(), part(answer, 0).errorCode());
  }

  @Test
  public void theRequestsBytesAreHeldUntilEachPartitionLetsGo() {
    produce(12, (short) 1, topic("t", 0, 1));
    assertEquals(2, holds.get());
    append(first).listener().released();
    append(second).listener().released();
    assertEquals(0, holds.get());
  }

  @Test
  public void topicsMayBeNamedByTheirId() throws Exception {
    TopicProduceData byId = topic("", 0).setTopicId(topics.id("t"));
    var answer = produce(13, (short) 1, byId);
    appended(first, 1);
    assertEquals(1, part(answer, 0).baseOffset());
    assertEquals(topics.id("t"), answer.get().responses().iterator().next().topicId());
  }

  @Test
  public void eachPartitionHasItsOwnError() throws Exception {
    var answer = produce(12, (short) 1, topic("t", 0, 2, 3), topic("unknown", 0));
    appended(first, 1);
    assertEquals(Errors.NONE.code(), part(answer, 0).errorCode());
    assertEquals(Errors.NOT_LEADER_OR_FOLLOWER.code(), part(answer, 2).errorCode());
    assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), part(answer, 3).errorCode());
    var unknown = answer.get().responses().find("unknown", Uuid.ZERO_UUID);
    assertEquals(
        Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), unknown.partitionResponses().get(0).errorCode());
  }

  @Test
  public void anUnknownIdIsToldAsSuch() throws Exception {
    var answer = produce(13, (short) 1, topic("", 0).setTopicId(Uuid.randomUuid()));
    assertEquals(Errors.UNKNOWN_TOPIC_ID.code(), part(answer, 0).errorCode());
  }

  @Test
  public void whoIsSentElsewhereIsToldWhere() throws Exception {
    var answer = produce(10, (short) 1, topic("t", 2));
    assertEquals(0, part(answer, 2).currentLeader().leaderId());
    assertEquals(3, part(answer, 2).currentLeader().leaderEpoch());
    assertEquals("here", answer.get().nodeEndpoints().find(0).host());
    assertEquals("rack", answer.get().nodeEndpoints().find(0).rack());
    assertTrue(produce(9, (short) 1, topic("t", 2)).get().nodeEndpoints().isEmpty());
  }

  @Test
  public void acksAreZeroOneOrAll() throws Exception {
    assertEquals(
        Errors.INVALID_REQUIRED_ACKS.code(),
        part(produce(12, (short) 2, topic("t", 0)), 0).errorCode());
    assertFalse(first.inbox.hasMessages());
  }

  @Test
  public void withoutAcksThereIsNoAnswer() throws Exception {
    var answer = produce(12, (short) 0, topic("t", 0));
    appended(first, 5);
    assertNull(answer.get());
  }

  @Test
  public void anErrorWithoutAcksClosesTheConnection() throws Exception {
    var answer = produce(12, (short) 0, topic("t", 0, 1));
    append(first).listener().completed(refused(Errors.CORRUPT_MESSAGE));
    appended(second, 5);
    try {
      answer.get();
    } catch (ExecutionException e) {
      assertTrue(e.getCause() instanceof ConnectionClosing);
      return;
    }
    throw new AssertionError("It was answered");
  }

  @Test
  public void internalTopicsAreForToolsOnly() throws Exception {
    topics.topic("__consumer_offsets", 1);
    topics.host("__consumer_offsets", 0);
    var answer = produce(12, (short) 1, topic("__consumer_offsets", 0));
    assertEquals(Errors.INVALID_TOPIC_EXCEPTION.code(), part(answer, 0).errorCode());
  }

  @Test
  public void transactionsAreRefused() throws Exception {
    ProduceRequestData request = request((short) -1, topic("t", 0)).setTransactionalId("x");
    var answer = handler.handle(context(11), request).toCompletableFuture();
    assertEquals(Errors.INVALID_TXN_STATE.code(), part(answer, 0).errorCode());
  }

  @Test
  public void zstdNeedsVersionSeven() throws Exception {
    TopicProduceData zstd = topic("t", 0);
    zstd.partitionData().get(0).setRecords(records(Compression.zstd().build()));
    var old = produce(6, (short) 1, zstd);
    assertEquals(Errors.UNSUPPORTED_COMPRESSION_TYPE.code(), part(old, 0).errorCode());
    var recent = produce(7, (short) 1, zstd.duplicate());
    appended(first, 0);
    assertEquals(Errors.NONE.code(), part(recent, 0).errorCode());
  }

  @Test
  public void noRecordsAreNoRequestForThatPartition() throws Exception {
    TopicProduceData none = topic("t", 0);
    none.partitionData().get(0).setRecords(null);
    assertEquals(Errors.INVALID_RECORD.code(), part(produce(12, (short) 1, none), 0).errorCode());
  }

  @Test
  public void faultsOfSingleRecordsAreToldFromVersionEight() throws Exception {
    var answer = produce(8, (short) 1, topic("t", 0));
    append(first)
        .listener()
        .completed(
            new AppendResult(
                Errors.INVALID_RECORD,
                "bad",
                -1,
                -1,
                0,
                List.of(new AppendResult.RecordError(3, "no key"))));
    assertEquals("bad", part(answer, 0).errorMessage());
    assertEquals(3, part(answer, 0).recordErrors().get(0).batchIndex());
  }

  @Test
  public void anEmptyRequestIsAnsweredAtOnce() throws Exception {
    assertTrue(produce(12, (short) 1).get().responses().isEmpty());
    assertNull(produce(12, (short) 0).get());
  }

  @Test
  public void appendsWaitForAReplicaThatOpensAndKeepTheirOrder() throws Exception {
    var one = produceAtLeader(topic("t", 2));
    var other = produceAtLeader(topic("t", 2));
    assertFalse(one.isDone());
    assertEquals(2, holds.get());
    FilePartition third = topics.host("t", 2);
    appended(third, 3);
    appended(third, 4);
    assertEquals(3, part(one, 2).baseOffset());
    assertEquals(4, part(other, 2).baseOffset());
    var later = produceAtLeader(topic("t", 2));
    appended(third, 5);
    assertEquals(5, part(later, 2).baseOffset());
  }

  @Test
  public void aReplicaThatTakesTooLongToOpenIsNotWaitedFor() throws Exception {
    var answer = produceAtLeader(topic("t", 2));
    loop.advanceTimeBy(OpeningReplicas.OPENING_MAX_NANOS, TimeUnit.NANOSECONDS);
    loop.runScheduledPendingTasks();
    assertEquals(Errors.NOT_LEADER_OR_FOLLOWER.code(), part(answer, 2).errorCode());
    assertEquals(0, holds.get());
    FilePartition third = topics.host("t", 2);
    assertFalse(third.inbox.hasMessages());
  }

  private CompletableFuture<ProduceResponseData> produceAtLeader(TopicProduceData... data) {
    RequestContext context = context(12, RequestContexts.version(12, loop.eventLoop()));
    return atLeader.handle(context, request((short) 1, data)).toCompletableFuture();
  }

  private CompletableFuture<ProduceResponseData> produce(
      int version, short acks, TopicProduceData... data) {
    return handler.handle(context(version), request(acks, data)).toCompletableFuture();
  }

  private RequestContext context(int version) {
    return context(version, RequestContexts.version(version));
  }

  private RequestContext context(int version, RequestContext plain) {
    return new RequestContext(
        plain.connection(), (short) version, 1, "client", System.nanoTime(), counting());
  }

  private RequestBody counting() {
    return new RequestBody() {
      @Override
      public void retain() {
        holds.incrementAndGet();
      }

      @Override
      public void release() {
        holds.decrementAndGet();
      }
    };
  }

  private static ProduceRequestData request(short acks, TopicProduceData... data) {
    ProduceRequestData request = new ProduceRequestData().setAcks(acks).setTimeoutMs(10_000);
    for (TopicProduceData topic : data) {
      request.topicData().add(topic);
    }
    return request;
  }

  private static TopicProduceData topic(String name, int... partitions) {
    TopicProduceData topic = new TopicProduceData().setName(name);
    for (int partition : partitions) {
      topic
          .partitionData()
          .add(
              new PartitionProduceData().setIndex(partition).setRecords(records(Compression.NONE)));
    }
    return topic;
  }

  private static MemoryRecords records(Compression compression) {
    ByteBuffer batch = new BatchBuilder(compression).append(1, null, new byte[] {1}).build();
    return MemoryRecords.readableRecords(batch);
  }

  private static Append append(FilePartition partition) {
    return (Append) partition.inbox.receiveMessage();
  }

  private static void appended(FilePartition partition, long baseOffset) {
    append(partition)
        .listener()
        .completed(new AppendResult(Errors.NONE, null, baseOffset, -1, 0, List.of()));
  }

  private static AppendResult refused(Errors error) {
    return AppendResult.refused(error, null, 0);
  }

  private static PartitionProduceResponse part(
      CompletableFuture<ProduceResponseData> answer, int index) throws Exception {
    return answer.get().responses().stream()
        .flatMap(topic -> topic.partitionResponses().stream())
        .filter(part -> part.index() == index)
        .findFirst()
        .orElseThrow();
  }
}
