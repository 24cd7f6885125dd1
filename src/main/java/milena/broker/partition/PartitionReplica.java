package milena.broker.partition;

import akka.actor.typed.ActorRef;
import java.nio.ByteBuffer;
import milena.metadata.PartitionImage;
import org.apache.kafka.common.protocol.Errors;

/** The actor that owns one replica: the only writer of its log and of its replication state. */
public final class PartitionReplica {
  private PartitionReplica() {}

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
      java.util.List<RecordError> recordErrors) {
    /** A record's position in the request's batch, and what is wrong with it (KIP-467). */
    public record RecordError(int batchIndex, String message) {}

    public static AppendResult refused(Errors error, String message, long logStartOffset) {
      return new AppendResult(error, message, -1, -1, logStartOffset, java.util.List.of());
    }
  }

  /** Raises the log start offset; -1 stands for the high watermark. */
  public record DeleteRecords(long beforeOffset, ActorRef<RecordsDeleted> replyTo)
      implements Command {}

  /** The low watermark (log start offset) after {@link DeleteRecords}, or why it was refused. */
  public record RecordsDeleted(short errorCode, long lowWatermark) {}

  /** What the controller decided for this partition; the replica leads, follows or goes away. */
  public record BecomeReplica(String topicName, PartitionImage image) implements LocalCommand {}

  /** The topic is deleted: close, delete the directory, stop. */
  public record Delete() implements LocalCommand {}
}
