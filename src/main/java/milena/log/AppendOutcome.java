package milena.log;

import org.apache.kafka.common.protocol.Errors;

/** What became of an append. */
public sealed interface AppendOutcome {

  /**
   * The batches are staged and have their offsets; {@link PartitionLog#writeStaged} writes them.
   */
  record Appended(long baseOffset, long lastOffset) implements AppendOutcome {}

  /**
   * The batch is one of the producer's last five, sent again: nothing is staged. The answer to the
   * producer is its first offset, once the log is committed up to its last.
   */
  record Duplicate(long baseOffset, long lastOffset, long timestampMs) implements AppendOutcome {}

  /** The batches are refused whole; nothing has changed. */
  record Refused(Errors error, String message) implements AppendOutcome {}
}
