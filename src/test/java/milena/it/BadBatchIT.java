package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import milena.testing.WireClient;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Checksums;
import org.junit.After;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Batches that are not as they should be, sent as they are: each is refused with the protocol's
 * error, nothing of it is written, and the next good one passes.
 */
public class BadBatchIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  // Where the fields of a batch are, and what its checksum covers.
  private static final int SIZE = 8;
  private static final int MAGIC = 16;
  private static final int CRC = 17;
  private static final int ATTRIBUTES = 21;
  private static final int LAST_OFFSET_DELTA = 23;
  private static final int COUNT = 57;
  private static final int FIRST_RECORD = 61;

  private static final int VERSION = 12;

  private WireClient client;
  private String topic;

  @Before
  public void connect() throws Exception {
    client = new WireClient(kafka.broker().address());
    topic = kafka.topic("bad-batch", 1);
    Await.until("the partition has its leader", () -> outcome(goodBatch()) == Errors.NONE);
  }

  @After
  public void theBrokerIsNoneTheWorse() throws Exception {
    assertEquals(Errors.NONE, outcome(goodBatch()));
    client.close();
    try (var consumer = kafka.consumer("check.crcs", true)) {
      Read.all(consumer, new TopicPartition(topic, 0));
    }
  }

  private static ByteBuffer goodBatch() {
    return batch(Compression.NONE);
  }

  private static ByteBuffer batch(Compression compression) {
    long now = System.currentTimeMillis();
    return MemoryRecords.withRecords(
            compression,
            new SimpleRecord(now, "k".getBytes(StandardCharsets.UTF_8), new byte[50]),
            new SimpleRecord(now, "k".getBytes(StandardCharsets.UTF_8), new byte[50]),
            new SimpleRecord(now, "k".getBytes(StandardCharsets.UTF_8), new byte[50]))
        .buffer();
  }

  private static ByteBuffer damaged(Consumer<ByteBuffer> damage) {
    ByteBuffer batch = goodBatch();
    damage.accept(batch);
    return batch;
  }

  /** Damages a batch and makes its checksum right again, so that only the damage is wrong. */
  private static ByteBuffer forged(Consumer<ByteBuffer> damage) {
    ByteBuffer batch = damaged(damage);
    seal(batch);
    return batch;
  }

  private static void seal(ByteBuffer batch) {
    var crc = new CRC32C();
    Checksums.update(crc, batch, ATTRIBUTES, batch.limit() - ATTRIBUTES);
    batch.putInt(CRC, (int) crc.getValue());
  }

  private ProduceRequestData request(String to, int partition, ByteBuffer records, int acks) {
    var topics = new ProduceRequestData.TopicProduceDataCollection();
    topics.add(
        new ProduceRequestData.TopicProduceData()
            .setName(to)
            .setPartitionData(
                List.of(
                    new ProduceRequestData.PartitionProduceData()
                        .setIndex(partition)
                        .setRecords(MemoryRecords.readableRecords(records)))));
    return new ProduceRequestData().setAcks((short) acks).setTimeoutMs(10_000).setTopicData(topics);
  }

  private ProduceResponseData.PartitionProduceResponse produce(
      ProduceRequestData request, int version) throws Exception {
    return client
        .call(ProduceResponseData.class, request, version)
        .responses()
        .iterator()
        .next()
        .partitionResponses()
        .get(0);
  }

  private Errors outcome(ByteBuffer records) throws Exception {
    return Errors.forCode(produce(request(topic, 0, records, -1), VERSION).errorCode());
  }

  private long end() throws Exception {
    TopicPartition partition = new TopicPartition(topic, 0);
    return kafka
        .admin()
        .listOffsets(Map.of(partition, OffsetSpec.latest()))
        .partitionResult(partition)
        .get()
        .offset();
  }

  private void assertRefused(Errors expected, ByteBuffer records) throws Exception {
    long before = end();
    assertEquals(expected, outcome(records));
    assertEquals("nothing is written", before, end());
  }

  @Test
  public void aWrongChecksumIsCorruption() throws Exception {
    assertRefused(Errors.CORRUPT_MESSAGE, damaged(b -> b.putInt(CRC, b.getInt(CRC) ^ 1)));
    assertRefused(
        Errors.CORRUPT_MESSAGE,
        damaged(b -> b.put(b.limit() - 5, (byte) (b.get(b.limit() - 5) ^ 4))));
  }

  @Test
  public void countsThatAreNotTheRecordsAreInvalid() throws Exception {
    for (int count : new int[] {0, 2, 4, -1, Integer.MAX_VALUE}) {
      assertRefused(Errors.INVALID_RECORD, forged(b -> b.putInt(COUNT, count)));
    }
    assertRefused(
        Errors.INVALID_RECORD, forged(b -> b.putInt(COUNT, 4).putInt(LAST_OFFSET_DELTA, 3)));
    assertRefused(
        Errors.INVALID_RECORD, forged(b -> b.putInt(COUNT, 2).putInt(LAST_OFFSET_DELTA, 1)));
  }

  @Test
  public void offsetsThatDoNotFollowEachOtherAreInvalid() throws Exception {
    for (int delta : new int[] {0, 1, 3, -1, 1000}) {
      assertRefused(Errors.INVALID_RECORD, forged(b -> b.putInt(LAST_OFFSET_DELTA, delta)));
    }
  }

  @Test
  public void sizesThatAreNotTheRecordsAreRefused() throws Exception {
    assertRefused(Errors.CORRUPT_MESSAGE, damaged(b -> b.putInt(SIZE, 10)));
    assertRefused(Errors.CORRUPT_MESSAGE, damaged(b -> b.putInt(SIZE, -10)));
    assertRefused(Errors.INVALID_RECORD, damaged(b -> b.putInt(SIZE, b.getInt(SIZE) + 1)));
    ByteBuffer cut = goodBatch();
    cut.limit(cut.limit() - 10);
    assertRefused(Errors.INVALID_RECORD, cut);
    // The first record's own length, a zigzag number: longer and shorter than it is.
    for (int difference : new int[] {2, -2, 100}) {
      assertRefused(
          Errors.INVALID_RECORD,
          forged(b -> b.put(FIRST_RECORD, (byte) (b.get(FIRST_RECORD) + difference))));
    }
  }

  @Test
  public void noBatchAtAllIsInvalid() throws Exception {
    assertRefused(Errors.INVALID_RECORD, ByteBuffer.allocate(0));
    assertRefused(Errors.INVALID_RECORD, ByteBuffer.allocate(5));
  }

  @Test
  public void twoBatchesForOnePartitionAreInvalid() throws Exception {
    ByteBuffer one = goodBatch();
    ByteBuffer two = ByteBuffer.allocate(2 * one.limit());
    two.put(one.duplicate()).put(one.duplicate()).flip();
    assertRefused(Errors.INVALID_RECORD, two);
  }

  @Test
  public void otherFormatsAreRefused() throws Exception {
    for (int magic : new int[] {0, 1}) {
      assertRefused(Errors.INVALID_RECORD, damaged(b -> b.put(MAGIC, (byte) magic)));
    }
    assertRefused(Errors.CORRUPT_MESSAGE, damaged(b -> b.put(MAGIC, (byte) -1)));
  }

  @Test
  public void controlBatchesAreNotForClients() throws Exception {
    assertRefused(Errors.INVALID_RECORD, forged(b -> b.putShort(ATTRIBUTES, (short) (1 << 5))));
  }

  @Test
  public void compressedNonsenseIsRefused() throws Exception {
    for (int codec : new int[] {1, 2, 3, 4}) {
      // The attributes claim a codec; the bytes are plain records.
      ByteBuffer nonsense = forged(b -> b.putShort(ATTRIBUTES, (short) codec));
      long before = end();
      Errors error = outcome(nonsense);
      assertTrue(
          "codec " + codec + ": " + error,
          error == Errors.CORRUPT_MESSAGE
              || error == Errors.INVALID_RECORD
              || error == Errors.UNKNOWN_SERVER_ERROR);
      assertEquals("nothing is written", before, end());
    }
  }

  @Test
  public void zstdNeedsAVersionThatKnowsIt() throws Exception {
    ByteBuffer zstd = batch(Compression.zstd().build());
    assertEquals(
        Errors.UNSUPPORTED_COMPRESSION_TYPE.code(),
        produce(request(topic, 0, zstd, -1), 6).errorCode());
    assertEquals(Errors.NONE.code(), produce(request(topic, 0, zstd, -1), 7).errorCode());
  }

  @Test
  public void unknownPartitionsTopicsAndAcksAreRefused() throws Exception {
    assertEquals(
        Errors.UNKNOWN_TOPIC_OR_PARTITION.code(),
        produce(request(topic, 7, goodBatch(), -1), VERSION).errorCode());
    assertEquals(
        Errors.UNKNOWN_TOPIC_OR_PARTITION.code(),
        produce(request("no-such-topic", 0, goodBatch(), -1), VERSION).errorCode());
    assertEquals(
        Errors.INVALID_REQUIRED_ACKS.code(),
        produce(request(topic, 0, goodBatch(), 2), VERSION).errorCode());
    ProduceRequestData byId = request(topic, 0, goodBatch(), -1);
    byId.topicData().iterator().next().setName("").setTopicId(Uuid.randomUuid());
    assertEquals(Errors.UNKNOWN_TOPIC_ID.code(), produce(byId, 13).errorCode());
  }

  private ByteBuffer sequenced(long producerId, int epoch, int sequence) {
    return MemoryRecords.withIdempotentRecords(
            Compression.NONE,
            producerId,
            (short) epoch,
            sequence,
            new SimpleRecord(System.currentTimeMillis(), new byte[10]),
            new SimpleRecord(System.currentTimeMillis(), new byte[10]))
        .buffer();
  }

  private long newProducer() throws Exception {
    var request = new InitProducerIdRequestData().setTransactionalId(null);
    AtomicLong id = new AtomicLong();
    Await.until(
        "the broker has producer ids to give",
        () -> {
          var response = client.call(InitProducerIdResponseData.class, request, 4);
          id.set(response.producerId());
          return response.errorCode() == 0;
        });
    return id.get();
  }

  @Test
  public void sequencesThatLeaveAGapAreOutOfOrder() throws Exception {
    long producer = newProducer();
    assertEquals(Errors.NONE, outcome(sequenced(producer, 0, 0)));
    assertEquals(Errors.NONE, outcome(sequenced(producer, 0, 2)));
    assertRefused(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, sequenced(producer, 0, 5));
    assertRefused(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, sequenced(producer, 0, 3));
    assertEquals(Errors.NONE, outcome(sequenced(producer, 0, 4)));
  }

  @Test
  public void aBatchSentAgainIsAnsweredWithItsFirstOffset() throws Exception {
    long producer = newProducer();
    long[] offsets = new long[5];
    for (int i = 0; i < 5; i++) {
      var request = request(topic, 0, sequenced(producer, 0, 2 * i), -1);
      offsets[i] = produce(request, VERSION).baseOffset();
    }
    long end = end();
    for (int i = 0; i < 5; i++) {
      var again = produce(request(topic, 0, sequenced(producer, 0, 2 * i), -1), VERSION);
      assertEquals(Errors.NONE.code(), again.errorCode());
      assertEquals(offsets[i], again.baseOffset());
    }
    assertEquals(end, end());
  }

  @Test
  public void oldEpochsAreFencedAndNewOnesStartAtZero() throws Exception {
    long producer = newProducer();
    assertEquals(Errors.NONE, outcome(sequenced(producer, 1, 0)));
    assertRefused(Errors.INVALID_PRODUCER_EPOCH, sequenced(producer, 0, 2));
    assertRefused(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, sequenced(producer, 2, 5));
    assertEquals(Errors.NONE, outcome(sequenced(producer, 2, 0)));
    assertRefused(Errors.INVALID_PRODUCER_EPOCH, sequenced(producer, 1, 2));
  }

  @Test
  public void sequencesWrapAround() throws Exception {
    long producer = newProducer();
    assertEquals(Errors.NONE, outcome(sequenced(producer, 0, Integer.MAX_VALUE - 1)));
    assertEquals(Errors.NONE, outcome(sequenced(producer, 0, 0)));
    assertRefused(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, sequenced(producer, 0, 3));
  }

  private FetchResponseData fetch(long offset, int leaderEpoch, int session, int sessionEpoch)
      throws Exception {
    var partition =
        new FetchRequestData.FetchPartition()
            .setPartition(0)
            .setFetchOffset(offset)
            .setCurrentLeaderEpoch(leaderEpoch)
            .setPartitionMaxBytes(1_000_000);
    var request =
        new FetchRequestData()
            .setMaxWaitMs(100)
            .setMinBytes(1)
            .setMaxBytes(1_000_000)
            .setSessionId(session)
            .setSessionEpoch(sessionEpoch)
            .setTopics(
                List.of(
                    new FetchRequestData.FetchTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(partition))));
    return client.call(FetchResponseData.class, request, VERSION);
  }

  private Errors fetchOutcome(long offset, int leaderEpoch) throws Exception {
    var response = fetch(offset, leaderEpoch, 0, -1);
    return Errors.forCode(response.responses().get(0).partitions().get(0).errorCode());
  }

  @Test
  public void fetchesFromNowhereAreToldSo() throws Exception {
    assertEquals(Errors.NONE, fetchOutcome(0, 0));
    assertEquals(Errors.OFFSET_OUT_OF_RANGE, fetchOutcome(1_000_000, 0));
    assertEquals(Errors.OFFSET_OUT_OF_RANGE, fetchOutcome(-5, 0));
    assertEquals(Errors.UNKNOWN_LEADER_EPOCH, fetchOutcome(0, 5));
    assertEquals(Errors.NONE, fetchOutcome(0, -1));
  }

  @Test
  public void fetchSessionsAreChecked() throws Exception {
    assertEquals(Errors.FETCH_SESSION_ID_NOT_FOUND.code(), fetch(0, 0, 123456789, 1).errorCode());
    FetchResponseData first = fetch(0, 0, 0, 0);
    assertEquals(Errors.NONE.code(), first.errorCode());
    assertTrue(first.sessionId() != 0);
    assertEquals(
        Errors.INVALID_FETCH_SESSION_EPOCH.code(), fetch(0, 0, first.sessionId(), 5).errorCode());
    FetchResponseData next = fetch(end(), 0, first.sessionId(), 1);
    assertEquals(Errors.NONE.code(), next.errorCode());
  }
}
