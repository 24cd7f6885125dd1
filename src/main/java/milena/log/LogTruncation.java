package milena.log;

import java.io.IOException;

/**
 * Cuts a log's end off: the segments, and with them all that is known of the records that go. Owned
 * by the log's writer.
 */
final class LogTruncation {
  private final LogSegments segments;
  private final LogTail tail;
  private final EpochHistory epochs;
  private final ProducerStates producers;
  private final ProducerSnapshots snapshots;
  private final RecoveryPoint recoveryPoint;
  private final LogStanding standing;
  private final LogCleanup cleanup;

  LogTruncation(
      LogSegments segments,
      LogTail tail,
      EpochHistory epochs,
      ProducerStates producers,
      ProducerSnapshots snapshots,
      RecoveryPoint recoveryPoint,
      LogStanding standing,
      LogCleanup cleanup) {
    this.segments = segments;
    this.tail = tail;
    this.epochs = epochs;
    this.producers = producers;
    this.snapshots = snapshots;
    this.recoveryPoint = recoveryPoint;
    this.standing = standing;
    this.cleanup = cleanup;
  }

  /** Cuts from the offset on; false when the log ends there or before. */
  boolean cutAt(long offset, int indexIntervalBytes) throws IOException {
    tail.write();
    if (offset >= tail.writtenEnd()) {
      epochs.note(epochs.current().truncatedTo(tail.writtenEnd()));
      return false;
    }
    if (offset < segments.first().baseOffset()) {
      restartAt(offset);
      return true;
    }
    standing.changes();
    long end = segments.cutAt(offset, epochs.current(), indexIntervalBytes);
    recoveryPoint.truncatedTo(end);
    standing.endsAt(end);
    endAt(end);
    snapshots.deleteAbove(end);
    ProducerReplay.bringUpToDate(producers, snapshots, segments.all(), end, end);
    return true;
  }

  /** Drops all; the next record gets the offset. */
  void restartAt(long offset) throws IOException {
    standing.changes();
    tail.drop();
    segments.restart(offset);
    producers.clear();
    snapshots.deleteAbove(-1);
    epochs.note(LeaderEpochs.EMPTY);
    recoveryPoint.restartedAt(offset);
    standing.restartedAt(offset);
    endAt(offset);
  }

  private void endAt(long offset) throws IOException {
    tail.truncatedTo(offset);
    cleanup.truncatedTo(offset);
    epochs.note(epochs.current().truncatedTo(offset));
    epochs.write();
  }
}
