package milena.broker.partition;

import akka.actor.typed.javadsl.ActorContext;
import java.io.IOException;
import java.nio.file.Path;
import milena.broker.partition.PartitionReplica.BecomeReplica;
import milena.broker.partition.PartitionReplica.Command;
import milena.broker.partition.PartitionReplica.Compacted;
import milena.broker.partition.PartitionReplica.Forced;
import milena.common.TopicIdPartition;
import milena.log.LogDirectory.Checkpoint;
import milena.log.PartitionLog;
import org.apache.kafka.common.TopicPartition;

/**
 * A replica's log from its opening to its end: opened, opened again, moved to another directory,
 * closed, deleted. It knows whose threads are at work in the partition's directory besides: nobody
 * may take that away from them. Owned by the replica's actor.
 */
final class ReplicaLog {
  private final ActorContext<Command> context;
  private final TopicIdPartition id;
  private final ReplicaHost host;

  /** Null before the first opening, and once it is closed. */
  private PartitionLog log;

  /** Of the open log, null without. */
  private LogUpkeep upkeep;

  private ReplicaDirectory directory;

  /** Whether it was tried to open before. */
  private boolean tried;

  /** Flushes and compactions that have not ended, be it of a log that was closed meanwhile. */
  private int atWork;

  /** Whether one of them is a compaction. */
  private boolean compacting;

  ReplicaLog(ActorContext<Command> context, TopicIdPartition id, ReplicaHost host) {
    this.context = context;
    this.id = id;
    this.host = host;
  }

  boolean isOpen() {
    return log != null;
  }

  /** The open log; null without. */
  PartitionLog get() {
    return log;
  }

  /** Whether other threads are at work in its directory. */
  boolean isBusy() {
    return atWork > 0;
  }

  boolean isCompacting() {
    return compacting;
  }

  /**
   * Opens it, and recovers what a crash or an earlier opening in this run has left.
   *
   * @return what is known to have been committed once
   */
  long open(TopicPartition name, BecomeReplica decided) throws IOException {
    directory = decided.directory();
    PartitionLog.OpenOptions options =
        tried
            ? directory.reopening(name, host.producerIdExpirationMs())
            : directory.firstOpening(name, host.producerIdExpirationMs());
    tried = true;
    log =
        PartitionLog.open(
            directory.partitionPath(name),
            name,
            id.topicId(),
            decided.config(),
            options,
            host.nowMs());
    upkeep = new LogUpkeep(context, host, log, directory);
    return Math.min(
        log.logEndOffset(), Math.max(log.logStartOffset(), directory.highWatermark(name)));
  }

  /**
   * Goes on as a copy of itself in another directory, and erases what is in this one.
   *
   * @param published makes the readers look into the copy, before this is closed
   */
  void moveTo(ReplicaDirectory target, PartitionLog copy, Runnable published) {
    PartitionLog closing = log;
    ReplicaDirectory before = directory;
    log = copy;
    directory = target;
    upkeep = new LogUpkeep(context, host, copy, target);
    published.run();
    closing.closeWithoutFlush();
    host.onDisk(before, () -> erase(before, copy.name()));
  }

  private void erase(ReplicaDirectory from, TopicPartition name) throws IOException {
    Path marked = from.markDeleted(name);
    host.blocking().execute(() -> host.onDisk(from, () -> from.erase(marked)));
  }

  /** Begins to force what is written to disk, unless that is under way. */
  void startFlush() throws IOException {
    if (upkeep.startFlush()) {
      atWork++;
    }
  }

  /** A flush or a compaction has ended. */
  void workEnded(boolean wasCompaction) {
    atWork--;
    compacting &= !wasCompaction;
  }

  /** Takes note of a flush that has ended; false when it was another opening's. */
  boolean forced(Forced forced) throws IOException {
    return upkeep != null && upkeep.forced(forced);
  }

  /** Deletes the segments that retention lets go; false when there are none. */
  boolean applyRetention(long highWatermark) throws IOException {
    return upkeep.applyRetention(highWatermark);
  }

  /** Begins a compaction; false when there is none to begin. */
  boolean startCompaction(long highWatermark) throws IOException {
    if (compacting || !upkeep.startCompaction(highWatermark)) {
      return false;
    }
    compacting = true;
    atWork++;
    return true;
  }

  /** Puts in place what a compaction has written; false when there is nothing to. */
  boolean compacted(Compacted done) throws IOException {
    return upkeep != null && upkeep.compacted(done);
  }

  /** Flushes and closes it. */
  void closeCleanly(long highWatermark) throws IOException {
    TopicPartition name = log.name();
    long end = log.logEndOffset();
    long start = log.logStartOffset();
    log.close();
    log = null;
    upkeep = null;
    directory.note(Checkpoint.HIGH_WATERMARK, name, highWatermark);
    directory.note(Checkpoint.LOG_START, name, start);
    directory.note(Checkpoint.RECOVERY_POINT, name, end);
  }

  /** Closes it as a crash would, if it is open. */
  void close(long highWatermark) {
    if (log != null) {
      directory.note(Checkpoint.RECOVERY_POINT, log.name(), log.recoveryPoint());
      directory.note(Checkpoint.HIGH_WATERMARK, log.name(), highWatermark);
      PartitionLog closing = log;
      log = null;
      upkeep = null;
      closing.closeWithoutFlush();
    }
  }

  /**
   * Takes it, closed, off the disk.
   *
   * @return false when the disk does not let it go
   */
  boolean delete(ReplicaDirectory from, TopicPartition name) {
    try {
      erase(from, name);
      return true;
    } catch (IOException e) {
      host.failed(from, e);
      return false;
    }
  }
}
