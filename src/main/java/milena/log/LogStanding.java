package milena.log;

import org.apache.kafka.common.TopicPartition;

/**
 * How an open log stands: where it begins for readers, what of it is damaged, whether its directory
 * is as a clean close leaves it, and whether it is closed. Owned by the log's writer.
 */
final class LogStanding {
  private final TopicPartition name;
  private final EpochHistory epochs;
  private long startOffset;
  private long damagedFrom;
  private boolean changed;
  private boolean closed;

  LogStanding(
      TopicPartition name,
      EpochHistory epochs,
      long startOffset,
      long damagedFrom,
      boolean changed) {
    this.name = name;
    this.epochs = epochs;
    this.startOffset = startOffset;
    this.damagedFrom = damagedFrom;
    this.changed = changed;
  }

  /** Offset below which all is hidden. */
  long startOffset() {
    return startOffset;
  }

  /** Where the first damaged place begins; -1 for none. */
  long damagedFrom() {
    return damagedFrom;
  }

  /** Hides what is below the offset, if it is not hidden already, and forgets its epochs. */
  void raiseStart(long offset) {
    startOffset = Math.max(startOffset, offset);
    epochs.note(epochs.current().startingAt(startOffset));
    changed = true;
  }

  /** The log is empty and begins here, which may be below all that it held. */
  void restartedAt(long offset) {
    startOffset = offset;
    endsAt(offset);
  }

  /** The log is cut here; what was damaged behind it is gone. */
  void endsAt(long offset) {
    damagedFrom = damagedFrom < offset ? damagedFrom : -1;
    startOffset = Math.min(startOffset, offset);
  }

  /** The directory is about to change. */
  void changes() {
    changed = true;
  }

  /** Whether the directory is not as a clean close leaves it. */
  boolean hasChanged() {
    return changed;
  }

  void closes() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  void ensureOpen() throws LogClosedException {
    if (closed) {
      throw new LogClosedException("The log of " + name + " is closed");
    }
  }
}
