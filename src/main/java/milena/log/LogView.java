package milena.log;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import milena.common.OffsetAndEpoch;

/**
 * A partition's log as its writer last published it. Immutable, and safe for any number of readers
 * while the writer goes on: what it shows stays readable until the segment is deleted from disk,
 * after which reads fail with {@link OffsetOutOfLogException}.
 */
public interface LogView {
  /** Offset of the first record that may be read. */
  long logStartOffset();

  /** Offset that the next record gets. */
  long logEndOffset();

  /** Bytes of all segments. */
  long sizeInBytes();

  /**
   * The bytes from the batch that holds {@code fromOffset} on: whole batches from one segment, as
   * many as fit {@code maxBytes} and end at or before {@code upToOffset}. The first batch is given
   * even when larger than {@code maxBytes}, if {@code atLeastOneBatch}.
   *
   * @return an empty slice when there is nothing between the two offsets
   * @throws OffsetOutOfLogException when {@code fromOffset} is below the log start or past the end
   */
  LogSlice read(long fromOffset, long upToOffset, int maxBytes, boolean atLeastOneBatch)
      throws IOException;

  /**
   * Whether the record at this offset was written so lately that it is in the page cache; else it
   * may have to be read from the disk. A guess: nothing depends on it but who waits for the disk.
   *
   * @param nowMs by the clock that appends were told of
   */
  boolean isRecent(long offset, long nowMs);

  /** Transactions aborted that overlap the range, for read_committed consumers (KIP-98). */
  List<AbortedTransaction> abortedTransactions(long fromOffset, long upToOffset) throws IOException;

  /** The first record at or past {@code timestampMs}, by offset order (KIP-79). */
  Optional<TimestampAndOffset> offsetForTimestamp(long timestampMs) throws IOException;

  /** The record with the largest timestamp (ListOffsets -3, KIP-734); the first of equals. */
  Optional<TimestampAndOffset> offsetOfMaxTimestamp() throws IOException;

  /**
   * The largest known epoch at or below {@code leaderEpoch} and the offset at which it ends; (-1,
   * -1) when none is known (KIP-101, KIP-279).
   */
  OffsetAndEpoch endOffsetForEpoch(int leaderEpoch);

  /** The epoch in which the record at this offset was written, -1 when unknown. */
  int epochOfOffset(long offset);

  /** The producers whose state the log keeps, for DescribeProducers. */
  List<ProducerStateView> activeProducers();

  /** A record's place. */
  record TimestampAndOffset(long timestampMs, long offset, int leaderEpoch) {}

  /** An aborted transaction: the producer's records from {@code firstOffset} on were never. */
  record AbortedTransaction(long producerId, long firstOffset, long lastOffset) {}

  /** What the log knows of a producer (KIP-664); -1 where it has none. */
  record ProducerStateView(
      long producerId,
      int producerEpoch,
      int lastSequence,
      long lastTimestampMs,
      int coordinatorEpoch,
      long currentTxnStartOffset) {}
}
