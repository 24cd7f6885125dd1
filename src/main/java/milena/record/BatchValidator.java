package milena.record;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import milena.common.config.LogConfig;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * What a leader checks of the records that it is asked to append, and does to them: everything but
 * what needs the log's state (producers' sequence numbers, the offsets to assign).
 *
 * <p>Most batches pass unchanged, their records walked over but never made objects. A batch is
 * stamped in place when the topic wants its append time ({@code message.timestamp.type}) or when
 * its header does not tell its records' largest time, and made anew when the topic wants another
 * compression ({@code compression.type}) or its offsets leave gaps.
 *
 * <p>Keeps the codecs' buffers between calls: used by one thread at a time, for any number of
 * partitions.
 */
public final class BatchValidator implements AutoCloseable {
  /** Record errors told to a producer, at most: enough to see what is wrong. */
  private static final int RECORD_ERRORS_MAX = 100;

  /** Who made the batches. */
  public enum Source {
    /** A client: nothing is taken for granted. */
    CLIENT,
    /** A coordinator of this cluster: it may write markers, and several batches at once. */
    COORDINATOR
  }

  /** A record's position in its batch, and what is wrong with it (KIP-467). */
  public record InvalidRecord(int index, String message) {}

  /**
   * What came of a check.
   *
   * @param error NONE when the batches may be appended
   * @param records the batches from position to limit: the given buffer, or one of their own
   * @param maxTimestamp the largest time of all records, -1 when they have none
   * @param appendTimeMs the time that the batches were stamped with, -1 when they were not
   */
  public record Outcome(
      Errors error,
      String message,
      List<InvalidRecord> invalidRecords,
      ByteBuffer records,
      int recordCount,
      long maxTimestamp,
      long appendTimeMs) {

    private static Outcome refused(Errors error, String message) {
      return new Outcome(error, message, List.of(), null, 0, -1, -1);
    }

    public boolean isValid() {
      return error == Errors.NONE;
    }
  }

  private final BufferSupplier codecBuffers = BufferSupplier.create();
  private final RecordBatches batches = new RecordBatches();
  private final RecordWalk walk = new RecordWalk(codecBuffers);
  private final RecordCursor cursor = new RecordCursor();

  // What checking the current batch has found.
  private long maxTimestamp;
  private boolean consecutive;
  private List<InvalidRecord> invalid;
  private Errors invalidError;

  /**
   * Checks the batches between the buffer's position and limit, which stay where they are. They may
   * be written to.
   */
  public Outcome validate(ByteBuffer records, LogConfig config, Source source, long nowMs) {
    try {
      return check(records, config, source, nowMs);
    } catch (InvalidRecordException e) {
      return Outcome.refused(Errors.INVALID_RECORD, e.getMessage());
    } finally {
      walk.close();
      cursor.release();
    }
  }

  private Outcome check(ByteBuffer records, LogConfig config, Source source, long nowMs) {
    int from = records.position();
    int end = from;
    int count = 0;
    long newest = RecordBatch.NO_TIMESTAMP;
    List<ByteBuffer> rebuilt = null;
    batches.wrap(records);
    while (batches.next()) {
      RecordBatch batch = batches.batch();
      if (source == Source.CLIENT && end > from) {
        return Outcome.refused(
            Errors.INVALID_RECORD, "A produce request has one record batch for each partition");
      }
      Outcome refusal = checkHeader(batch, config, source);
      if (refusal != null) {
        return refusal;
      }
      if (!batch.isControl()) {
        refusal = checkRecords(batch, config, nowMs);
        if (refusal != null) {
          return refusal;
        }
      } else {
        maxTimestamp = batch.maxTimestamp();
        consecutive = true;
      }
      int sizeBefore = batch.sizeInBytes();
      ByteBuffer made = madeAnew(batch, config, nowMs);
      if (made == null) {
        stamp(batch, config, nowMs);
        if (rebuilt != null) {
          rebuilt.add(records.slice(batch.position(), sizeBefore));
        }
      } else {
        if (made.remaining() > config.maxMessageBytes()) {
          return tooLarge(made.remaining(), config);
        }
        if (rebuilt == null) {
          rebuilt = new ArrayList<>(1);
          if (end > from) {
            rebuilt.add(records.slice(from, end - from));
          }
        }
        rebuilt.add(made);
      }
      count += batch.recordCount();
      newest = Math.max(newest, maxTimestamp);
      end = batches.position() + sizeBefore;
    }
    Outcome refusal = checkEnding(records, end == from);
    if (refusal != null) {
      return refusal;
    }
    boolean stamped = config.timestampType() == TimestampType.LOG_APPEND_TIME;
    return new Outcome(
        Errors.NONE,
        null,
        List.of(),
        rebuilt == null ? records.duplicate().limit(end) : joined(rebuilt),
        count,
        stamped ? nowMs : newest,
        stamped ? nowMs : -1);
  }

  /** A torn batch behind a whole one is dropped, as ever; a lone one, or nonsense, is not. */
  private Outcome checkEnding(ByteBuffer records, boolean nothingWhole) {
    if (batches.ending() == RecordBatches.Ending.MALFORMED) {
      byte magic = records.get(batches.position() + RecordBatch.MAGIC);
      return magic == 0 || magic == 1
          ? Outcome.refused(
              Errors.INVALID_RECORD, "Record batches must be of version 2, not " + magic)
          : Outcome.refused(Errors.CORRUPT_MESSAGE, "What was sent is no record batch");
    }
    return nothingWhole
        ? Outcome.refused(Errors.INVALID_RECORD, "There is no whole record batch")
        : null;
  }

  private static Outcome checkHeader(RecordBatch batch, LogConfig config, Source source) {
    boolean client = source == Source.CLIENT;
    if (client && batch.baseOffset() != 0) {
      return Outcome.refused(
          Errors.INVALID_RECORD,
          "A producer's batch has the base offset 0, not " + batch.baseOffset());
    }
    if (batch.sizeInBytes() > config.maxMessageBytes()) {
      return tooLarge(batch.sizeInBytes(), config);
    }
    if (!batch.isCrcValid()) {
      return Outcome.refused(
          Errors.CORRUPT_MESSAGE,
          "The batch carries the checksum " + batch.crc() + " and has " + batch.computeCrc());
    }
    if (batch.compressionId() > CompressionType.ZSTD.id) {
      return Outcome.refused(
          Errors.UNSUPPORTED_COMPRESSION_TYPE,
          "There is no compression type " + batch.compressionId());
    }
    if (client) {
      int count = batch.recordCount();
      if (count <= 0) {
        return Outcome.refused(Errors.INVALID_RECORD, "A batch can't have " + count + " records");
      }
      if (batch.lastOffsetDelta() != count - 1) {
        return Outcome.refused(
            Errors.INVALID_RECORD,
            count + " records do not end at offset delta " + batch.lastOffsetDelta());
      }
      if (batch.isControl()) {
        return Outcome.refused(Errors.INVALID_RECORD, "Clients can't write control records");
      }
      if (batch.hasProducerId() && batch.baseSequence() < 0) {
        return Outcome.refused(
            Errors.INVALID_RECORD,
            "An idempotent producer's batch can't begin at sequence " + batch.baseSequence());
      }
    }
    return null;
  }

  private static Outcome tooLarge(int size, LogConfig config) {
    return Outcome.refused(
        Errors.MESSAGE_TOO_LARGE,
        "The batch has " + size + " bytes, more than the topic's " + config.maxMessageBytes());
  }

  private Outcome checkRecords(RecordBatch batch, LogConfig config, long nowMs) {
    boolean stampedBySender = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
    boolean createTime = config.timestampType() == TimestampType.CREATE_TIME;
    long baseTimestamp = batch.baseTimestamp();
    long fixedTimestamp = batch.maxTimestamp();
    int count = batch.recordCount();
    maxTimestamp = RecordBatch.NO_TIMESTAMP;
    consecutive = true;
    invalid = null;
    invalidError = Errors.INVALID_RECORD;
    walk.start(batch);
    for (int i = 0; i < count; i++) {
      walk.next();
      long timestamp = stampedBySender ? fixedTimestamp : baseTimestamp + walk.timestampDelta();
      if (config.compact() && !walk.hasKey()) {
        refuse(i, Errors.INVALID_RECORD, "A compacted topic takes no record without a key");
      } else if (createTime && timestamp != RecordBatch.NO_TIMESTAMP) {
        if (isOutOfRange(timestamp, config, nowMs)) {
          refuse(i, Errors.INVALID_TIMESTAMP, outOfRange(timestamp, config, nowMs));
        }
      } else if (stampedBySender) {
        refuse(i, Errors.INVALID_TIMESTAMP, "A producer can't stamp records with an append time");
      }
      consecutive &= walk.offsetDelta() == i;
      if (timestamp > maxTimestamp) {
        maxTimestamp = timestamp;
      }
    }
    if (!walk.atEnd()) {
      throw new InvalidRecordException("The batch holds more than its " + count + " records");
    }
    if (invalid == null) {
      return null;
    }
    String message =
        invalidError == Errors.INVALID_TIMESTAMP
            ? "Records have been refused for their timestamps"
            : "Records have been refused, the first because: " + invalid.get(0).message();
    return new Outcome(invalidError, message, invalid, null, 0, -1, -1);
  }

  private static boolean isOutOfRange(long timestamp, LogConfig config, long nowMs) {
    long age = nowMs - timestamp;
    return age > config.timestampBeforeMaxMs() || -age > config.timestampAfterMaxMs();
  }

  private static String outOfRange(long timestamp, LogConfig config, long nowMs) {
    return "The timestamp "
        + timestamp
        + " is not within "
        + config.timestampBeforeMaxMs()
        + " ms before and "
        + config.timestampAfterMaxMs()
        + " ms after "
        + nowMs;
  }

  private void refuse(int index, Errors error, String message) {
    if (invalid == null) {
      invalid = new ArrayList<>();
    }
    if (error == Errors.INVALID_TIMESTAMP) {
      invalidError = error;
    }
    if (invalid.size() < RECORD_ERRORS_MAX) {
      invalid.add(new InvalidRecord(index, message));
    }
  }

  private void stamp(RecordBatch batch, LogConfig config, long nowMs) {
    if (config.timestampType() == TimestampType.LOG_APPEND_TIME) {
      batch.stampAppendTime(nowMs);
    } else {
      batch.setCreateTime(maxTimestamp);
    }
  }

  /** The batch as the topic wants it, null when it is so already. */
  private ByteBuffer madeAnew(RecordBatch batch, LogConfig config, long nowMs) {
    CompressionType has = batch.compressionType();
    Compression wanted =
        config.compression().isPresent()
            ? config.compression().get()
            : consecutive ? null : Compression.of(has).build();
    boolean sameCodec = wanted == null || wanted.type() == has;
    boolean plainMarker = batch.isControl() && has == CompressionType.NONE;
    if (plainMarker || (sameCodec && consecutive)) {
      return null;
    }
    try (BatchBuilder builder = new BatchBuilder(wanted, batch.sizeInBytes())) {
      // The records keep their own times in their deltas; the flag alone says which time counts.
      builder
          .like(batch)
          .timestampsOf(config.timestampType(), nowMs)
          .leaderEpoch(RecordBatch.NO_LEADER_EPOCH);
      cursor.start(batch);
      while (cursor.next()) {
        builder.append(cursor.timestamp(), cursor.key(), cursor.value(), cursor.headers());
      }
      return builder.build();
    }
  }

  private static ByteBuffer joined(List<ByteBuffer> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    int size = 0;
    for (ByteBuffer part : parts) {
      size += part.remaining();
    }
    ByteBuffer whole = ByteBuffer.allocate(size);
    parts.forEach(whole::put);
    return whole.flip();
  }

  /** Lets go of the codecs' buffers. */
  @Override
  public void close() {
    walk.close();
    cursor.close();
    codecBuffers.close();
  }
}
