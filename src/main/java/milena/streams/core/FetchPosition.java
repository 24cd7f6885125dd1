package milena.streams.core;

import java.util.Map;
import milena.record.RecordBatches;
import milena.streams.link.ReadAnswer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/**
 * How far a partition has been read. Says what is to be asked next and what an answer means; one
 * question at a time.
 *
 * <pre>
 *   LOST --next: look the offset up, by the reset policy--> KNOWN
 *   KNOWN --read: records--> KNOWN, behind them
 *         --read: out of range--> LOST
 * </pre>
 */
public final class FetchPosition {
  private static final long UNKNOWN = -1;

  private final TopicPartition partition;
  private final OffsetReset reset;
  private long offset;
  private long lookupTimestamp;

  /** What to ask the leader. */
  public sealed interface Question {}

  /** Records from this offset on. */
  public record Read(long offset) implements Question {}

  /** The offset that belongs to this time, or to one of Kafka's names for special offsets. */
  public record Lookup(long timestamp) implements Question {}

  /** What came of an answer. */
  public sealed interface Verdict {}

  /** Deliver this, then ask on. */
  public record Deliver(Chunk chunk) implements Verdict {}

  /** Ask on. */
  public record AskOn() implements Verdict {}

  /** Find out who leads, and ask again a little later. */
  public record Retry(Errors error) implements Verdict {}

  /** It can't go on. */
  public record Fail(RuntimeException cause) implements Verdict {}

  private FetchPosition(TopicPartition partition, OffsetReset reset, long offset, long timestamp) {
    this.partition = partition;
    this.reset = reset;
    this.offset = offset;
    this.lookupTimestamp = timestamp;
  }

  /** Reads from this offset on. */
  public static FetchPosition at(TopicPartition partition, OffsetReset reset, long offset) {
    return new FetchPosition(partition, reset, offset, 0);
  }

  /** Reads from where the reset policy says. */
  public static FetchPosition unknown(TopicPartition partition, OffsetReset reset) {
    return new FetchPosition(partition, reset, UNKNOWN, timestampOf(reset));
  }

  /** Reads from the first record that is not older. */
  public static FetchPosition atTime(TopicPartition partition, OffsetReset reset, long timestamp) {
    return new FetchPosition(partition, reset, UNKNOWN, timestamp);
  }

  private static long timestampOf(OffsetReset reset) {
    return reset == OffsetReset.EARLIEST
        ? ListOffsetsRequest.EARLIEST_TIMESTAMP
        : ListOffsetsRequest.LATEST_TIMESTAMP;
  }

  /** The offset of the next record to be read; -1 while it is not known. */
  public long offset() {
    return offset;
  }

  /**
   * What to ask next.
   *
   * @throws NoOffsetForPartitionException when there is no position, and no policy for that
   */
  public Question next() {
    if (offset != UNKNOWN) {
      return new Read(offset);
    }
    if (reset == OffsetReset.NONE && lookupTimestamp < 0) {
      throw new NoOffsetForPartitionException(partition);
    }
    return new Lookup(lookupTimestamp);
  }

  /**
   * The leader's answer to a {@link Lookup}.
   *
   * @param found -1 when no record is as young as that
   */
  public Verdict lookedUp(Errors error, long found) {
    if (error != Errors.NONE) {
      return failure(error);
    }
    if (found < 0) {
      lookupTimestamp = ListOffsetsRequest.LATEST_TIMESTAMP;
    } else {
      offset = found;
    }
    return new AskOn();
  }

  /** The leader's answer to a {@link Read}. */
  public Verdict read(ReadAnswer answer) {
    if (answer.error() == Errors.OFFSET_OUT_OF_RANGE) {
      if (reset == OffsetReset.NONE) {
        return new Fail(new OffsetOutOfRangeException(Map.of(partition, offset)));
      }
      offset = UNKNOWN;
      lookupTimestamp = timestampOf(reset);
      return new AskOn();
    }
    if (answer.error() != Errors.NONE) {
      return failure(answer.error());
    }
    if (!answer.records().hasRemaining()) {
      return new AskOn();
    }
    long behind = UNKNOWN;
    RecordBatches batches = new RecordBatches().wrap(answer.records());
    while (batches.next()) {
      behind = batches.batch().nextOffset();
    }
    if (behind <= offset || batches.ending() != RecordBatches.Ending.CLEAN) {
      return new Fail(
          new CorruptRecordException(
              "What was read of " + partition + " at offset " + offset + " is no record batch"));
    }
    Chunk chunk = new Chunk(partition, offset, answer.records(), answer.aborted());
    offset = behind;
    return new Deliver(chunk);
  }

  private Verdict failure(Errors error) {
    return error.exception() instanceof RetriableException && error != Errors.CORRUPT_MESSAGE
        ? new Retry(error)
        : new Fail(new KafkaException("Can't read " + partition, error.exception()));
  }
}
