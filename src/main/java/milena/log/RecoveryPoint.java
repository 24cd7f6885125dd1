package milena.log;

import java.io.IOException;
import java.nio.file.Path;
import milena.common.config.LogConfig;

/**
 * How far an open log is on disk for sure, and when more of it has to be. It moves up when a flush
 * has been forced, and back when the log is truncated. Owned by the log's writer.
 */
final class RecoveryPoint {
  private final Path directory;
  private final LogSegments segments;
  private final EpochHistory epochs;
  private long offset;
  private long lastFlushMs;
  private int truncations;

  RecoveryPoint(
      Path directory, LogSegments segments, EpochHistory epochs, long offset, long openedMs) {
    this.directory = directory;
    this.segments = segments;
    this.epochs = epochs;
    this.offset = offset;
    this.lastFlushMs = openedMs;
  }

  /** Offset up to which everything is known to be on disk. */
  long offset() {
    return offset;
  }

  /**
   * Whether {@code flush.messages} or {@code flush.ms} ask for a flush of what is written up to
   * {@code endOffset}, or a segment was rolled since the last.
   */
  boolean isFlushDue(LogConfig config, long endOffset, long nowMs) {
    long unflushed = endOffset - offset;
    return unflushed > 0
        && (unflushed >= config.flushMessages()
            || nowMs - lastFlushMs >= config.flushMs()
            || offset < segments.active().baseOffset());
  }

  /** Begins a flush of all that is written now, up to {@code endOffset}. */
  LogFlush startFlush(long endOffset) throws IOException {
    segments.active().indexes().save();
    boolean newFiles = segments.active().baseOffset() >= offset;
    return new LogFlush(
        directory,
        segments.retainUnforced(offset),
        epochs.unforced(),
        newFiles,
        endOffset,
        truncations);
  }

  /**
   * Moves up to where a forced flush has reached, unless the log was truncated since it began: what
   * it forced may have been replaced.
   */
  void flushed(LogFlush flush, long nowMs) {
    if (flush.truncations() != truncations) {
      return;
    }
    offset = Math.max(offset, flush.endOffset());
    lastFlushMs = nowMs;
    if (flush.newEpochs() != null) {
      epochs.forced(flush.newEpochs());
    }
  }

  /** The log ends at {@code endOffset} now. */
  void truncatedTo(long endOffset) {
    truncations++;
    offset = Math.min(offset, endOffset);
  }

  /** The log is empty and begins at {@code startOffset}, which may be above all that it held. */
  void restartedAt(long startOffset) {
    truncations++;
    offset = startOffset;
  }
}
