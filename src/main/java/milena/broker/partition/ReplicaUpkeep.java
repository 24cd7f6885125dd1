package milena.broker.partition;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.List;
import milena.common.config.BrokerConfig.Upkeep;
import milena.log.LogDirectory.Checkpoint;
import org.apache.kafka.common.TopicPartition;

/**
 * Looks after all replicas of a node from time to time: tells them when to check retention, and
 * writes the checkpoints from what they show, without a message to any. One timer of each kind per
 * node, so that a replica which does nothing costs nothing.
 *
 * <p>Blocks; run it on the blocking dispatcher.
 */
final class ReplicaUpkeep extends AbstractBehavior<ReplicaUpkeep.Command> {

  sealed interface Command {}

  /** Writes all checkpoints now and, when the node stops cleanly, the mark of that. */
  record Finish(boolean clean, long brokerEpoch, ActorRef<Finished> replyTo) implements Command {}

  record Finished() {}

  private enum Tick implements Command {
    RETENTION,
    PRODUCERS,
    LAG,
    COMPACTION,
    HIGH_WATERMARKS,
    LOG_STARTS,
    RECOVERY_POINTS,
    SETTINGS_CHANGED
  }

  private final TimerScheduler<Command> timers;
  private final ReplicaHost host;
  private final List<ReplicaDirectory> directories;
  private long compactionBackoffMs = -1;

  private ReplicaUpkeep(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ReplicaHost host,
      List<ReplicaDirectory> directories,
      Upkeep upkeep) {
    super(context);
    this.timers = timers;
    this.host = host;
    this.directories = directories;
    if (upkeep.compaction()) {
      ActorRef<Command> self = context.getSelf();
      host.upkeep().onChange(() -> self.tell(Tick.SETTINGS_CHANGED));
      onSettings(upkeep);
    }
  }

  /** The only one of its intervals that may change while the node runs. */
  private void onSettings(Upkeep now) {
    if (now.compactionBackoffMs() != compactionBackoffMs) {
      compactionBackoffMs = now.compactionBackoffMs();
      every(timers, Math.max(1, compactionBackoffMs), Tick.COMPACTION);
    }
  }

  static Behavior<Command> create(
      ReplicaHost host, List<ReplicaDirectory> directories, Upkeep upkeep) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  every(timers, upkeep.retentionCheckMs(), Tick.RETENTION);
                  every(timers, upkeep.producerExpiryCheckMs(), Tick.PRODUCERS);
                  every(timers, lagCheckMs(host), Tick.LAG);
                  every(timers, upkeep.highWatermarkCheckpointMs(), Tick.HIGH_WATERMARKS);
                  every(timers, upkeep.logStartCheckpointMs(), Tick.LOG_STARTS);
                  every(timers, upkeep.recoveryCheckpointMs(), Tick.RECOVERY_POINTS);
                  return new ReplicaUpkeep(context, timers, host, directories, upkeep);
                }));
  }

  private static long lagCheckMs(ReplicaHost host) {
    return Math.max(1, Math.min(500, host.peers().lagMaxMs() / 2));
  }

  private static void every(TimerScheduler<Command> timers, long ms, Tick tick) {
    timers.startTimerWithFixedDelay(tick, tick, Duration.ofMillis(ms));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Tick.class, this::onTick)
        .onMessage(Finish.class, this::onFinish)
        .build();
  }

  private Behavior<Command> onTick(Tick tick) {
    switch (tick) {
      case RETENTION:
        String deleted = host.retention().take(); // by the round before
        if (deleted != null) {
          getContext().getLog().info(deleted);
        }
        tellAll(PartitionReplica.Tick.RETENTION);
        break;
      case PRODUCERS:
        tellAll(PartitionReplica.Tick.PRODUCERS);
        break;
      case COMPACTION:
        writeCheckpoint(Checkpoint.CLEANED_UP_TO);
        askForCompactions();
        break;
      case LAG:
        for (PartitionHandle handle : host.registry().all()) {
          if (handle instanceof HostedReplica replica && replica.isRestless()) {
            replica.replica().tell(PartitionReplica.Tick.LAG);
          }
        }
        break;
      case HIGH_WATERMARKS:
        writeCheckpoint(Checkpoint.HIGH_WATERMARK);
        break;
      case LOG_STARTS:
        writeCheckpoint(Checkpoint.LOG_START);
        break;
      case RECOVERY_POINTS:
        writeCheckpoint(Checkpoint.RECOVERY_POINT);
        break;
      case SETTINGS_CHANGED:
        onSettings(host.upkeep().current());
        break;
    }
    return this;
  }

  private void tellAll(PartitionReplica.Tick tick) {
    host.registry().all().forEach(handle -> handle.replica().tell(tick));
  }

  private void askForCompactions() {
    for (PartitionHandle handle : host.registry().all()) {
      if (handle instanceof HostedReplica replica && replica.isCompacted()) {
        host.compactions().ask(replica.replica());
      }
    }
  }

  private void writeCheckpoint(Checkpoint checkpoint) {
    for (PartitionHandle handle : host.registry().all()) {
      if (handle instanceof HostedReplica replica && !replica.isOffline()) {
        note(replica, checkpoint);
      }
    }
    for (ReplicaDirectory directory : directories) {
      onDisk(directory, () -> directory.writeCheckpoint(checkpoint));
    }
  }

  private static void note(HostedReplica replica, Checkpoint checkpoint) {
    PartitionView view = replica.view();
    TopicPartition name = view.name();
    ReplicaDirectory directory = replica.directory();
    switch (checkpoint) {
      case HIGH_WATERMARK:
        directory.note(checkpoint, name, view.highWatermark());
        break;
      case LOG_START:
        directory.note(checkpoint, name, view.log().logStartOffset());
        break;
      case RECOVERY_POINT:
        directory.note(checkpoint, name, replica.recoveryPoint());
        break;
      default:
        break;
    }
  }

  private Behavior<Command> onFinish(Finish finish) {
    for (ReplicaDirectory directory : directories) {
      onDisk(
          directory,
          () -> {
            for (Checkpoint checkpoint : Checkpoint.values()) {
              directory.writeCheckpoint(checkpoint);
            }
            if (finish.clean() && !directory.awaitsRecovery()) {
              directory.markCleanStop(finish.brokerEpoch());
            }
          });
    }
    finish.replyTo().tell(new Finished());
    return Behaviors.stopped();
  }

  private void onDisk(ReplicaDirectory directory, DiskWork work) {
    if (directory.isOnline()) {
      host.onDisk(directory, work);
    }
  }
}
