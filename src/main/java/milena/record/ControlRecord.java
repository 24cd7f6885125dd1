package milena.record;

import java.nio.ByteBuffer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.compress.Compression;

/**
 * The marker that ends a producer's transaction in a partition (KIP-98): the single record of a
 * control batch. Its key is a version (2 bytes) and the type (2 bytes: 0 abort, 1 commit), its
 * value a version (2 bytes) and the epoch of the transaction coordinator that wrote it (4 bytes).
 */
public record ControlRecord(boolean committed, int coordinatorEpoch) {
  private static final short VERSION = 0;
  private static final short ABORT = 0;
  private static final short COMMIT = 1;

  /** A batch that holds just this marker. */
  public ByteBuffer toBatch(long producerId, short producerEpoch, long timestampMs) {
    ByteBuffer key = ByteBuffer.allocate(4).putShort(VERSION).putShort(committed ? COMMIT : ABORT);
    ByteBuffer value = ByteBuffer.allocate(6).putShort(VERSION).putInt(coordinatorEpoch);
    return new BatchBuilder(Compression.NONE, 128)
        .producer(producerId, producerEpoch, RecordBatch.NO_SEQUENCE)
        .transactional(true)
        .control(true)
        .append(timestampMs, key.flip(), value.flip())
        .build();
  }

  /**
   * The marker in a control batch's record.
   *
   * @return null for control records of other kinds, which say nothing about transactions
   * @throws InvalidRecordException when the bytes can't be a control record
   */
  public static ControlRecord read(ByteBuffer key, ByteBuffer value) {
    if (key == null || key.remaining() < 4 || key.getShort(key.position()) < VERSION) {
      throw new InvalidRecordException("A control record's key must have a version and a type");
    }
    short type = key.getShort(key.position() + 2);
    if (type != ABORT && type != COMMIT) {
      return null;
    }
    if (value == null || value.remaining() < 6 || value.getShort(value.position()) < VERSION) {
      throw new InvalidRecordException("A transaction's marker must name its coordinator's epoch");
    }
    return new ControlRecord(type == COMMIT, value.getInt(value.position() + 2));
  }

  /**
   * The marker of a control batch, null when it holds none.
   *
   * @throws InvalidRecordException as {@link #read}
   */
  public static ControlRecord of(RecordBatch batch) {
    if (batch.recordCount() == 0) {
      return null; // compaction has emptied it
    }
    try (RecordCursor records = new RecordCursor().start(batch)) {
      return records.next() ? read(records.key(), records.value()) : null;
    }
  }
}
