package milena.broker.partition;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.io.IOException;
import milena.broker.partition.PartitionReplica.Append;
import milena.broker.partition.PartitionReplica.AppendResult;
import milena.broker.partition.PartitionReplica.BecomeReplica;
import milena.broker.partition.PartitionReplica.Command;
import milena.broker.partition.PartitionReplica.Compacted;
import milena.broker.partition.PartitionReplica.Delete;
import milena.broker.partition.PartitionReplica.DeleteRecords;
import milena.broker.partition.PartitionReplica.Expire;
import milena.broker.partition.PartitionReplica.Fetched;
import milena.broker.partition.PartitionReplica.FollowerFetched;
import milena.broker.partition.PartitionReplica.Forced;
import milena.broker.partition.PartitionReplica.InSyncAnswered;
import milena.broker.partition.PartitionReplica.Reconfigure;
import milena.broker.partition.PartitionReplica.RecordsDeleted;
import milena.broker.partition.PartitionReplica.Stop;
import milena.broker.partition.PartitionReplica.Stopped;
import milena.broker.partition.PartitionReplica.TakeOver;
import milena.broker.partition.PartitionReplica.Tick;
import milena.common.TopicIdPartition;
import milena.log.PartitionLog;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a {@link PartitionReplica} does. It is without a log until it is told what it is; then it
 * leads or follows; an I/O error takes its log directory offline, and it with it. An error of our
 * own (any other exception) closes the log as a crash would and opens it again, which recovers it:
 * what was acknowledged is on disk, what was not is answered with an error.
 *
 * <p>The busiest actor of a node, hence dispatch by hand.
 */
final class ReplicaBehavior extends AbstractOnMessageBehavior<Command> {
  /** Staged bytes are written without waiting for more, from here on. */
  private static final long WRITE_AT_BYTES = 4 << 20;

  private static final int REOPENINGS_MAX = 3;

  private final TopicIdPartition id;
  private final ReplicaHost host;
  private final LocalReplica replica;
  private final ReplicaLog log;
  private final ReplicaRole role;
  private final ReplicaTimers timers;

  /** Came while other threads were at work in the directory; null for none. */
  private Delete deleteWhenQuiet;

  /** Since the log was last opened. */
  private int reopenings;

  ReplicaBehavior(ActorContext<Command> context, TopicIdPartition id, ReplicaHost host) {
    super(context);
    this.id = id;
    this.host = host;
    this.replica = new LocalReplica(context, id, host);
    this.log = replica.log();
    this.role = replica.role();
    this.timers =
        new ReplicaTimers(
            context.getSelf(),
            (delay, message) -> context.scheduleOnce(delay, context.getSelf(), message));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    try {
      return dispatch(message);
    } catch (IOException e) {
      goOffline(e);
    } catch (RuntimeException e) {
      startAfresh(e);
    }
    return deleteWhenQuiet == null ? this : onDelete(deleteWhenQuiet);
  }

  private Behavior<Command> dispatch(Command message) throws IOException {
    if (message instanceof Append append) {
      onAppend(append);
    } else if (message instanceof Tick tick) {
      onTick(tick);
    } else if (message instanceof FollowerFetched fetched) {
      onFollowerFetched(fetched);
    } else if (message instanceof Fetched fetched) {
      onFetched(fetched);
    } else if (message instanceof InSyncAnswered answered) {
      onInSyncAnswered(answered);
    } else if (message instanceof Expire expire) {
      onExpire(expire);
    } else if (message instanceof Forced forced) {
      return onForced(forced);
    } else if (message instanceof Compacted compacted) {
      return onCompacted(compacted);
    } else if (message instanceof BecomeReplica become) {
      onBecome(become);
    } else if (message instanceof Reconfigure reconfigure) {
      replica.reconfigure(reconfigure.config());
    } else if (message instanceof DeleteRecords delete) {
      onDeleteRecords(delete);
    } else if (message instanceof TakeOver offer) {
      onTakeOver(offer);
    } else if (message instanceof Delete delete) {
      return onDelete(delete);
    } else if (message instanceof Stop stop) {
      return onStop(stop);
    } else {
      throw new AssertionError("Not handled: " + message);
    }
    return this;
  }

  private void onTick(Tick tick) throws IOException {
    switch (tick) {
      case WRITE:
        timers.writeCame();
        write();
        break;
      case FLUSH:
        timers.flushCame();
        if (log.isOpen() && log.get().recoveryPoint() < log.get().logEndOffset()) {
          log.startFlush();
        }
        break;
      case RETENTION:
        onRetention();
        break;
      case COMPACT:
        onCompact();
        break;
      case PRODUCERS:
        if (log.isOpen()) {
          log.get().expireProducers(host.nowMs(), host.producerIdExpirationMs());
          replica.publish();
        }
        break;
      case LAG:
        propose();
        break;
      case FOLLOW:
        role.tellFetchers();
        break;
      case DIRECTORY_FAILED:
        if (log.isOpen() && !replica.decided().directory().isOnline()) {
          replica.close(Errors.KAFKA_STORAGE_ERROR);
          replica.stepDown(true);
        }
        break;
      case REOPEN:
        if (!log.isOpen() && !replica.isOffline()) {
          onBecome(replica.decided());
        }
        break;
    }
  }

  // Appends.

  private void onAppend(Append append) throws IOException {
    if (!role.leads()) {
      AppendAnswers.refuse(append, AppendResult.refused(replica.whyNotLeading(), null, -1));
      return;
    }
    role.leadership().append(append, host.validators().get(), host.nowMs());
    if (role.leadership().stagedBytes() >= WRITE_AT_BYTES) {
      write();
    } else if (role.leadership().hasStaged()) {
      timers.write();
    }
  }

  private void write() throws IOException {
    if (!role.leads() || !role.leadership().hasStaged()) {
      return;
    }
    role.leadership().write(host.nowMs());
    afterProgress();
    afterWrite();
  }

  private void afterWrite() throws IOException {
    PartitionLog open = log.get();
    if (open.flushDue(host.nowMs())) {
      log.startFlush();
    } else {
      timers.flush(open.config().flushMs());
    }
  }

  private void afterProgress() {
    replica.publish();
    role.leadership().acknowledge();
    scheduleExpiry();
    replica.tellRestless();
  }

  private void scheduleExpiry() {
    timers.expire(role.leadership().earliestDeadlineNanos(), System.nanoTime());
  }

  private void onExpire(Expire expire) {
    if (timers.expiryCame(expire) && role.leads()) {
      role.leadership().expire(System.nanoTime());
      scheduleExpiry();
    }
  }

  private Behavior<Command> onForced(Forced forced) throws IOException {
    log.workEnded(false);
    if (deleteWhenQuiet != null) {
      return onDelete(deleteWhenQuiet);
    }
    if (log.forced(forced)) {
      replica.recoveryPointRose();
      if (role.leads()) {
        role.leadership().onLogEnd(host.nowMs());
        afterProgress();
        if (role.leadership().needsFlush()) {
          log.startFlush();
        }
      }
    }
    return this;
  }

  // Replication.

  private void onFollowerFetched(FollowerFetched fetched) {
    if (role.onFollowerFetched(fetched)) {
      afterProgress();
    }
    propose();
  }

  private void onInSyncAnswered(InSyncAnswered answered) {
    role.onInSyncAnswered(answered);
    propose();
  }

  private void propose() {
    role.propose();
    replica.tellRestless();
  }

  private void onFetched(Fetched fetched) throws IOException {
    try {
      if (role.onFetched(fetched)) {
        replica.keepRecoveryPoint();
        replica.publish();
        afterWrite();
      }
    } finally {
      fetched.memory().release();
    }
  }

  // What the controller decides.

  private void onBecome(BecomeReplica become) throws IOException {
    if (!replica.decide(become)) {
      return;
    }
    if (!log.isOpen()) {
      replica.open();
      reopenings = 0;
    }
    write(); // what is staged belongs to the epoch that ends now
    replica.become();
    if (role.leads()) {
      role.leadership().acknowledge();
      scheduleExpiry();
    }
    propose();
    replica.enter();
  }

  // Upkeep.

  private void onDeleteRecords(DeleteRecords delete) throws IOException {
    if (!role.leads()) {
      delete.replyTo().tell(new RecordsDeleted(replica.whyNotLeading().code(), -1));
      return;
    }
    write();
    role.leadership().deleteRecords(delete);
    afterProgress();
  }

  private void onRetention() throws IOException {
    if (log.isOpen()) {
      write();
      if (log.applyRetention(role.highWatermark())) {
        replica.publish();
      }
    }
  }

  private void onCompact() throws IOException {
    if (log.isOpen() && !log.isCompacting() && deleteWhenQuiet == null) {
      write();
      if (log.startCompaction(role.highWatermark())) {
        return;
      }
    }
    host.compactions().done(getContext().getSelf());
  }

  private Behavior<Command> onCompacted(Compacted done) throws IOException {
    log.workEnded(true);
    if (deleteWhenQuiet != null) {
      return onDelete(deleteWhenQuiet);
    }
    if (log.compacted(done)) {
      replica.publish();
    }
    return this;
  }

  private void onTakeOver(TakeOver offer) throws IOException {
    if (!log.isOpen() || log.isBusy() || deleteWhenQuiet != null) {
      offer.replyTo().tell(ReplicaMove.Offered.NOT_YET);
      return;
    }
    write();
    replica.takeOver(offer).ifPresent(offer.replyTo()::tell);
  }

  // Ends.

  private Behavior<Command> onDelete(Delete delete) {
    if (log.isBusy()) {
      // They still write in the directory, which the next of this name must not see.
      deleteWhenQuiet = delete;
      role.resign(Errors.NOT_LEADER_OR_FOLLOWER);
      return this;
    }
    return stopped(delete.replyTo(), replica.delete());
  }

  private Behavior<Command> onStop(Stop stop) {
    boolean safe = true;
    if (log.isOpen() && stop.clean()) {
      try {
        write();
        replica.closeCleanly();
      } catch (IOException | RuntimeException e) {
        safe = false;
        getContext().getLog().error("{} could not be closed cleanly.", replica.label(), e);
      }
    }
    replica.close(Errors.NOT_LEADER_OR_FOLLOWER);
    return stopped(stop.replyTo(), safe && !replica.isOffline());
  }

  private Behavior<Command> stopped(ActorRef<Stopped> replyTo, boolean safe) {
    replyTo.tell(new Stopped(id, safe));
    return Behaviors.stopped();
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      host.compactions().withdraw(getContext().getSelf(), log.isCompacting());
      replica.close(Errors.NOT_LEADER_OR_FOLLOWER);
      replica.leave();
    }
    return this;
  }

  private void goOffline(IOException cause) {
    ReplicaDirectory directory = replica.decided().directory();
    replica.close(Errors.KAFKA_STORAGE_ERROR);
    replica.stepDown(true);
    host.failed(directory, cause);
  }

  private void startAfresh(RuntimeException cause) {
    getContext().getLog().error("{} starts afresh after an error of its own.", id, cause);
    try {
      replica.close(Errors.NOT_LEADER_OR_FOLLOWER);
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
    if (replica.decided() != null) {
      boolean givesUp = ++reopenings > REOPENINGS_MAX;
      replica.stepDown(givesUp);
      if (!givesUp) {
        getContext().getSelf().tell(Tick.REOPEN);
      }
    }
  }
}
