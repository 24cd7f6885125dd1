package milena.broker.partition;

import akka.actor.typed.javadsl.ActorContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import milena.broker.partition.PartitionReplica.Command;
import milena.broker.partition.PartitionReplica.Compacted;
import milena.broker.partition.PartitionReplica.Forced;
import milena.log.Compaction;
import milena.log.CompactionLimits;
import milena.log.DamagedLogException;
import milena.log.DeletedSegments;
import milena.log.LogDirectory.Checkpoint;
import milena.log.LogFlush;
import milena.log.PartitionLog;
import milena.log.RetentionPlan;

/**
 * What is done to a replica's open log besides appending: flushes and compactions, which run on
 * blocking threads while appends go on, and retention. Owned by the replica's actor, which hands
 * over what those threads tell it; one for each opening of the log.
 */
final class LogUpkeep {
  private final ActorContext<Command> context;
  private final ReplicaHost host;
  private final PartitionLog log;
  private final ReplicaDirectory directory;
  private LogFlush flush;
  private Compaction compaction;
  private boolean uncompactable;

  LogUpkeep(
      ActorContext<Command> context,
      ReplicaHost host,
      PartitionLog log,
      ReplicaDirectory directory) {
    this.context = context;
    this.host = host;
    this.log = log;
    this.directory = directory;
  }

  /** Begins to force what is written to disk; false when that is under way. */
  boolean startFlush() throws IOException {
    if (flush != null) {
      return false;
    }
    LogFlush started = log.startFlush();
    flush = started;
    var self = context.getSelf();
    host.blocking()
        .execute(
            () -> {
              IOException failure = null;
              try {
                started.force();
              } catch (IOException e) {
                failure = e;
              } catch (RuntimeException e) {
                failure = new IOException("The flush failed: " + e, e);
              }
              self.tell(new Forced(started, failure));
            });
    return true;
  }

  /** Takes note of a flush that has ended; false when it was another opening's. */
  boolean forced(Forced forced) throws IOException {
    if (forced.flush() != flush) {
      return false;
    }
    flush = null;
    if (forced.failure() != null) {
      throw forced.failure();
    }
    log.flushed(forced.flush(), host.nowMs());
    return true;
  }

  /** Deletes the segments that retention lets go; false when there are none. */
  boolean applyRetention(long highWatermark) throws IOException {
    long nowMs = host.nowMs();
    RetentionPlan plan = log.cleanup().planRetention(nowMs, highWatermark);
    if (plan.isEmpty()) {
      return false;
    }
    DeletedSegments deleted = log.cleanup().delete(plan, nowMs);
    context
        .getLog()
        .debug(
            "{} drops its {} oldest segments: {}.", log.name(), plan.segmentCount(), plan.reason());
    host.retention().dropped(plan.segmentCount());
    eraseLater(deleted);
    return true;
  }

  /** Begins a compaction, this being the replica's turn; false when there is too little to gain. */
  boolean startCompaction(long highWatermark) throws IOException {
    if (compaction != null || uncompactable) {
      return false;
    }
    Optional<Compaction> plan =
        log.cleanup().planCompaction(host.nowMs(), log.lastStableOffset(highWatermark));
    if (plan.isEmpty()) {
      return false;
    }
    Compaction started = plan.get();
    compaction = started;
    var self = context.getSelf();
    CompactionLimits limits = host.compactionLimits();
    host.blocking()
        .execute(
            () -> {
              Exception failure = null;
              try {
                started.run(limits);
              } catch (IOException | RuntimeException e) {
                failure = e;
              } finally {
                host.compactions().done(self);
              }
              self.tell(new Compacted(started, failure));
            });
    return true;
  }

  /**
   * Puts in place what a compaction has written; false when there is nothing to: it failed, or was
   * another opening's, whose leftovers the next opening removes.
   */
  boolean compacted(Compacted done) throws IOException {
    if (done.compaction() != compaction) {
      return false;
    }
    compaction = null;
    if (done.failure() instanceof DamagedLogException damage) {
      uncompactable = true;
      context
          .getLog()
          .error("{} is damaged and not compacted any more: {}", log.name(), damage.getMessage());
      return false;
    }
    if (done.failure() instanceof IOException failure) {
      throw failure;
    }
    if (done.failure() != null) {
      uncompactable = true;
      context.getLog().error("{} is not compacted any more.", log.name(), done.failure());
      return false;
    }
    DeletedSegments replaced = log.cleanup().finishCompaction(done.compaction());
    directory.note(Checkpoint.CLEANED_UP_TO, log.name(), log.cleanup().cleanedUpTo());
    eraseLater(replaced);
    return true;
  }

  /** Readers of older views may still open the files for a while. */
  private void eraseLater(DeletedSegments segments) {
    context
        .getSystem()
        .scheduler()
        .scheduleOnce(
            Duration.ofMillis(log.config().fileDeleteDelayMs()),
            () -> host.blocking().execute(() -> host.onDisk(directory, segments::erase)),
            context.getSystem().executionContext());
  }
}
