package milena.streams.core;

import java.nio.ByteBuffer;
import milena.log.LogView.AbortedTransaction;
import milena.record.RecordBatch;
import milena.record.RecordBatches;
import milena.record.RecordCursor;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;

/**
 * Steps through the records of one chunk after another that a consumer is to be given: not the
 * brokers' own markers, nothing of aborted transactions, nothing before where the reading began.
 */
public final class ChunkReader implements AutoCloseable {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final boolean checkCrcs;
  private final RecordBatches batches = new RecordBatches().wrap(NOTHING);
  private final RecordCursor records = new RecordCursor();
  private Chunk chunk;
  private long passedOffset;
  private boolean within;

  public ChunkReader(boolean checkCrcs) {
    this.checkCrcs = checkCrcs;
  }

  /** Goes before the first record of this chunk. */
  public void start(Chunk next) {
    chunk = next;
    passedOffset = -1;
    batches.wrap(next.records());
    within = false;
  }

  /** Forgets what is left. */
  public void drop() {
    batches.wrap(NOTHING);
    chunk = null;
    within = false;
  }

  /** What is behind the record that it stands at, or the whole chunk before the first; or null. */
  public Chunk rest() {
    return chunk == null || passedOffset < 0
        ? chunk
        : new Chunk(chunk.partition(), passedOffset + 1, chunk.records(), chunk.aborted());
  }

  /** The chunk that is being read, or null. */
  public Chunk chunk() {
    return chunk;
  }

  /**
   * Steps to the next record.
   *
   * @return false when the chunk has no further one
   * @throws CorruptRecordException when a batch is not what its checksum says
   */
  public boolean next() {
    while (true) {
      while (within) {
        if (!records.next()) {
          within = false;
        } else if (records.offset() >= chunk.fromOffset()) {
          passedOffset = records.offset();
          return true;
        }
      }
      if (!batches.next()) {
        drop();
        return false;
      }
      RecordBatch batch = batches.batch();
      if (!batch.isControl() && batch.recordCount() > 0 && !isAborted(batch)) {
        if (checkCrcs && !batch.isCrcValid()) {
          throw new CorruptRecordException(
              "A batch of " + chunk.partition() + " is damaged: " + batch);
        }
        records.start(batch);
        within = true;
      }
    }
  }

  private boolean isAborted(RecordBatch batch) {
    if (!batch.isTransactional()) {
      return false;
    }
    for (AbortedTransaction each : chunk.aborted()) {
      if (each.producerId() == batch.producerId()
          && each.firstOffset() <= batch.baseOffset()
          && batch.baseOffset() <= each.lastOffset()) {
        return true;
      }
    }
    return false;
  }

  public long offset() {
    return records.offset();
  }

  public long timestamp() {
    return records.timestamp();
  }

  public TimestampType timestampType() {
    return batches.batch().timestampType();
  }

  public int leaderEpoch() {
    return batches.batch().partitionLeaderEpoch();
  }

  public Header[] headers() {
    return records.headers();
  }

  /** The key, or null; it stays good for as long as anyone keeps it. */
  public ByteBuffer key() {
    return records.hasKey() ? kept(records.key()) : null;
  }

  /** The value, or null; it stays good for as long as anyone keeps it. */
  public ByteBuffer value() {
    return records.hasValue() ? kept(records.value()) : null;
  }

  /** A chunk's memory is never used again; what was decompressed lies in the cursor's. */
  private ByteBuffer kept(ByteBuffer bytes) {
    if (!batches.batch().isCompressed()) {
      return bytes;
    }
    return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
  }

  @Override
  public void close() {
    drop();
    records.close();
  }
}
