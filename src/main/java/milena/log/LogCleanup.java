package milena.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import milena.common.config.LogConfig;

/**
 * What {@code cleanup.policy} does to a log's old segments: retention deletes them, compaction
 * writes them anew. Belongs to the log's writer, as {@link PartitionLog} does; what its methods
 * return may go to other threads.
 */
public final class LogCleanup {
  private final Path directory;
  private final Supplier<LogConfig> config;
  private final LogSegments segments;
  private final LogTail tail;
  private final ProducerStates producers;
  private final ProducerSnapshots snapshots;
  private final LogStanding standing;
  private long cleanedUpTo;

  LogCleanup(
      Path directory,
      Supplier<LogConfig> config,
      LogSegments segments,
      LogTail tail,
      ProducerStates producers,
      ProducerSnapshots snapshots,
      LogStanding standing,
      long cleanedUpTo) {
    this.directory = directory;
    this.config = config;
    this.segments = segments;
    this.tail = tail;
    this.producers = producers;
    this.snapshots = snapshots;
    this.standing = standing;
    this.cleanedUpTo = cleanedUpTo;
  }

  /** Offset up to which the log has been compacted. */
  public long cleanedUpTo() {
    return cleanedUpTo;
  }

  /** The log ends here now. */
  void truncatedTo(long endOffset) {
    cleanedUpTo = Math.min(cleanedUpTo, endOffset);
  }

  /** Which segments retention by time, by size and by log start offset would delete now. */
  public RetentionPlan planRetention(long nowMs, long highWatermark) throws IOException {
    return RetentionPlan.of(
        segments.all(),
        config.get(),
        standing.startOffset(),
        tail.writtenEnd(),
        highWatermark,
        nowMs);
  }

  /**
   * Takes the planned segments out of the log. Their files are renamed; {@link
   * DeletedSegments#erase} removes them, on any thread, and readers of older views may read until
   * then (so wait {@code file.delete.delay.ms}).
   */
  public DeletedSegments delete(RetentionPlan plan, long nowMs) throws IOException {
    standing.ensureOpen();
    if (plan.isEmpty()) {
      return new DeletedSegments(List.of());
    }
    if (plan.segmentCount() >= segments.all().size()) {
      tail.roll(nowMs);
    }
    DeletedSegments gone = segments.takeOldest(plan.segmentCount());
    long firstOffset = segments.first().baseOffset();
    snapshots.deleteBelow(firstOffset);
    standing.raiseStart(firstOffset);
    return gone;
  }

  /**
   * What compaction would do now; empty when {@code cleanup.policy} doesn't ask for it or there is
   * not enough to gain. Run what is returned, on any thread, and hand it to {@link
   * #finishCompaction}; have one under way at a time.
   *
   * @param stableOffset the last stable offset: nothing at or past it is touched
   */
  public Optional<Compaction> planCompaction(long nowMs, long stableOffset) throws IOException {
    standing.ensureOpen();
    return Compaction.plan(
        directory, config.get(), segments.all(), producers, cleanedUpTo, stableOffset, nowMs);
  }

  /**
   * Puts the segments that a compaction wrote in the place of their sources, unless some of these
   * have gone meanwhile.
   *
   * @return the sources, to erase as after {@link #delete}
   */
  public DeletedSegments finishCompaction(Compaction done) throws IOException {
    standing.ensureOpen();
    List<Segment> sources = done.groups().stream().flatMap(g -> g.sources().stream()).toList();
    if (sources.isEmpty() || !segments.beginWith(sources)) {
      done.discard();
      return new DeletedSegments(List.of());
    }
    standing.changes();
    for (Compaction.Group group : done.groups()) {
      segments.replace(group);
    }
    cleanedUpTo = Math.max(cleanedUpTo, done.cleanedUpTo());
    snapshots.deleteStray(segments.all().stream().map(Segment::baseOffset).toList());
    return new DeletedSegments(sources);
  }
}
