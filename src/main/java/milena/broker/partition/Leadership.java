package milena.broker.partition;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import milena.broker.partition.PartitionReplica.Append;
import milena.broker.partition.PartitionReplica.AppendOrigin;
import milena.broker.partition.PartitionReplica.AppendResult;
import milena.broker.partition.PartitionReplica.AppendResult.RecordError;
import milena.broker.partition.PartitionReplica.DeleteRecords;
import milena.broker.partition.PartitionReplica.FollowerFetched;
import milena.broker.partition.PartitionReplica.InSyncAnswered;
import milena.common.config.LogConfig;
import milena.log.AppendOutcome;
import milena.log.AppendOutcome.Appended;
import milena.log.AppendOutcome.Duplicate;
import milena.log.AppendOutcome.Refused;
import milena.log.AppendSource;
import milena.log.PartitionLog;
import milena.metadata.PartitionImage;
import milena.record.BatchValidator;
import milena.replication.LeaderState;
import milena.replication.Members;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The appends of one leader epoch, from their validation to their answers. Each goes through three
 * steps, and each step is taken for all that have reached it:
 *
 * <ol>
 *   <li>{@link #append} validates and stages it;
 *   <li>{@link #write} writes what is staged; where {@code flush.messages} asks for a flush, the
 *       written end counts only once it is forced to disk;
 *   <li>{@link #acknowledge} answers: acks=1 when its end counts, acks=all when the high watermark
 *       has passed it, or its deadline has.
 * </ol>
 *
 * <p>Owned by the replica's actor. After an {@link IOException} the log is unknown: {@link #resign}
 * and close it.
 */
final class Leadership {
  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

  private PartitionLog log;
  private final LeaderState state;
  private final UnansweredAppends unanswered;
  private final RecordDeletions deletions;
  private long stagedBytes;

  /** Up to here the log is as safe on this disk as the topic asks. */
  private long safeEnd;

  Leadership(ReplicaPeers peers, PartitionLog log, LeaderState state) {
    this.log = log;
    this.state = state;
    this.safeEnd = log.logEndOffset();
    this.unanswered =
        new UnansweredAppends(() -> this.log.logStartOffset(), state::hasEnoughInSync);
    this.deletions =
        new RecordDeletions(() -> state.lowWatermark(this.log.logStartOffset(), peers::isAlive));
  }

  /**
   * Begins a leader epoch at the log's end, or goes on with it after the log was closed.
   *
   * @param before the last state that this replica led in; null for none
   */
  static Leadership begin(
      ReplicaHost host,
      PartitionLog log,
      PartitionImage image,
      long highWatermark,
      LeaderState before)
      throws IOException {
    log.truncateTo(log.logEndOffset()); // without an epoch that it has led in for nothing
    log.beginEpoch(image.leaderEpoch());
    int epoch = image.leaderEpoch();
    Members members = members(image);
    LeaderState.Limits limits = limits(host, log.config());
    long end = log.logEndOffset();
    long nowMs = host.nowMs();
    return new Leadership(
        host.peers(),
        log,
        before == null
            ? new LeaderState(host.brokerId(), epoch, members, limits, end, highWatermark, nowMs)
            : LeaderState.resumed(before, epoch, members, limits, end, highWatermark, nowMs));
  }

  static Members members(PartitionImage image) {
    return new Members(image.partitionEpoch(), image.replicas(), image.isr());
  }

  static LeaderState.Limits limits(ReplicaHost host, LogConfig config) {
    return new LeaderState.Limits(config.minInSyncReplicas(), host.peers().lagMaxMs());
  }

  /** Goes on in another log that holds the same. */
  void moveTo(PartitionLog other) {
    log = other;
    if (other.latestEpoch() < state.leaderEpoch()) {
      other.beginEpoch(state.leaderEpoch());
    }
  }

  LeaderState state() {
    return state;
  }

  long stagedBytes() {
    return stagedBytes;
  }

  /** Validates and stages; whatever is refused is answered at once. */
  void append(Append append, BatchValidator validator, long nowMs) throws IOException {
    if (append.requiredLeaderEpoch() >= 0 && append.requiredLeaderEpoch() != state.leaderEpoch()) {
      refuse(
          append,
          append.requiredLeaderEpoch() < state.leaderEpoch()
              ? Errors.FENCED_LEADER_EPOCH
              : Errors.UNKNOWN_LEADER_EPOCH,
          null);
      return;
    }
    if (append.acks() < 0 && !state.hasEnoughInSync()) {
      refuse(append, Errors.NOT_ENOUGH_REPLICAS, null);
      return;
    }
    BatchValidator.Outcome valid = validate(append, validator, nowMs);
    if (valid == null) {
      refuse(append, Errors.UNKNOWN_SERVER_ERROR, null);
      return;
    }
    if (!valid.isValid()) {
      List<RecordError> errors =
          valid.invalidRecords().stream()
              .map(invalid -> new RecordError(invalid.index(), invalid.message()))
              .toList();
      AppendAnswers.refuse(append, failed(valid.error(), valid.message(), errors));
      return;
    }
    ByteBuffer records = valid.records();
    if (records.remaining() > log.config().segmentBytes()) {
      refuse(append, Errors.RECORD_LIST_TOO_LARGE, null);
      return;
    }
    AppendOutcome outcome = stageInLog(append, records, nowMs);
    if (outcome instanceof Appended appended) {
      stagedBytes += records.remaining();
      unanswered.staged(
          append, appended.baseOffset(), appended.lastOffset() + 1, valid.appendTimeMs());
    } else if (outcome instanceof Duplicate duplicate) {
      boolean stamped = log.config().timestampType() == TimestampType.LOG_APPEND_TIME;
      unanswered.staged(
          append,
          duplicate.baseOffset(),
          duplicate.lastOffset() + 1,
          stamped ? duplicate.timestampMs() : -1);
    } else if (outcome instanceof Refused refused) {
      refuse(append, refused.error(), refused.message());
    }
  }

  /** Null after an error of our own, which must not cost more than this append. */
  private BatchValidator.Outcome validate(Append append, BatchValidator validator, long nowMs) {
    try {
      return validator.validate(
          append.records(),
          log.config(),
          append.origin() == AppendOrigin.CLIENT
              ? BatchValidator.Source.CLIENT
              : BatchValidator.Source.COORDINATOR,
          nowMs);
    } catch (RuntimeException e) {
      LOG.error("An append to {} could not be validated.", log.name(), e);
      return null;
    }
  }

  private AppendOutcome stageInLog(Append append, ByteBuffer records, long nowMs)
      throws IOException {
    AppendSource source =
        append.origin() == AppendOrigin.CLIENT ? AppendSource.CLIENT : AppendSource.COORDINATOR;
    try {
      return log.append(records, state.leaderEpoch(), source, nowMs);
    } catch (IOException e) {
      refuse(append, Errors.KAFKA_STORAGE_ERROR, null);
      throw e;
    } catch (RuntimeException e) {
      refuse(append, Errors.UNKNOWN_SERVER_ERROR, null);
      throw e;
    }
  }

  /** Whether {@link #write} has anything to do. */
  boolean hasStaged() {
    return unanswered.hasStaged();
  }

  /** Writes all that is staged, and gives the senders their buffers back. */
  void write(long nowMs) throws IOException {
    if (log.hasStaged()) {
      log.writeStaged();
    }
    stagedBytes = 0;
    unanswered.written();
    onLogEnd(nowMs);
  }

  /** Whether {@code flush.messages} asks for a flush before anything more is acknowledged. */
  boolean needsFlush() {
    long unforced = log.writtenEndOffset() - log.recoveryPoint();
    return unforced > 0 && unforced >= log.config().flushMessages();
  }

  /** More is written, or more of it has been forced to disk. */
  void onLogEnd(long nowMs) {
    safeEnd = needsFlush() ? Math.max(safeEnd, log.recoveryPoint()) : log.writtenEndOffset();
    state.onOwnLog(log.writtenEndOffset(), safeEnd, nowMs);
  }

  /** Answers what has come far enough; call it after the view that shows it is published. */
  void acknowledge() {
    unanswered.acknowledge(safeEnd, state.highWatermark());
    deletions.answer();
  }

  /** Whether anybody is answered only when the followers have come further. */
  boolean awaitsFollowers() {
    return unanswered.awaitFollowers() || !deletions.isEmpty();
  }

  /** When the next unanswered append gives up, by {@code System.nanoTime}; MAX_VALUE for never. */
  long earliestDeadlineNanos() {
    return Math.min(deletions.earliestDeadlineNanos(), unanswered.earliestDeadlineNanos());
  }

  /** Answers what has waited for too long; its records may yet become committed. */
  void expire(long nowNanos) {
    unanswered.expire(nowNanos);
    deletions.expire(nowNanos);
  }

  /** Answers everything that waits with this error: the epoch is over. */
  void resign(Errors error) {
    unanswered.resign(error);
    deletions.resign(error);
  }

  /** The controller has answered a proposal of this epoch. */
  void onProposalAnswered(InSyncAnswered answered, long nowMs) {
    if (answered.error() == Errors.NONE) {
      state.onAccepted(answered.partitionEpoch());
    } else {
      state.onRefused(answered.partitionEpoch(), answered.error(), nowMs);
    }
  }

  /** A follower has come further; true when the high watermark has moved. */
  boolean onFollowerFetched(FollowerFetched fetched, long nowMs) {
    boolean moved =
        state.onFollowerFetched(fetched.follower(), fetched.brokerEpoch(), fetched.offset(), nowMs);
    state.onFollowerLogStart(fetched.follower(), fetched.brokerEpoch(), fetched.logStart());
    deletions.answer();
    return moved;
  }

  /** Raises the log's start; {@link #acknowledge} answers, once the new view is published. */
  void deleteRecords(DeleteRecords delete) {
    deletions.begin(delete, log, state.highWatermark());
  }

  private void refuse(Append append, Errors error, String message) {
    AppendAnswers.refuse(append, failed(error, message, List.of()));
  }

  private AppendResult failed(Errors error, String message, List<RecordError> recordErrors) {
    return new AppendResult(error, message, -1, -1, log.logStartOffset(), recordErrors);
  }
}
