package milena.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import milena.common.config.LogConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * A partition's log and its only writer. Not thread-safe: all methods belong to the one actor that
 * owns it, except that what {@link #view}, {@link #startFlush}, {@link #delete} and {@link
 * #planCompaction} return may go to other threads.
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

  private PartitionLog() {}

  /** Opens the log in the directory, which is made when missing; recovers it when need be. */
  public static PartitionLog open(
      Path directory,
      TopicPartition name,
      Uuid topicId,
      LogConfig config,
      OpenOptions options,
      long nowMs)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  public TopicPartition name() {
    throw new UnsupportedOperationException();
  }

  public Uuid topicId() {
    throw new UnsupportedOperationException();
  }

  public Path directory() {
    throw new UnsupportedOperationException();
  }

  public LogConfig config() {
    throw new UnsupportedOperationException();
  }

  public void reconfigure(LogConfig config) {
    throw new UnsupportedOperationException();
  }

  /** An immutable picture of what is written now; staged batches are not in it. */
  public LogView view() {
    throw new UnsupportedOperationException();
  }

  public long logStartOffset() {
    throw new UnsupportedOperationException();
  }

  /** Offset that the next append gets: past what is staged, too. */
  public long logEndOffset() {
    throw new UnsupportedOperationException();
  }

  /** The newest leader epoch in the log's history, -1 when there is none. */
  public int latestEpoch() {
    throw new UnsupportedOperationException();
  }

  /** Notes that this replica leads in {@code leaderEpoch} from the log's end on. */
  public void beginEpoch(int leaderEpoch) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * The offset below which every record belongs to no open transaction, at most {@code
   * highWatermark}; a transaction is open until its marker is below the high watermark.
   */
  public long lastStableOffset(long highWatermark) {
    throw new UnsupportedOperationException();
  }

  /**
   * Appends as the leader: checks the producers' epochs and sequences, assigns offsets and the
   * epoch in place, and stages. The buffer, from its position to its limit, is the log's until
   * {@link #writeStaged} has returned. Nothing is durable or visible before.
   *
   * @param batches one or more whole, validated record batches
   */
  public AppendOutcome append(ByteBuffer batches, int leaderEpoch, AppendSource source, long nowMs)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Stages what a leader sent, with its offsets and epochs; batches must go on where the log ends.
   */
  public AppendOutcome appendAsFollower(ByteBuffer batches, long nowMs) throws IOException {
    throw new UnsupportedOperationException();
  }

  public boolean hasStaged() {
    throw new UnsupportedOperationException();
  }

  /** Writes all that is staged, with one gathering write per segment. */
  public void writeStaged() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Whether {@code flush.messages} or {@code flush.ms} ask for a flush now. */
  public boolean flushDue(long nowMs) {
    throw new UnsupportedOperationException();
  }

  /** Offset up to which everything is known to be on disk. */
  public long recoveryPoint() {
    throw new UnsupportedOperationException();
  }

  /**
   * Begins a flush of all that is written now: run {@link LogFlush#force} on any thread while the
   * log goes on, then hand it to {@link #flushed}.
   */
  public LogFlush startFlush() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Moves the recovery point to where a forced flush reached. */
  public void flushed(LogFlush flush, long nowMs) {
    throw new UnsupportedOperationException();
  }

  /** Forces all that is written to disk, on this thread. */
  public void flush(long nowMs) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Rolls the active segment when it is older than {@code segment.ms}. */
  public boolean rollIfDue(long nowMs) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Forgets producers idle for longer than {@code producer.id.expiration.ms}. */
  public void expireProducers(long nowMs) {
    throw new UnsupportedOperationException();
  }

  /** Cuts everything from {@code offset} on; false when the log ends there or before. */
  public boolean truncateTo(long offset) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Drops everything; the next record gets {@code offset}. */
  public void truncateFullyAndStartAt(long offset) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Hides everything below {@code offset}; false when it is hidden already. The caller has checked
   * that it is not above the high watermark.
   */
  public boolean raiseLogStart(long offset) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Which segments retention by time, by size and by log start offset would delete now. */
  public RetentionPlan planRetention(long nowMs, long highWatermark) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes the planned segments out of the log. Their files are renamed; {@link
   * DeletedSegments#erase} removes them, on any thread, and readers of older views may read until
   * then (so wait {@code file.delete.delay.ms}).
   */
  public DeletedSegments delete(RetentionPlan plan) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Closes as a crash would: staged batches are lost, nothing is forced to disk. */
  public void closeWithoutFlush() {
    throw new UnsupportedOperationException();
  }
}
