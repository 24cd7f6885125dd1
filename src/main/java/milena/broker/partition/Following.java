package milena.broker.partition;

import java.io.IOException;
import java.nio.ByteBuffer;
import milena.broker.partition.PartitionReplica.Fetched;
import milena.log.PartitionLog;
import milena.metadata.PartitionImage;
import milena.record.RecordBatches;
import milena.replication.FollowerState;
import milena.replication.FollowerState.StartAt;
import milena.replication.FollowerState.TruncateTo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica's following of one leader in one leader epoch: takes what its fetcher brings into the
 * log, or cuts the log to where it agrees with the leader's. Owned by the replica's actor.
 */
final class Following {
  private static final Logger LOG = LoggerFactory.getLogger(Following.class);

  private PartitionLog log;
  private final FollowerState state;
  private final RecordBatches batches = new RecordBatches();

  /**
   * Begins at the end of the log, without the epochs in which this replica has led for nothing; or,
   * where a leader has what is damaged here, at the damage.
   */
  Following(PartitionLog log, FollowerState state) throws IOException {
    this.log = log;
    this.state = state;
    if (log.damagedFrom() >= 0 && state.leader() != PartitionImage.NO_LEADER) {
      LOG.warn(
          "{} drops what it has from its damage at {} on, to have it anew from broker {}.",
          log.name(),
          log.damagedFrom(),
          state.leader());
      log.truncateTo(log.damagedFrom());
      state.onTruncated(log.logEndOffset());
    } else {
      log.truncateTo(log.logEndOffset());
    }
  }

  /** Goes on in another log that holds the same. */
  void moveTo(PartitionLog other) {
    log = other;
  }

  FollowerState state() {
    return state;
  }

  /** Whether it has asked for this, and still wants it. */
  boolean expects(Fetched fetched) {
    return fetched.leaderEpoch() == state.leaderEpoch()
        && fetched.fetchOffset() == log.logEndOffset();
  }

  /**
   * Takes in an answer.
   *
   * @return false when its records are damaged
   */
  boolean take(Fetched fetched, long nowMs) throws IOException {
    FollowerState.Step step =
        state.onAnswer(fetched.answer(), log.logEndOffset(), log::endOffsetForEpoch);
    if (step instanceof TruncateTo truncate) {
      long end = log.logEndOffset();
      log.truncateTo(truncate.offset());
      LOG.info(
          "{} drops what broker {}, its leader in epoch {}, does not have: {} to {}; its high"
              + " watermark was {}.",
          log.name(),
          state.leader(),
          state.leaderEpoch(),
          log.logEndOffset(),
          end,
          state.highWatermark());
      state.onTruncated(log.logEndOffset());
    } else if (step instanceof StartAt start) {
      LOG.warn(
          "{} begins anew at {}, where the log of its leader, broker {}, begins: it had {} to {}.",
          log.name(),
          start.offset(),
          state.leader(),
          log.logStartOffset(),
          log.logEndOffset());
      log.truncateFullyAndStartAt(start.offset());
      state.onStartedAt(start.offset());
    } else {
      if (!areWhole(fetched.records())) {
        return false;
      }
      log.appendAsFollower(fetched.records(), nowMs);
      log.writeStaged();
      state.onTaken(fetched.answer().highWatermark(), log.logEndOffset());
      log.raiseLogStart(Math.min(fetched.answer().logStart(), log.logEndOffset()));
    }
    return true;
  }

  private boolean areWhole(ByteBuffer records) {
    batches.wrap(records);
    while (batches.next()) {
      if (!batches.batch().isCrcValid()) {
        LOG.error(
            "{} was sent a damaged batch at {} by broker {}.",
            log.name(),
            batches.batch().baseOffset(),
            state.leader());
        return false;
      }
    }
    return true;
  }
}
