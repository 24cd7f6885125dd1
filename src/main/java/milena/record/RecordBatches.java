package milena.record;

import java.nio.ByteBuffer;

/**
 * Steps through the whole batches between a buffer's position and limit, with one window:
 *
 * <pre>{@code
 * RecordBatches batches = new RecordBatches().wrap(buffer);
 * while (batches.next()) {
 *   use(batches.batch());
 * }
 * }</pre>
 *
 * When {@link #next} has said no, {@link #ending} says why and {@link #position} where. Checksums
 * are not looked at.
 */
public final class RecordBatches {
  /** Why there is no further batch. */
  public enum Ending {
    /** The last batch ended where the buffer does. */
    CLEAN,
    /** The buffer ends within a batch: {@link #missingBytes} tells how many bytes it lacks. */
    TORN,
    /** What follows is no batch of version 2: its magic or its length can't be. */
    MALFORMED
  }

  private final RecordBatch batch = new RecordBatch();
  private ByteBuffer buffer;
  private int position;
  private int next;
  private int limit;
  private int missingBytes;
  private Ending ending;

  /** Starts at the buffer's position; neither it nor the limit is ever changed. */
  public RecordBatches wrap(ByteBuffer buffer) {
    this.buffer = buffer;
    this.position = buffer.position();
    this.next = position;
    this.limit = buffer.limit();
    this.missingBytes = 0;
    this.ending = null;
    return this;
  }

  /** Moves to the next whole batch; false when there is none. */
  public boolean next() {
    position = next;
    int remaining = limit - position;
    if (remaining == 0) {
      return end(Ending.CLEAN, 0);
    }
    // Even the shortest header says how long the batch is, and the magic comes soon after.
    if (remaining < RecordBatch.MAGIC + 1) {
      return end(Ending.TORN, RecordBatch.HEADER_SIZE - remaining);
    }
    int length = buffer.getInt(position + RecordBatch.LENGTH);
    if (length < RecordBatch.HEADER_SIZE - RecordBatch.LENGTH_OVERHEAD
        || length > Integer.MAX_VALUE - RecordBatch.LENGTH_OVERHEAD
        || buffer.get(position + RecordBatch.MAGIC) != RecordBatch.MAGIC_V2) {
      return end(Ending.MALFORMED, 0);
    }
    int size = RecordBatch.LENGTH_OVERHEAD + length;
    if (remaining < size) {
      return end(Ending.TORN, size - remaining);
    }
    batch.wrap(buffer, position);
    next = position + size;
    return true;
  }

  private boolean end(Ending why, int missing) {
    ending = why;
    missingBytes = missing;
    return false;
  }

  /** The window, on the batch that the last {@link #next} found. */
  public RecordBatch batch() {
    return batch;
  }

  /** Where the current batch begins; after the end, where the last whole batch ended. */
  public int position() {
    return position;
  }

  /** Why {@link #next} said no; null before. */
  public Ending ending() {
    return ending;
  }

  /** After a torn end: how many bytes the batch lacks, or at least lacks as far as one can tell. */
  public int missingBytes() {
    return missingBytes;
  }
}
