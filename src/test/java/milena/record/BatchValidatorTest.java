package milena.record;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import milena.common.config.LogConfig;
import milena.record.BatchValidator.InvalidRecord;
import milena.record.BatchValidator.Outcome;
import milena.record.BatchValidator.Source;
import milena.record.Golden.Content;
import milena.testing.SeedRule;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.Record;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class BatchValidatorTest extends JUnitSuite {
  private static final long NOW = 1_700_000_000_000L;
  private static final LogConfig DEFAULT = LogConfig.DEFAULT;
  private static final Header[] NO_HEADERS = new Header[0];

  @Rule public final SeedRule seeds = new SeedRule();

  private final BatchValidator validator = new BatchValidator();

  @Test
  public void soundBatchesPassUntouched() {
    Random random = seeds.random();
    for (Compression codec : Golden.CODECS) {
      ByteBuffer batch = Golden.kafkas(codec, Golden.contents(random, 60, NOW));
      ByteBuffer before = copyOf(batch);
      Outcome outcome = validator.validate(batch, DEFAULT, Source.CLIENT, NOW);
      assertEquals(Errors.NONE, outcome.error());
      assertEquals(before, outcome.records());
      assertEquals(60, outcome.recordCount());
      assertEquals(RecordBatch.at(before, 0).maxTimestamp(), outcome.maxTimestamp());
      assertEquals(-1, outcome.appendTimeMs());
    }
  }

  @Test
  public void theHeaderMustFitTheRecords() {
    for (Compression codec : Golden.CODECS) {
      refused(Errors.INVALID_RECORD, codec, b -> b.putInt(RecordBatch.RECORD_COUNT, 0));
      refused(Errors.INVALID_RECORD, codec, b -> b.putInt(RecordBatch.RECORD_COUNT, -1));
      refused(Errors.INVALID_RECORD, codec, b -> b.putInt(RecordBatch.RECORD_COUNT, 3));
      refused(Errors.INVALID_RECORD, codec, b -> b.putInt(RecordBatch.LAST_OFFSET_DELTA, -3));
      refused(Errors.INVALID_RECORD, codec, b -> b.putInt(RecordBatch.LAST_OFFSET_DELTA, 2));
      for (int wrong : new int[] {1, 3, 1000}) {
        refused(
            Errors.INVALID_RECORD,
            codec,
            b ->
                b.putInt(RecordBatch.RECORD_COUNT, wrong)
                    .putInt(RecordBatch.LAST_OFFSET_DELTA, wrong - 1));
      }
      refused(Errors.INVALID_RECORD, codec, b -> b.putLong(RecordBatch.BASE_OFFSET, 1));
      refused(Errors.INVALID_RECORD, codec, b -> flag(b, RecordBatch.CONTROL_FLAG));
      refused(Errors.INVALID_RECORD, codec, b -> b.putLong(RecordBatch.PRODUCER_ID, 4));
      refused(Errors.UNSUPPORTED_COMPRESSION_TYPE, codec, b -> flag(b, 7));
    }
  }

  @Test
  public void corruptBytesAreRefused() {
    ByteBuffer batch = two(Compression.NONE);
    batch.put(70, (byte) (batch.get(70) ^ 1));
    assertEquals(Errors.CORRUPT_MESSAGE, check(batch).error());
    for (byte magic : new byte[] {0, 1}) {
      batch.put(RecordBatch.MAGIC, magic);
      assertEquals(Errors.INVALID_RECORD, check(batch).error());
    }
    batch.put(RecordBatch.MAGIC, (byte) 3);
    assertEquals(Errors.CORRUPT_MESSAGE, check(batch).error());
    ByteBuffer shortLength = two(Compression.NONE).putInt(RecordBatch.LENGTH, 3);
    assertEquals(Errors.CORRUPT_MESSAGE, check(shortLength).error());
    assertEquals(Errors.INVALID_RECORD, check(ByteBuffer.allocate(0)).error());
    ByteBuffer torn = two(Compression.NONE);
    assertEquals(Errors.INVALID_RECORD, check(torn.limit(torn.limit() - 1)).error());
  }

  @Test
  public void garbledRecordsWithASoundChecksumAreRefusedOrHarmless() {
    Random random = seeds.random();
    for (int round = 0; round < 3000; round++) {
      Compression codec = Golden.CODECS.get(random.nextInt(5));
      ByteBuffer batch = Golden.kafkas(codec, Golden.contents(random, 3, NOW));
      int at = RecordBatch.HEADER_SIZE + random.nextInt(batch.limit() - 61);
      batch.put(at, (byte) random.nextInt(256));
      RecordBatch.at(batch, 0).renewCrc();
      Outcome outcome = check(batch);
      if (outcome.isValid()) {
        try (RecordCursor records =
            new RecordCursor().start(RecordBatch.at(outcome.records(), 0))) {
          int count = 0;
          while (records.next()) {
            assertEquals(count++, records.offset());
          }
        }
      } else {
        assertTrue(
            outcome.error() == Errors.INVALID_RECORD
                || outcome.error() == Errors.INVALID_TIMESTAMP);
      }
    }
  }

  @Test
  public void aClientSendsOneBatchACoordinatorAnyNumber() {
    ByteBuffer one = two(Compression.NONE);
    ByteBuffer marker = new ControlRecord(true, 3).toBatch(8, (short) 0, NOW);
    ByteBuffer both =
        ByteBuffer.allocate(one.remaining() + marker.remaining()).put(one).put(marker).flip();
    assertEquals(Errors.INVALID_RECORD, check(both).error());
    Outcome outcome = validator.validate(both, DEFAULT, Source.COORDINATOR, NOW);
    assertEquals(Errors.NONE, outcome.error());
    assertEquals(both, outcome.records());
    assertEquals(3, outcome.recordCount());
  }

  @Test
  public void aTornBatchBehindAWholeOneIsDropped() {
    ByteBuffer one = two(Compression.NONE);
    int size = one.remaining();
    ByteBuffer more =
        ByteBuffer.allocate(2 * size - 5).put(one.duplicate()).put(one.slice(0, size - 5)).flip();
    Outcome outcome = check(more);
    assertEquals(Errors.NONE, outcome.error());
    assertEquals(size, outcome.records().remaining());
  }

  @Test
  public void tooLarge() {
    ByteBuffer batch = two(Compression.NONE);
    LogConfig config = config(c -> c.maxMessageBytes = batch.remaining());
    assertEquals(Errors.NONE, validator.validate(batch, config, Source.CLIENT, NOW).error());
    config = config(c -> c.maxMessageBytes = batch.remaining() - 1);
    assertEquals(
        Errors.MESSAGE_TOO_LARGE, validator.validate(batch, config, Source.CLIENT, NOW).error());
  }

  @Test
  public void compactedTopicsWantKeys() {
    LogConfig config = config(c -> c.compact = true);
    for (Compression codec : Golden.CODECS) {
      ByteBuffer batch =
          Golden.kafkas(
              codec,
              List.of(
                  new Content(NOW, new byte[] {1}, null, NO_HEADERS),
                  new Content(NOW, null, new byte[] {2}, NO_HEADERS),
                  new Content(NOW, new byte[0], null, NO_HEADERS)));
      Outcome outcome = validator.validate(batch, config, Source.CLIENT, NOW);
      assertEquals(Errors.INVALID_RECORD, outcome.error());
      assertEquals(
          List.of(1), outcome.invalidRecords().stream().map(InvalidRecord::index).toList());
    }
  }

  @Test
  public void timesOutOfRangeAreRefused() {
    LogConfig config =
        config(
            c -> {
              c.timestampBeforeMaxMs = 1000;
              c.timestampAfterMaxMs = 10;
            });
    for (Compression codec : Golden.CODECS) {
      ByteBuffer batch =
          Golden.kafkas(
              codec,
              List.of(at(NOW - 1000), at(NOW - 1001), at(NOW), at(NOW + 10), at(NOW + 11), at(-1)));
      Outcome outcome = validator.validate(batch, config, Source.CLIENT, NOW);
      assertEquals(Errors.INVALID_TIMESTAMP, outcome.error());
      assertEquals(
          List.of(1, 4), outcome.invalidRecords().stream().map(InvalidRecord::index).toList());
    }
  }

  @Test
  public void appendTimeIsStampedInPlace() {
    LogConfig config = config(c -> c.timestampType = TimestampType.LOG_APPEND_TIME);
    for (Compression codec : Golden.CODECS) {
      ByteBuffer batch = two(codec);
      Outcome outcome = validator.validate(batch, config, Source.CLIENT, NOW + 99);
      assertEquals(Errors.NONE, outcome.error());
      assertEquals(NOW + 99, outcome.appendTimeMs());
      assertEquals(NOW + 99, outcome.maxTimestamp());
      var kafkas = Golden.asKafkaReads(batch);
      kafkas.ensureValid();
      kafkas.forEach(record -> assertEquals(NOW + 99, record.timestamp()));
      flag(batch.putLong(RecordBatch.BASE_OFFSET, 0), RecordBatch.LOG_APPEND_TIME_FLAG);
      RecordBatch.at(batch, 0).renewCrc();
      assertEquals(
          Errors.INVALID_TIMESTAMP, validator.validate(batch, config, Source.CLIENT, NOW).error());
    }
  }

  @Test
  public void aHeaderThatTellsAnotherTimeIsCorrected() {
    for (Compression codec : Golden.CODECS) {
      ByteBuffer batch = two(codec);
      batch.putLong(RecordBatch.MAX_TIMESTAMP, NOW + 5000);
      RecordBatch.at(batch, 0).renewCrc();
      Outcome outcome = check(batch);
      assertEquals(Errors.NONE, outcome.error());
      assertEquals(NOW, outcome.maxTimestamp());
      assertEquals(NOW, Golden.asKafkaReads(outcome.records()).maxTimestamp());
      Golden.asKafkaReads(outcome.records()).ensureValid();
    }
  }

  @Test
  public void recompressionKeepsEverythingElse() {
    Random random = seeds.random();
    for (Compression from : Golden.CODECS) {
      for (Compression to : Golden.CODECS) {
        LogConfig config = config(c -> c.compression = Optional.of(to));
        List<Content> contents = Golden.contents(random, 30, NOW);
        ByteBuffer batch = Golden.kafkas(from, contents, 77, (short) 3, 1000, true);
        var before = Golden.asKafkaReads(copyOf(batch));
        Outcome outcome = validator.validate(batch, config, Source.CLIENT, NOW);
        assertEquals(Errors.NONE, outcome.error());
        assertEquals(to.type(), Golden.codecOf(outcome.records()));
        var after = Golden.asKafkaReads(outcome.records());
        after.ensureValid();
        assertEquals(before.producerId(), after.producerId());
        assertEquals(before.producerEpoch(), after.producerEpoch());
        assertEquals(before.baseSequence(), after.baseSequence());
        assertEquals(before.lastSequence(), after.lastSequence());
        assertEquals(before.isTransactional(), after.isTransactional());
        assertEquals(before.maxTimestamp(), after.maxTimestamp());
        assertEquals(recordsOf(before), recordsOf(after));
      }
    }
  }

  @Test
  public void recompressionCanStampToo() {
    LogConfig config =
        config(
            c -> {
              c.compression = Optional.of(Compression.of(CompressionType.LZ4).build());
              c.timestampType = TimestampType.LOG_APPEND_TIME;
            });
    Outcome outcome = validator.validate(two(Compression.NONE), config, Source.CLIENT, NOW + 7);
    assertEquals(Errors.NONE, outcome.error());
    Golden.asKafkaReads(outcome.records())
        .forEach(record -> assertEquals(NOW + 7, record.timestamp()));
  }

  @Test
  public void offsetsWithGapsAreClosed() {
    for (Compression codec : Golden.CODECS) {
      ByteBuffer batch =
          new BatchBuilder(codec)
              .append(0, NOW, null, ByteBuffer.wrap(new byte[] {1}), NO_HEADERS)
              .append(5, NOW, null, ByteBuffer.wrap(new byte[] {2}), NO_HEADERS)
              .lastOffset(1)
              .build();
      Outcome outcome = check(batch);
      assertEquals(Errors.NONE, outcome.error());
      List<Long> offsets = new ArrayList<>();
      Golden.asKafkaReads(outcome.records()).forEach(record -> offsets.add(record.offset()));
      assertEquals(List.of(0L, 1L), offsets);
    }
  }

  private Outcome check(ByteBuffer batch) {
    return validator.validate(batch, DEFAULT, Source.CLIENT, NOW);
  }

  private void refused(Errors error, Compression codec, Consumer<ByteBuffer> damage) {
    ByteBuffer batch = two(codec);
    damage.accept(batch);
    RecordBatch.at(batch, 0).renewCrc();
    Outcome outcome = check(batch);
    assertEquals(error, outcome.error());
    assertNotNull(outcome.message());
  }

  private static void flag(ByteBuffer batch, int flag) {
    int attributes = batch.getShort(RecordBatch.ATTRIBUTES) | flag;
    batch.putShort(RecordBatch.ATTRIBUTES, (short) attributes);
  }

  private static ByteBuffer two(Compression codec) {
    return Golden.kafkas(codec, List.of(at(NOW), at(NOW - 5)));
  }

  private static Content at(long timestamp) {
    return new Content(timestamp, new byte[] {1, 2}, new byte[40], NO_HEADERS);
  }

  private static ByteBuffer copyOf(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
  }

  private static List<String> recordsOf(org.apache.kafka.common.record.internal.RecordBatch batch) {
    List<String> records = new ArrayList<>();
    for (Record r : batch) {
      records.add(r.offset() + "@" + r.timestamp() + List.of(r.headers()));
      records.add(Objects.hash(r.key(), r.value()) + "");
    }
    return records;
  }

  private static LogConfig config(Consumer<Settings> change) {
    Settings settings = new Settings();
    change.accept(settings);
    return settings.toConfig();
  }

  /** What these tests change of a topic's settings. */
  private static final class Settings {
    int maxMessageBytes = DEFAULT.maxMessageBytes();
    boolean compact;
    long timestampBeforeMaxMs = DEFAULT.timestampBeforeMaxMs();
    long timestampAfterMaxMs = DEFAULT.timestampAfterMaxMs();
    TimestampType timestampType = TimestampType.CREATE_TIME;
    Optional<Compression> compression = Optional.empty();

    LogConfig toConfig() {
      return new LogConfig(
          DEFAULT.segmentBytes(),
          DEFAULT.segmentMs(),
          DEFAULT.segmentJitterMs(),
          DEFAULT.segmentIndexBytes(),
          DEFAULT.indexIntervalBytes(),
          DEFAULT.flushMessages(),
          DEFAULT.flushMs(),
          DEFAULT.retentionBytes(),
          DEFAULT.retentionMs(),
          !compact,
          compact,
          DEFAULT.deleteRetentionMs(),
          DEFAULT.fileDeleteDelayMs(),
          DEFAULT.minCleanableDirtyRatio(),
          DEFAULT.minCompactionLagMs(),
          DEFAULT.maxCompactionLagMs(),
          maxMessageBytes,
          compression,
          timestampType,
          timestampBeforeMaxMs,
          timestampAfterMaxMs,
          DEFAULT.minInSyncReplicas(),
          DEFAULT.uncleanLeaderElection(),
          DEFAULT.preallocate());
    }
  }
}
