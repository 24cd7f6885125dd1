package milena.broker.partition;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import java.io.IOException;
import java.util.Optional;
import milena.broker.partition.PartitionReplica.BecomeReplica;
import milena.broker.partition.PartitionReplica.Command;
import milena.broker.partition.PartitionReplica.TakeOver;
import milena.common.TopicIdPartition;
import milena.common.config.LogConfig;
import milena.log.LogDirectory.Checkpoint;
import milena.log.PartitionLog;
import milena.metadata.PartitionImage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica that this node has: what the controller decided of it last, its log, its role, and what
 * it shows of them to other threads. Owned by the replica's actor.
 */
final class LocalReplica {
  private static final Logger LOG = LoggerFactory.getLogger(LocalReplica.class);

  private final TopicIdPartition id;
  private final ReplicaHost host;
  private final ActorRef<Command> self;
  private final ReplicaLog log;
  private final ReplicaRole role;

  /** The newest decision of the controller's; null before the first. */
  private BecomeReplica decided;

  private TopicPartition name;
  private HostedReplica hosted;

  LocalReplica(ActorContext<Command> context, TopicIdPartition id, ReplicaHost host) {
    this.id = id;
    this.host = host;
    this.self = context.getSelf();
    this.log = new ReplicaLog(context, id, host);
    this.role = new ReplicaRole(id, host, self);
  }

  /** What log lines call it: its name, or before anything was decided its identity. */
  String label() {
    return name == null ? id.toString() : name.toString();
  }

  ReplicaLog log() {
    return log;
  }

  ReplicaRole role() {
    return role;
  }

  /** The newest decision; null before the first. */
  BecomeReplica decided() {
    return decided;
  }

  /** Whether its directory has failed. */
  boolean isOffline() {
    return hosted != null && hosted.isOffline();
  }

  /** What whoever wants a leader is told when this is none. */
  Errors whyNotLeading() {
    return isOffline() ? Errors.KAFKA_STORAGE_ERROR : Errors.NOT_LEADER_OR_FOLLOWER;
  }

  /** Takes note of a decision; false when it is an old one, or when there is no disk to do it. */
  boolean decide(BecomeReplica become) {
    if (decided != null && become.image().partitionEpoch() < decided.image().partitionEpoch()) {
      return false;
    }
    decided = become;
    if (hosted != null && become.directory() != hosted.directory()) {
      decided = inDirectory(become, hosted.directory()); // who sent it had not heard of the move
    }
    if (hosted == null) {
      name = new TopicPartition(become.topicName(), id.partition());
      hosted = new HostedReplica(id, self, become.directory(), unopened());
    }
    if (hosted.isOffline()) {
      return false;
    }
    if (!decided.directory().isOnline()) {
      stepDown(true);
      return false;
    }
    return true;
  }

  /** Opens the log where the decision says. */
  void open() throws IOException {
    role.opened(log.open(name, decided));
    hosted.recoveryPoint(log.get().recoveryPoint());
  }

  /** Becomes what was decided. */
  void become() throws IOException {
    role.become(log.get(), decided.image());
    keepRecoveryPoint();
    reconfigure(decided.config());
    publish();
  }

  /** From now on it is found by those who ask for the partition. */
  void enter() {
    host.registry().enter(hosted);
  }

  /** Before anything is written where the log was cut. */
  void keepRecoveryPoint() throws IOException {
    long safe = log.get().recoveryPoint();
    if (safe < hosted.recoveryPoint()) {
      hosted.recoveryPoint(safe);
      decided.directory().recoveryPointFell(name, safe);
    }
  }

  /** More is safe on the disk. */
  void recoveryPointRose() {
    hosted.recoveryPoint(log.get().recoveryPoint());
  }

  void reconfigure(LogConfig config) {
    if (log.isOpen()) {
      log.get().reconfigure(config);
      hosted.compacted(config.compact());
      role.onReconfigured(config);
      decided =
          new BecomeReplica(decided.topicName(), decided.image(), config, decided.directory());
    }
  }

  /** Tells whether time may bring something to do. */
  void tellRestless() {
    if (hosted != null) {
      hosted.restless(role.isRestless());
    }
  }

  void publish() {
    hosted.publish(view());
  }

  /** Leads no longer; {@code offline}, it also has to be found by whoever asks, to be told so. */
  void stepDown(boolean offline) {
    if (hosted != null) {
      hosted.stepDown(offline);
      if (offline) {
        host.registry().enter(hosted);
      }
    }
  }

  private PartitionView unopened() {
    PartitionImage image = decided.image();
    return new PartitionView(
        id,
        name,
        false,
        image.leader(),
        image.leaderEpoch(),
        image.partitionEpoch(),
        0,
        0,
        UnopenedLog.INSTANCE,
        false);
  }

  private PartitionView view() {
    PartitionImage image = decided.image();
    return new PartitionView(
        id,
        name,
        role.leads(),
        image.leader(),
        image.leaderEpoch(),
        image.partitionEpoch(),
        role.highWatermark(),
        log.get().lastStableOffset(role.highWatermark()),
        log.get().view(),
        role.leads() && (role.leadership().awaitsFollowers() || hosted.isAwaited()));
  }

  /**
   * Moves into the copy's directory, when the copy holds all; nobody may be at work in this one.
   *
   * @return whether it has, or has not yet; empty when the move was given up meanwhile
   */
  Optional<ReplicaMove.Offered> takeOver(TakeOver offer) throws IOException {
    PartitionLog moved;
    try {
      if (!offer.copy().step(log.get().view(), host.nowMs())) {
        return Optional.of(ReplicaMove.Offered.NOT_YET);
      }
      if (!offer.claimed().compareAndSet(false, true)) {
        return Optional.empty();
      }
      moved =
          offer
              .directory()
              .adopt(
                  offer.copy().log(),
                  decided.config(),
                  host.producerIdExpirationMs(),
                  host.nowMs());
    } catch (IOException e) {
      host.failed(offer.directory(), e);
      return Optional.of(ReplicaMove.Offered.REFUSED);
    }
    LOG.info("{} is in {} now.", name, offer.directory());
    moveTo(offer.directory(), moved);
    return Optional.of(ReplicaMove.Offered.TAKEN);
  }

  private void moveTo(ReplicaDirectory directory, PartitionLog moved) {
    moved.raiseLogStart(Math.min(log.get().logStartOffset(), moved.logEndOffset()));
    log.moveTo(
        directory,
        moved,
        () -> {
          role.moveTo(moved);
          decided = inDirectory(decided, directory);
          directory.note(Checkpoint.HIGH_WATERMARK, name, role.highWatermark());
          hosted.moved(directory);
          hosted.recoveryPoint(moved.recoveryPoint());
          publish();
        });
  }

  private static BecomeReplica inDirectory(BecomeReplica become, ReplicaDirectory directory) {
    return new BecomeReplica(become.topicName(), become.image(), become.config(), directory);
  }

  /** Ends the leadership, if any, and flushes and closes the log, which is open. */
  void closeCleanly() throws IOException {
    role.resign(Errors.NOT_LEADER_OR_FOLLOWER);
    log.closeCleanly(role.highWatermark());
  }

  /** Ends the leadership, if any, and closes the log, if open, as a crash would. */
  void close(Errors error) {
    role.resign(error);
    log.close(role.highWatermark());
  }

  /**
   * Closes the log and takes it off the disk.
   *
   * @return false when the disk does not let it go
   */
  boolean delete() {
    if (decided == null) {
      return true;
    }
    ReplicaDirectory directory = decided.directory();
    close(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    return log.delete(directory, name);
  }

  /** Is found no more; its watchers are told of the end. */
  void leave() {
    if (hosted != null) {
      host.registry().leave(hosted);
      hosted.stopped();
    }
  }
}
