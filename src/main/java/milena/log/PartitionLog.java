package milena.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import milena.common.OffsetAndEpoch;
import milena.common.config.LogConfig;
import milena.record.RecordBatch;
import milena.record.RecordBatches;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * A partition's log and its only writer. Not thread-safe: all methods belong to the one actor that
 * owns it, except that what {@link #view}, {@link #startFlush} and the methods of {@link #cleanup}
 * return may go to other threads.
 *
 * <p>After an {@link IOException} the log on disk is unknown: close it without flush and open it
 * again, which recovers it.
 */
public final class PartitionLog implements Closeable {

  /**
   * What is known of a log before it is opened.
   *
   * @param recoveryPoint offset up to which all was forced to disk; recovery reads from there on
   * @param logStartOffset offset below which records were deleted; 0 when unknown
   * @param cleanedUpTo offset up to which the log was compacted; 0 when unknown
   * @param cleanShutdown whether the log was closed by {@link #close}: then nothing is recovered
   * @param producerIdExpirationMs how long an idle producer is remembered
   */
  public record OpenOptions(
      long recoveryPoint,
      long logStartOffset,
      long cleanedUpTo,
      boolean cleanShutdown,
      int producerIdExpirationMs) {
    /** For a log that is not there yet. */
    public static final OpenOptions NEW = new OpenOptions(0, 0, 0, true, 86_400_000);
  }

  private final Path directory;
  private final TopicPartition name;
  private final Uuid topicId;
  private final LogSegments segments;
  private final EpochHistory epochs;
  private final ProducerStates producers;
  private final ProducerSnapshots snapshots;
  private final LogTail tail;
  private final RecoveryPoint recoveryPoint;
  private final LogStanding standing;
  private final LogCleanup cleanup;
  private final LogTruncation truncation;
  private final RecordBatches batches = new RecordBatches();
  private LogConfig config;

  private PartitionLog(
      Path directory,
      TopicPartition name,
      Uuid topicId,
      LogConfig config,
      OpenOptions options,
      LogRecovery recovered,
      long nowMs) {
    this.directory = directory;
    this.name = name;
    this.topicId = topicId;
    this.config = config;
    this.segments = new LogSegments(directory, recovered.segments);
    this.epochs = new EpochHistory(directory, recovered.epochs, recovered.epochsOnDisk);
    this.producers = recovered.producers;
    this.snapshots = recovered.snapshots;
    this.standing =
        new LogStanding(
            name,
            epochs,
            recovered.logStartOffset,
            recovered.damagedFrom,
            !options.cleanShutdown() || recovered.changed);
    this.tail =
        new LogTail(name, segments, epochs, producers, snapshots, recovered.logEndOffset, nowMs);
    this.recoveryPoint =
        new RecoveryPoint(directory, segments, epochs, recovered.recoveryPoint, nowMs);
    this.cleanup =
        new LogCleanup(
            directory,
            this::config,
            segments,
            tail,
            producers,
            snapshots,
            standing,
            options.cleanedUpTo());
    this.truncation =
        new LogTruncation(
            segments, tail, epochs, producers, snapshots, recoveryPoint, standing, cleanup);
  }

  /** Opens the log in the directory, which is made when missing; recovers it when need be. */
  public static PartitionLog open(
      Path directory,
      TopicPartition name,
      Uuid topicId,
      LogConfig config,
      OpenOptions options,
      long nowMs)
      throws IOException {
    PartitionFiles files = PartitionFiles.find(directory);
    LogRecovery recovered = new LogRecovery(directory, config, options, nowMs).run(files);
    if (!files.has(LogFiles.PARTITION_METADATA)) {
      PartitionFiles.writeTopicId(directory, topicId);
    }
    recovered.segments.forEach(segment -> segment.file().closeUntilNeeded());
    return new PartitionLog(directory, name, topicId, config, options, recovered, nowMs);
  }

  public TopicPartition name() {
    return name;
  }

  public Uuid topicId() {
    return topicId;
  }

  public Path directory() {
    return directory;
  }

  public LogConfig config() {
    return config;
  }

  /** Puts other settings in force, from the next append or check on. */
  public void reconfigure(LogConfig newConfig) {
    config = newConfig;
  }

  /** An immutable picture of what is written now; staged batches are not in it. */
  public LogView view() {
    Segment active = segments.active();
    return new LogSnapshot(
        segments.published(),
        active.size(),
        active.indexes().largestSoFar(),
        standing.startOffset(),
        tail.writtenEnd(),
        segments.sealedBytes(),
        epochs.current(),
        producers.live(),
        tail.recent());
  }

  public long logStartOffset() {
    return standing.startOffset();
  }

  /** Offset that the next append gets: past what is staged, too. */
  public long logEndOffset() {
    return tail.stagedEnd();
  }

  /** Offset past all that is written: readers see this far. */
  public long writtenEndOffset() {
    return tail.writtenEnd();
  }

  /**
   * Where the first place begins that {@link #open} found damaged and kept, since the records there
   * were once acknowledged; -1 when there is none. A replica that another leads can have them
   * again, if it cuts its log there.
   */
  public long damagedFrom() {
    return standing.damagedFrom();
  }

  /** The newest leader epoch in the log's history, -1 when there is none. */
  public int latestEpoch() {
    return epochs.current().latest();
  }

  /**
   * The largest known epoch at or below {@code leaderEpoch} and the offset at which it ends; (-1,
   * -1) when none is known.
   */
  public OffsetAndEpoch endOffsetForEpoch(int leaderEpoch) {
    return epochs.current().endOf(leaderEpoch, tail.stagedEnd());
  }

  /** Notes that this replica leads in {@code leaderEpoch} from the log's end on. */
  public void beginEpoch(int leaderEpoch) {
    epochs.note(epochs.current().with(leaderEpoch, tail.stagedEnd()));
  }

  /**
   * The offset below which every record belongs to no open transaction, at most {@code
   * highWatermark}; a transaction is open until its marker is below the high watermark.
   */
  public long lastStableOffset(long highWatermark) {
    return producers.lastStableOffset(highWatermark);
  }

  /**
   * Appends as the leader: checks the producers' epochs and sequences, assigns offsets and the
   * epoch in place, and stages. The bytes from the buffer's position to its limit are the log's
   * until {@link #writeStaged} has returned; nothing is visible before.
   *
   * @param records one or more whole, validated record batches
   */
  public AppendOutcome append(ByteBuffer records, int leaderEpoch, AppendSource source, long nowMs)
      throws IOException {
    standing.ensureOpen();
    long baseOffset = tail.stagedEnd();
    AppendOutcome objection = AppendCheck.objection(producers, records, baseOffset, source);
    if (objection != null) {
      return objection;
    }
    batches.wrap(records);
    while (batches.next()) {
      batches.batch().assign(tail.stagedEnd(), leaderEpoch);
      stage(records, nowMs);
    }
    return new AppendOutcome.Appended(baseOffset, tail.stagedEnd() - 1);
  }

  /**
   * Stages what a leader sent, with its offsets and epochs. Batches that lie below the log's end
   * already are left out; one may begin past it, since compaction leaves gaps.
   *
   * @throws IllegalArgumentException when a batch begins below the log's end and ends past it
   */
  public AppendOutcome appendAsFollower(ByteBuffer records, long nowMs) throws IOException {
    standing.ensureOpen();
    long baseOffset = tail.stagedEnd();
    batches.wrap(records);
    while (batches.next()) {
      RecordBatch batch = batches.batch();
      if (batch.lastOffset() < tail.stagedEnd()) {
        continue;
      }
      if (batch.baseOffset() < tail.stagedEnd()) {
        throw new IllegalArgumentException(
            "A batch at " + batch.baseOffset() + " overlaps the log's end " + tail.stagedEnd());
      }
      stage(records, nowMs);
    }
    return new AppendOutcome.Appended(baseOffset, tail.stagedEnd() - 1);
  }

  private void stage(ByteBuffer records, long nowMs) throws IOException {
    RecordBatch batch = batches.batch();
    standing.changes();
    tail.stage(batch, records.slice(batches.position(), batch.sizeInBytes()), config, nowMs);
  }

  public boolean hasStaged() {
    return tail.hasStaged();
  }

  /** Writes all that is staged, with one gathering write per segment. */
  public void writeStaged() throws IOException {
    tail.write();
  }

  /**
   * Whether {@code flush.messages} or {@code flush.ms} ask for a flush now, or a segment was rolled
   * since the last.
   */
  public boolean flushDue(long nowMs) {
    return recoveryPoint.isFlushDue(config, tail.writtenEnd(), nowMs);
  }

  /** Offset up to which everything is known to be on disk. */
  public long recoveryPoint() {
    return recoveryPoint.offset();
  }

  /** Retention and compaction. */
  public LogCleanup cleanup() {
    return cleanup;
  }

  /**
   * Begins a flush of all that is written now: run {@link LogFlush#force} on any thread while the
   * log goes on, then hand it to {@link #flushed}.
   */
  public LogFlush startFlush() throws IOException {
    standing.ensureOpen();
    return recoveryPoint.startFlush(tail.writtenEnd());
  }

  /**
   * Moves the recovery point to where a forced flush reached, unless the log was truncated since it
   * began: what it forced may have been replaced.
   */
  public void flushed(LogFlush flush, long nowMs) {
    recoveryPoint.flushed(flush, nowMs);
  }

  /** Forces all that is written to disk, on this thread. */
  public void flush(long nowMs) throws IOException {
    LogFlush flush = startFlush();
    flush.force();
    flushed(flush, nowMs);
  }

  /** Forgets producers idle for longer than this ({@code producer.id.expiration.ms}). */
  public void expireProducers(long nowMs, int idleMs) {
    producers.expire(nowMs, idleMs);
  }

  /**
   * Cuts everything from {@code offset} on, with the epochs that have no record before; false when
   * the log ends there or before.
   */
  public boolean truncateTo(long offset) throws IOException {
    standing.ensureOpen();
    return truncation.cutAt(offset, config.indexIntervalBytes());
  }

  /** Drops everything; the next record gets {@code offset}. */
  public void truncateFullyAndStartAt(long offset) throws IOException {
    standing.ensureOpen();
    truncation.restartAt(offset);
  }

  /**
   * Hides everything below {@code offset}; false when it is hidden already. The caller has checked
   * that it is not above the high watermark.
   */
  public boolean raiseLogStart(long offset) {
    if (offset > tail.writtenEnd()) {
      throw new IllegalArgumentException(
          "The log can't start at " + offset + ", past its end " + tail.writtenEnd());
    }
    if (offset <= standing.startOffset()) {
      return false;
    }
    standing.raiseStart(offset);
    return true;
  }

  /** Closes for good: writes and forces everything, and leaves a snapshot of the producers. */
  @Override
  public void close() throws IOException {
    if (standing.isClosed()) {
      return;
    }
    tail.write();
    if (standing.hasChanged()) {
      segments.active().indexes().indexer().finish();
      startFlush().force();
      epochs.writeForced();
      long end = tail.writtenEnd();
      if (snapshots.newest(end) < end) {
        // Not forced: one that is lost or torn is made up for from the batches.
        snapshots.write(end, producers.live());
      }
    }
    closeWithoutFlush();
  }

  /** Closes as a crash would: staged batches are lost, nothing is forced to disk. */
  public void closeWithoutFlush() {
    if (!standing.isClosed()) {
      standing.closes();
      tail.drop();
      segments.release();
    }
  }

  @Override
  public String toString() {
    return "PartitionLog(" + name + ", " + standing.startOffset() + " to " + tail.stagedEnd() + ")";
  }
}
