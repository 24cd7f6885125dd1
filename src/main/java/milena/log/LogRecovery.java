package milena.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import milena.common.config.LogConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a log back from its directory. After a clean close only the end of the last segment is
 * looked at. After a crash, every batch past the recovery point is checked: the log ends before the
 * first one that is torn or wrong, and what lies behind it is deleted. Indexes and epochs are made
 * to say what the batches say; the producers' states are read from the newest sound snapshot and
 * brought up to date from the batches after it.
 */
final class LogRecovery {
  /** Distance of index entries where nobody says what {@code index.interval.bytes} was. */
  static final int REBUILT_INDEX_INTERVAL = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

  private final Path directory;
  private final LogConfig config;
  private final PartitionLog.OpenOptions options;
  private final long nowMs;

  final List<Segment> segments = new ArrayList<>();
  final ProducerStates producers = new ProducerStates();
  ProducerSnapshots snapshots;
  LeaderEpochs epochs;
  LeaderEpochs epochsOnDisk;
  long logStartOffset;
  long logEndOffset;
  long recoveryPoint;

  /** Whether the directory is not as a clean close leaves it. */
  boolean changed;

  LogRecovery(Path directory, LogConfig config, PartitionLog.OpenOptions options, long nowMs) {
    this.directory = directory;
    this.config = config;
    this.options = options;
    this.nowMs = nowMs;
  }

  LogRecovery run(PartitionFiles files) throws IOException {
    snapshots = new ProducerSnapshots(directory, files.snapshots());
    epochs =
        files.has(LogFiles.LEADER_EPOCHS)
            ? LeaderEpochs.read(directory.resolve(LogFiles.LEADER_EPOCHS))
            : LeaderEpochs.EMPTY;
    epochsOnDisk = epochs;
    if (files.segments().isEmpty()) {
      startAt(options.logStartOffset());
      return this;
    }
    for (long base : files.segments()) {
      segments.add(
          new Segment(
              directory,
              base,
              "",
              files.sizeOfLog(base),
              files.has(base, LogFiles.TRANSACTION_INDEX)));
    }
    int firstInDoubt = recoverSegments();
    checkSealed(firstInDoubt, files);
    if (logEndOffset < options.logStartOffset()) {
      LOG.warn(
          "{}: the log ends at {}, below its start offset {}: it begins anew there",
          directory,
          logEndOffset,
          options.logStartOffset());
      deleteFrom(0);
      startAt(options.logStartOffset());
      return this;
    }
    logStartOffset = Math.max(options.logStartOffset(), segments.get(0).baseOffset());
    epochs = epochs.truncatedTo(logEndOffset).startingAt(logStartOffset);
    recoveryPoint =
        options.cleanShutdown() ? logEndOffset : Math.min(options.recoveryPoint(), logEndOffset);
    recoverProducers(firstInDoubt);
    return this;
  }

  private void startAt(long offset) throws IOException {
    segments.add(Segment.create(directory, offset, ""));
    logStartOffset = offset;
    logEndOffset = offset;
    recoveryPoint = offset;
    epochs = LeaderEpochs.EMPTY;
    snapshots.deleteAbove(-1);
  }

  /** Returns the index of the first segment that was read, all before being sealed and trusted. */
  private int recoverSegments() throws IOException {
    int last = segments.size() - 1;
    int first = last;
    if (!options.cleanShutdown()) {
      while (first > 0 && segments.get(first).baseOffset() > options.recoveryPoint()) {
        first--;
      }
    }
    long trusted = options.cleanShutdown() ? Long.MAX_VALUE : options.recoveryPoint();
    for (int i = 0; i < first; i++) {
      segments.get(i).sealedOnDisk();
    }
    for (int i = first; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      SegmentResume resume =
          new SegmentResume(segment, epochs, config.indexIntervalBytes(), !options.cleanShutdown());
      int cut = resume.run(trusted, Long.MAX_VALUE);
      epochs = resume.epochs();
      logEndOffset = resume.endOffset();
      if (cut > 0 || isFollowedByHole(i)) {
        LOG.warn("{}: cut {} bytes behind offset {}", directory, cut, logEndOffset);
        deleteFrom(i + 1);
        changed = true;
      }
      if (i < segments.size() - 1) {
        segment.seal();
      }
    }
    return first;
  }

  /**
   * Whether whole batches are missing between a segment and the next, as when the next one reached
   * the disk earlier. Where compaction may have been at work, a gap is no sign of a loss.
   */
  private boolean isFollowedByHole(int i) {
    return i < segments.size() - 1
        && segments.get(i + 1).baseOffset() > logEndOffset
        && !config.compact()
        && options.cleanedUpTo() == 0;
  }

  private void deleteFrom(int index) throws IOException {
    for (int i = segments.size() - 1; i >= index; i--) {
      LOG.warn("{}: deleting {}", directory, segments.get(i));
      segments.remove(i).erase();
    }
  }

  private void checkSealed(int count, PartitionFiles files) throws IOException {
    int rebuilt = 0;
    for (int i = 0; i < count; i++) {
      Segment segment = segments.get(i);
      long base = segment.baseOffset();
      if (!files.has(base, LogFiles.OFFSET_INDEX) || !files.has(base, LogFiles.TIME_INDEX)) {
        segment.rebuildIndexes();
        rebuilt++;
      } else if (!options.cleanShutdown()) {
        segment.checkIndexes();
      }
    }
    if (rebuilt > 0) {
      LOG.warn("{}: indexes of {} segments were missing and are made anew", directory, rebuilt);
    }
  }

  private void recoverProducers(int firstInDoubt) throws IOException {
    snapshots.deleteAbove(logEndOffset);
    snapshots.deleteStray(segments.stream().map(Segment::baseOffset).toList());
    if (!options.cleanShutdown()) {
      for (int i = firstInDoubt; i < segments.size(); i++) {
        segments.get(i).aborted().truncateTo(recoveryPoint);
      }
    }
    ProducerReplay.bringUpToDate(producers, snapshots, segments, recoveryPoint, logEndOffset);
    if (snapshots.newest(logEndOffset) > snapshots.newest(recoveryPoint)) {
      // The first pass was for the aborted transactions. A newer snapshot may also know producers
      // whose batches have been deleted since.
      ProducerReplay.bringUpToDate(producers, snapshots, segments, logEndOffset, logEndOffset);
    }
    producers.expire(nowMs, options.producerIdExpirationMs());
  }
}
