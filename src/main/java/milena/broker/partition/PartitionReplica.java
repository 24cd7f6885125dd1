package milena.broker.partition;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import milena.common.TopicIdPartition;
import milena.common.config.LogConfig;
import milena.log.Compaction;
import milena.log.LogFlush;
import milena.metadata.PartitionImage;
import milena.replication.FollowerState;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * The actor that owns one replica: the only writer of its log and of its replication state. This is
 * what it is told; what it does stands in {@link ReplicaBehavior}.
 *
 * <p>A sharded entity, one for each replica, pinned to the broker that has its data: the entity id
 * is {@code <broker>/<topic id>-<partition>}. It does nothing until {@link BecomeReplica} says what
 * it is, and stops for good after {@link Delete} or {@link Stop}.
 */
public final class PartitionReplica {
  public static final EntityTypeKey<Command> ENTITY_TYPE_KEY =
      EntityTypeKey.create(Command.class, "PartitionReplica");

  private PartitionReplica() {}

  /** The behaviour of the replica with this identity; run it on the partitions' dispatcher. */
  public static Behavior<Command> create(TopicIdPartition id, ReplicaHost host) {
    return Behaviors.setup(context -> new ReplicaBehavior(context, id, host));
  }

  /** Where sharding finds a broker's replica. */
  public static String entityId(int brokerId, TopicIdPartition id) {
    return brokerId + "/" + id;
  }

  /** Has the shard of a broker's replicas started before there is one: nobody's, gone at once. */
  public static ShardingEnvelope<Command> startOfShard(int brokerId, ActorSystem<?> system) {
    TopicIdPartition nobody = new TopicIdPartition(Uuid.ZERO_UUID, 0);
    return new ShardingEnvelope<>(entityId(brokerId, nobody), new Stop(true, system.ignoreRef()));
  }

  /** The replica that an entity id names. */
  public static TopicIdPartition idOf(String entityId) {
    int slash = entityId.indexOf('/');
    int dash = entityId.lastIndexOf('-');
    return new TopicIdPartition(
        Uuid.fromString(entityId.substring(slash + 1, dash)),
        Integer.parseInt(entityId.substring(dash + 1)));
  }

  /** What a replica is told. */
  public sealed interface Command {}

  /** A command that never leaves the node: it may carry buffers and callbacks. */
  public sealed interface LocalCommand extends Command {}

  /**
   * Appends the batches in {@code records} as the leader.
   *
   * @param records one or more whole record batches; offsets and epochs are assigned in place, so
   *     the sender must not touch it until {@link AppendListener#released}
   * @param acks 0, 1 or -1 (all), as in Produce
   * @param origin who wrote it
   * @param requiredLeaderEpoch refused with FENCED_LEADER_EPOCH/UNKNOWN_LEADER_EPOCH unless it is
   *     the replica's; -1 for any
   * @param deadlineNanos by {@code System.nanoTime()}: when an acks=all wait is answered with
   *     REQUEST_TIMED_OUT (the records may yet become committed)
   */
  public record Append(
      ByteBuffer records,
      short acks,
      AppendOrigin origin,
      int requiredLeaderEpoch,
      long deadlineNanos,
      AppendListener listener)
      implements LocalCommand {}

  /** Who an append comes from, which decides what is checked. */
  public enum AppendOrigin {
    /** A Produce request: everything is checked. */
    CLIENT,
    /** A coordinator on this node: control batches and its own sequence numbers are allowed. */
    COORDINATOR
  }

  /** Told of an append's fate, on the replica's own thread: it must not block. */
  public interface AppendListener {
    /** The records were written or refused: their buffer is the sender's again. Called once. */
    void released();

    /** The append was acknowledged as {@code acks} asked, or failed. Called once. */
    void completed(AppendResult result);
  }

  /**
   * The answer to an append.
   *
   * @param baseOffset offset of the first record, -1 on error; of a duplicate: its first offset
   * @param logAppendTimeMs -1 unless the topic stamps records itself
   */
  public record AppendResult(
      Errors error,
      String message,
      long baseOffset,
      long logAppendTimeMs,
      long logStartOffset,
      List<RecordError> recordErrors) {
    /** A record's position in the request's batch, and what is wrong with it (KIP-467). */
    public record RecordError(int batchIndex, String message) {}

    public static AppendResult refused(Errors error, String message, long logStartOffset) {
      return new AppendResult(error, message, -1, -1, logStartOffset, List.of());
    }
  }

  /**
   * Raises the log start offset, and answers when all that are in sync have done so too.
   *
   * @param beforeOffset -1 stands for the high watermark
   * @param deadlineNanos by {@code System.nanoTime()}: then it is answered with REQUEST_TIMED_OUT
   *     (what was raised stays so)
   */
  public record DeleteRecords(
      long beforeOffset, long deadlineNanos, ActorRef<RecordsDeleted> replyTo)
      implements LocalCommand {}

  /** The low watermark after {@link DeleteRecords}, or why it was refused. */
  public record RecordsDeleted(short errorCode, long lowWatermark) {}

  /**
   * What the controller decided for this partition; the replica leads, follows or goes away. The
   * first one opens the log.
   *
   * @param directory where the log is or shall be; once it is open, only {@link TakeOver} moves it
   */
  public record BecomeReplica(
      String topicName, PartitionImage image, LogConfig config, ReplicaDirectory directory)
      implements LocalCommand {}

  /** The topic's settings have changed. */
  record Reconfigure(LogConfig config) implements LocalCommand {}

  /** The topic is deleted, or this replica of it: close, give the directory up, stop. */
  record Delete(ActorRef<Stopped> replyTo) implements LocalCommand {}

  /**
   * The node stops.
   *
   * @param clean whether to flush and leave everything as a clean start wants it; else the log is
   *     closed as a crash would
   */
  record Stop(boolean clean, ActorRef<Stopped> replyTo) implements LocalCommand {}

  /** The replica is gone: {@code safe} when its log was closed as asked. */
  record Stopped(TopicIdPartition id, boolean safe) {}

  /**
   * A follower has fetched as the leader's log allowed: it has all before {@code offset}.
   *
   * @param brokerEpoch the follower's incarnation
   * @param leaderEpoch the epoch that the follower believes in
   * @param logStart where its log begins
   */
  public record FollowerFetched(
      int follower, long brokerEpoch, int leaderEpoch, long offset, long logStart)
      implements LocalCommand {}

  /**
   * The leader's answer to a fetch for this replica.
   *
   * @param fetchOffset what was asked for
   * @param records whole batches, or nothing
   * @param memory where they lie, of which the replica is a user
   */
  record Fetched(
      int leaderEpoch,
      long fetchOffset,
      FollowerState.Answer answer,
      ByteBuffer records,
      AnswerMemory memory,
      ActorRef<ReplicaFetcher.Command> fetcher)
      implements LocalCommand {}

  /** What became of a proposal to the controller; with NONE it is in the next image. */
  record InSyncAnswered(int leaderEpoch, int partitionEpoch, Errors error)
      implements LocalCommand {}

  /**
   * A copy of the log in another directory has all that was written: the replica takes it over, if
   * it is the first to claim it.
   */
  record TakeOver(
      LogCopy copy,
      ReplicaDirectory directory,
      AtomicBoolean claimed,
      ActorRef<ReplicaMove.Command> replyTo)
      implements LocalCommand {}

  /** Messages of no content: ticks, and what a replica tells itself. */
  enum Tick implements LocalCommand {
    /** Write what has gathered. */
    WRITE,
    /** {@code flush.ms} has passed since something was written. */
    FLUSH,
    /** Delete segments that retention lets go. */
    RETENTION,
    /** It is this replica's turn to compact its log, if there is enough to gain. */
    COMPACT,
    /** Forget producers that have been idle for too long. */
    PRODUCERS,
    /** Another replica has found that the log directory fails. */
    DIRECTORY_FAILED,
    /** See who lags, or has to be asked for again. */
    LAG,
    /** Say to the fetchers anew where it stands. */
    FOLLOW,
    /** Open the log again, after an error of our own. */
    REOPEN
  }

  /** Give up what waits beyond its deadline; the first was to pass at this time. */
  record Expire(long atNanos) implements LocalCommand {}

  /** A compaction has ended; {@code failure} is null when it went well. */
  record Compacted(Compaction compaction, Exception failure) implements LocalCommand {}

  /** A flush has ended; {@code failure} is null when it went well. */
  record Forced(LogFlush flush, IOException failure) implements LocalCommand {}
}
