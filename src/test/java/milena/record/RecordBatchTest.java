package milena.record;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import milena.record.Golden.Content;
import milena.testing.SeedRule;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class RecordBatchTest extends JUnitSuite {
  @Rule public final SeedRule seeds = new SeedRule();

  @Test
  public void uncompressedBatchesAreKafkasByteForByte() {
    Random random = seeds.random();
    for (int round = 0; round < 200; round++) {
      List<Content> contents = Golden.contents(random, 1 + random.nextInt(50), 1_700_000_000_000L);
      assertEquals(
          Golden.kafkas(Compression.NONE, contents), Golden.ours(Compression.NONE, contents));
    }
  }

  @Test
  public void kafkaReadsWhatWeCompress() {
    Random random = seeds.random();
    for (Compression codec : Golden.CODECS) {
      for (int round = 0; round < 20; round++) {
        List<Content> contents = Golden.contents(random, 1 + random.nextInt(80), 5_000);
        ByteBuffer bytes = Golden.ours(codec, contents);
        var batch = Golden.asKafkaReads(bytes);
        batch.ensureValid();
        int i = 0;
        for (Record record : batch) {
          Content content = contents.get(i);
          assertEquals(i++, record.offset());
          assertEquals(content.timestamp(), record.timestamp());
          assertSame(content.key(), record.key());
          assertSame(content.value(), record.value());
          assertArrayEquals(content.headers(), record.headers());
        }
        assertEquals(contents.size(), i);
      }
    }
  }

  @Test
  public void weReadWhatKafkaCompresses() {
    Random random = seeds.random();
    try (RecordCursor records = new RecordCursor()) {
      for (Compression codec : Golden.CODECS) {
        for (int round = 0; round < 20; round++) {
          List<Content> contents = Golden.contents(random, 1 + random.nextInt(80), 5_000);
          ByteBuffer bytes = inTheMiddle(Golden.kafkas(codec, contents), random.nextBoolean());
          records.start(RecordBatch.at(bytes, bytes.position()));
          for (int i = 0; i < contents.size(); i++) {
            assertTrue(records.next());
            Content content = contents.get(i);
            assertEquals(i, records.offset());
            assertEquals(content.timestamp(), records.timestamp());
            assertSame(content.key(), records.key());
            assertSame(content.value(), records.value());
            assertArrayEquals(content.headers(), records.headers());
          }
          assertFalse(records.next());
        }
      }
    }
  }

  @Test
  public void headerFieldsAreKafkas() {
    Random random = seeds.random();
    for (int round = 0; round < 100; round++) {
      int sequence = random.nextInt(4) == 0 ? Integer.MAX_VALUE - 3 : random.nextInt(1000);
      ByteBuffer bytes =
          Golden.kafkas(
              Golden.CODECS.get(random.nextInt(5)),
              Golden.contents(random, 1 + random.nextInt(20), 77_000),
              random.nextInt(100),
              (short) random.nextInt(10),
              sequence,
              random.nextBoolean());
      RecordBatch ours = RecordBatch.at(bytes, 0);
      var kafkas = Golden.asKafkaReads(bytes);
      assertEquals(kafkas.baseOffset(), ours.baseOffset());
      assertEquals(kafkas.lastOffset(), ours.lastOffset());
      assertEquals(kafkas.nextOffset(), ours.nextOffset());
      assertEquals(kafkas.sizeInBytes(), ours.sizeInBytes());
      assertEquals(kafkas.partitionLeaderEpoch(), ours.partitionLeaderEpoch());
      assertEquals(kafkas.magic(), ours.magic());
      assertEquals(kafkas.checksum(), ours.crc());
      assertTrue(ours.isCrcValid());
      assertEquals(kafkas.compressionType(), ours.compressionType());
      assertEquals(kafkas.timestampType(), ours.timestampType());
      assertEquals(kafkas.isTransactional(), ours.isTransactional());
      assertEquals(kafkas.isControlBatch(), ours.isControl());
      assertEquals(kafkas.deleteHorizonMs().isPresent(), ours.hasDeleteHorizon());
      assertEquals(kafkas.maxTimestamp(), ours.maxTimestamp());
      assertEquals(kafkas.producerId(), ours.producerId());
      assertEquals(kafkas.producerEpoch(), ours.producerEpoch());
      assertEquals(kafkas.baseSequence(), ours.baseSequence());
      assertEquals(kafkas.lastSequence(), ours.lastSequence());
      assertEquals(kafkas.countOrNull().intValue(), ours.recordCount());
    }
  }

  @Test
  public void assigningKeepsTheChecksum() {
    ByteBuffer bytes = one();
    RecordBatch batch = RecordBatch.at(bytes, 0);
    long crc = batch.crc();
    batch.assign(1L << 40, 17);
    assertEquals(crc, batch.crc());
    var kafkas = Golden.asKafkaReads(bytes);
    kafkas.ensureValid();
    assertEquals(1L << 40, kafkas.baseOffset());
    assertEquals(17, kafkas.partitionLeaderEpoch());
  }

  @Test
  public void stampingChangesEveryTime() {
    ByteBuffer bytes = one();
    RecordBatch.at(bytes, 0).stampAppendTime(987_654);
    var kafkas = Golden.asKafkaReads(bytes);
    kafkas.ensureValid();
    assertEquals(TimestampType.LOG_APPEND_TIME, kafkas.timestampType());
    kafkas.forEach(record -> assertEquals(987_654, record.timestamp()));
    try (RecordCursor records = new RecordCursor().start(RecordBatch.at(bytes, 0))) {
      assertTrue(records.next());
      assertEquals(987_654, records.timestamp());
    }
  }

  @Test
  public void anyFlippedBitBehindTheChecksumIsSeen() {
    Random random = seeds.random();
    ByteBuffer bytes = Golden.kafkas(Compression.NONE, Golden.contents(random, 5, 5_000));
    RecordBatch batch = RecordBatch.at(bytes, 0);
    for (int i = 0; i < 500; i++) {
      int at = RecordBatch.CRC + random.nextInt(bytes.limit() - RecordBatch.CRC);
      byte before = bytes.get(at);
      bytes.put(at, (byte) (before ^ (1 << random.nextInt(8))));
      assertFalse(batch.isCrcValid());
      bytes.put(at, before);
    }
    assertTrue(batch.isCrcValid());
  }

  @Test
  public void batchesAreSteppedThroughAndTheTornTailIsTold() {
    ByteBuffer first = one();
    ByteBuffer second = Golden.ours(Compression.NONE, List.of(content(1), content(2)));
    int whole = first.remaining() + second.remaining();
    ByteBuffer both = ByteBuffer.allocate(whole).put(first.duplicate()).put(second).flip();
    for (int cut = 0; cut <= whole; cut++) {
      RecordBatches batches = new RecordBatches().wrap(both.duplicate().limit(cut));
      int found = 0;
      while (batches.next()) {
        found++;
      }
      assertEquals(cut == whole ? 2 : cut >= first.limit() ? 1 : 0, found);
      boolean clean = cut == 0 || cut == first.limit() || cut == whole;
      assertEquals(
          clean ? RecordBatches.Ending.CLEAN : RecordBatches.Ending.TORN, batches.ending());
      assertEquals(found == 2 ? whole : found == 1 ? first.limit() : 0, batches.position());
      assertEquals(!clean, batches.missingBytes() > 0);
    }
    both.put(first.limit() + RecordBatch.MAGIC, (byte) 7);
    RecordBatches batches = new RecordBatches().wrap(both);
    assertTrue(batches.next());
    assertFalse(batches.next());
    assertEquals(RecordBatches.Ending.MALFORMED, batches.ending());
  }

  @Test
  public void randomBytesAreRefusedAndNeverBreakTheReader() {
    Random random = seeds.random();
    try (RecordCursor records = new RecordCursor()) {
      for (int round = 0; round < 3000; round++) {
        Compression codec = Golden.CODECS.get(random.nextInt(5));
        ByteBuffer bytes =
            Golden.kafkas(codec, Golden.contents(random, 1 + random.nextInt(4), 5_000));
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
          int at = RecordBatch.HEADER_SIZE + random.nextInt(bytes.limit() - 61);
          bytes.put(at, (byte) random.nextInt(256));
        }
        try {
          records.start(RecordBatch.at(bytes, 0));
          while (records.next()) {
            records.headers();
          }
        } catch (InvalidRecordException expected) {
          assertTrue(expected.getMessage().length() > 10);
        }
      }
    }
  }

  @Test
  public void compactedBatchesKeepTheirOffsetsAndTheirEnd() {
    ByteBuffer bytes =
        new BatchBuilder(Compression.NONE)
            .baseOffset(100)
            .leaderEpoch(3)
            .deleteHorizon(9_000)
            .append(104, 5_000, ByteBuffer.wrap(new byte[] {1}), null, content(0).headers())
            .lastOffset(120)
            .build();
    var kafkas = Golden.asKafkaReads(bytes);
    kafkas.ensureValid();
    assertEquals(100, kafkas.baseOffset());
    assertEquals(120, kafkas.lastOffset());
    assertEquals(9_000, kafkas.deleteHorizonMs().getAsLong());
    Record record = kafkas.iterator().next();
    assertEquals(104, record.offset());
    assertEquals(5_000, record.timestamp());
    assertNull(record.value());
  }

  @Test
  public void transactionMarkersAreKafkas() {
    ByteBuffer ours = new ControlRecord(true, 7).toBatch(55, (short) 2, 4_000);
    MemoryRecords kafkas =
        MemoryRecords.withEndTransactionMarker(
            0, 4_000, -1, 55, (short) 2, new EndTransactionMarker(ControlRecordType.COMMIT, 7));
    assertEquals(new ControlRecord(true, 7), ControlRecord.of(RecordBatch.at(ours, 0)));
    assertEquals(new ControlRecord(true, 7), ControlRecord.of(RecordBatch.at(kafkas.buffer(), 0)));
    Record record = Golden.asKafkaReads(ours).iterator().next();
    assertEquals(7, EndTransactionMarker.deserialize(record).coordinatorEpoch());
    assertEquals(ControlRecordType.COMMIT, ControlRecordType.parse(record.key()));
    ByteBuffer abort = new ControlRecord(false, 1).toBatch(55, (short) 2, 4_000);
    assertEquals(
        ControlRecordType.ABORT,
        ControlRecordType.parse(Golden.asKafkaReads(abort).iterator().next().key()));
  }

  @Test
  public void controlRecordsOfOtherKindsAndBrokenOnes() {
    ByteBuffer leaderChange = ByteBuffer.allocate(4).putShort((short) 0).putShort((short) 2).flip();
    assertNull(ControlRecord.read(leaderChange, ByteBuffer.allocate(9)));
    org.junit.Assert.assertThrows(
        InvalidRecordException.class, () -> ControlRecord.read(ByteBuffer.allocate(3), null));
  }

  private static Content content(int value) {
    return new Content(
        1, null, new byte[] {(byte) value}, new org.apache.kafka.common.header.Header[0]);
  }

  private static ByteBuffer one() {
    return Golden.ours(Compression.NONE, List.of(content(9)));
  }

  /** The bytes somewhere within a larger buffer, as they come off a socket. */
  private static ByteBuffer inTheMiddle(ByteBuffer bytes, boolean direct) {
    int size = bytes.remaining();
    ByteBuffer larger =
        direct ? ByteBuffer.allocateDirect(size + 40) : ByteBuffer.allocate(size + 40);
    larger.position(13).put(bytes).limit(13 + size).position(13);
    return larger;
  }

  private static void assertSame(byte[] expected, ByteBuffer actual) {
    assertEquals(expected == null ? null : ByteBuffer.wrap(expected), actual);
  }
}
