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
 * looked at, and nothing is cut that was written: damage stays, is reported, and is answered
 * CORRUPT_MESSAGE when it is read. After a crash, every batch past the recovery point is checked:
 * the log ends before the first one that is torn or wrong, and what lies behind it is deleted.
 * Indexes and epochs are made to say what the batches say; the producers' states are read from the
 * newest sound snapshot and brought up to date from the batches after it.
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

  /** Where the first damaged place begins that is kept, -1 when there is none. */
  long damagedFrom = -1;

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
    LeaderEpochs found =
        files.has(LogFiles.LEADER_EPOCHS)
            ? LeaderEpochs.read(directory.resolve(LogFiles.LEADER_EPOCHS))
            : null;
    epochs = found == null ? LeaderEpochs.EMPTY : found;
    epochsOnDisk = epochs;
    if (files.segments().isEmpty()) {
      startAt(Math.max(options.logStartOffset(), endIfClean()));
      if (logEndOffset > options.logStartOffset()) {
        tellDamage(options.logStartOffset(), logEndOffset, "the segments are missing");
      }
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
    if (found == null && segments.stream().anyMatch(segment -> segment.size() > 0)) {
      rebuildEpochs();
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
    for (int i = 0; i < first; i++) {
      segments.get(i).sealedOnDisk();
    }
    for (int i = first; i < segments.size(); i++) {
      recover(i);
    }
    long expectedEnd = endIfClean();
    if (logEndOffset < expectedEnd) {
      tellDamage(logEndOffset, expectedEnd, "they are missing from " + segments.get(last));
      goOnAt(expectedEnd);
    }
    return first;
  }

  private void recover(int i) throws IOException {
    boolean clean = options.cleanShutdown();
    Segment segment = segments.get(i);
    SegmentResume resume = new SegmentResume(segment, epochs, config.indexIntervalBytes(), !clean);
    long trusted = clean ? Long.MAX_VALUE : options.recoveryPoint();
    long kept = clean && endIfClean() > 0 ? endIfClean() : trusted;
    int cut = resume.recover(trusted, kept, clean);
    epochs = resume.epochs();
    logEndOffset = resume.endOffset();
    if (cut > 0 || isFollowedByHole(i)) {
      LOG.warn("{}: cut {} bytes behind offset {}", directory, cut, logEndOffset);
      deleteFrom(i + 1);
      changed = true;
    }
    if (resume.isDamagedToItsEnd()) {
      long end = kept < Long.MAX_VALUE ? kept : logEndOffset + 1;
      tellDamage(resume.damagedFrom(), end, "no batch follows in " + segment);
      goOnAt(end);
    } else if (resume.damagedFrom() >= 0) {
      tellDamage(resume.damagedFrom(), logEndOffset, "see " + segment);
    }
    if (i < segments.size() - 1 && !segment.isSealed()) {
      segment.seal();
    }
  }

  /** Where the log ended when it was closed cleanly; 0 when it was not, or nobody knows. */
  private long endIfClean() {
    return options.cleanShutdown()
        ? Math.max(options.recoveryPoint(), snapshots.newest(Long.MAX_VALUE))
        : 0;
  }

  /** Begins a segment behind one that nothing can be appended to. */
  private void goOnAt(long offset) throws IOException {
    segments.get(segments.size() - 1).seal();
    segments.add(Segment.create(directory, offset, ""));
    logEndOffset = offset;
    changed = true;
  }

  private void tellDamage(long from, long to, String where) {
    damagedFrom = damagedFrom < 0 ? from : damagedFrom;
    LOG.error(
        "{}: there is damage between offsets {} and {}: {}. What is left of them is kept, and"
            + " consumers that ask for them are told so. Bring the file back from a copy, or let"
            + " them go with kafka-delete-records.",
        directory,
        from,
        to - 1,
        where);
  }

  private void rebuildEpochs() throws IOException {
    LOG.warn(
        "{}: {} is missing or can't be read. It is made anew from the batches.",
        directory,
        LogFiles.LEADER_EPOCHS);
    for (Segment segment : segments) {
      BatchHeaders headers = new BatchHeaders(segment.file().channel(), 0, segment.size());
      while (headers.next()) {
        epochs =
            epochs.with(headers.header().partitionLeaderEpoch(), headers.header().baseOffset());
      }
      segment.file().closeUntilNeeded();
    }
    epochs.write(directory.resolve(LogFiles.LEADER_EPOCHS), false);
    epochsOnDisk = epochs;
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
        segment.indexes().rebuild();
        rebuilt++;
      } else if (!options.cleanShutdown()) {
        segment.indexes().check();
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
