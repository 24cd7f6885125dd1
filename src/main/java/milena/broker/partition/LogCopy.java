package milena.broker.partition;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import milena.common.OffsetAndEpoch;
import milena.log.LogSlice;
import milena.log.LogView;
import milena.log.PartitionLog;
import milena.record.RecordBatches;
import milena.replication.FollowerState;
import milena.replication.FollowerState.Answer;
import milena.replication.FollowerState.StartAt;
import milena.replication.FollowerState.Step;
import milena.replication.FollowerState.TruncateTo;

/**
 * Makes one log like another that goes on changing: it follows the other as a follower does its
 * leader, uncommitted records too, and is cut where that was cut. Not thread-safe; the other is
 * only read.
 */
final class LogCopy {
  /** What is read and written in one step. */
  static final int STEP_BYTES = 1 << 20;

  private final PartitionLog copy;
  private final RecordBatches batches = new RecordBatches();
  private long copiedBytes;

  LogCopy(PartitionLog copy) {
    this.copy = copy;
  }

  PartitionLog log() {
    return copy;
  }

  /** What was copied so far, what was cut again included. */
  long copiedBytes() {
    return copiedBytes;
  }

  /**
   * Goes one step further.
   *
   * @return whether the copy has all that is in this view
   * @throws IOException when either disk fails, or what is read is damaged
   */
  boolean step(LogView source, long nowMs) throws IOException {
    Step step = next(source);
    if (step instanceof TruncateTo truncate) {
      copy.truncateTo(truncate.offset());
      return false;
    }
    if (step instanceof StartAt start) {
      copy.truncateFullyAndStartAt(start.offset());
      return false;
    }
    long end = source.logEndOffset();
    if (copy.logEndOffset() < end) {
      try (LogSlice slice = source.read(copy.logEndOffset(), end, STEP_BYTES, true)) {
        copiedBytes += slice.sizeInBytes();
        append(read(slice), nowMs);
      }
    }
    return copy.logEndOffset() >= end;
  }

  /** What a follower in the copy's place would do, were the other its leader. */
  private Step next(LogView source) {
    long end = copy.logEndOffset();
    int epoch = copy.latestEpoch();
    OffsetAndEpoch there = epoch < 0 ? null : source.endOffsetForEpoch(epoch);
    boolean agrees = there == null || (there.leaderEpoch() == epoch && there.offset() >= end);
    boolean isUnknown = !agrees && there.leaderEpoch() < 0;
    boolean isOutside = agrees && (end < source.logStartOffset() || end > source.logEndOffset());
    Answer answer =
        new Answer(
            end,
            source.logStartOffset(),
            agrees || isUnknown ? null : there,
            isUnknown || isOutside);
    return new FollowerState(-1, epoch, end).onAnswer(answer, end, copy::endOffsetForEpoch);
  }

  private static ByteBuffer read(LogSlice slice) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
    while (bytes.hasRemaining()) {
      if (slice.channel().read(bytes, slice.position() + bytes.position()) < 0) {
        throw new EOFException("A segment is shorter than it was");
      }
    }
    return bytes.flip();
  }

  private void append(ByteBuffer records, long nowMs) throws IOException {
    batches.wrap(records);
    while (batches.next()) {
      if (!batches.batch().isCrcValid()) {
        throw new IOException("The batch at " + batches.batch().baseOffset() + " is damaged");
      }
    }
    copy.appendAsFollower(records, nowMs);
    copy.writeStaged();
  }
}
