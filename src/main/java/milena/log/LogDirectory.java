package milena.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * One of a node's {@code log.dirs}: the partitions' directories and, at the top, the directory's
 * identity, its lock and the checkpoints. Any thread may call it.
 */
public final class LogDirectory implements Closeable {

  /**
   * Who a directory belongs to ({@code meta.properties}, version 1).
   *
   * @param clusterId null in a directory that no cluster has used yet
   * @param nodeId -1 in a directory that no node has used yet
   */
  public record Identity(String clusterId, int nodeId, Uuid directoryId) {}

  /** A partition's directory found on disk; the topic id is ZERO_UUID when it can't be told. */
  public record PartitionDirectory(Path path, TopicPartition name, Uuid topicId) {}

  private LogDirectory() {}

  /**
   * Opens and locks the directory, which is made when missing.
   *
   * @throws IOException with a message for the operator when another process has locked it
   */
  public static LogDirectory open(Path path) throws IOException {
    throw new UnsupportedOperationException();
  }

  public Path path() {
    throw new UnsupportedOperationException();
  }

  /** The identity on disk, or null in a new directory. */
  public Identity identity() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Writes the identity, atomically and durably. */
  public void writeIdentity(Identity identity) throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * The mark of a clean stop, taken away as it is read: empty after a crash, else the broker epoch
   * it was left with (-1 when it names none).
   */
  public OptionalLong takeCleanShutdownMark() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Leaves the mark of a clean stop, after all logs were closed. */
  public void markCleanShutdown(long brokerEpoch) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** The partitions' directories; deletions left over by a crash are completed first. */
  public List<PartitionDirectory> partitions() throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Where the partition's directory is or would be. */
  public Path partitionPath(TopicPartition name) {
    throw new UnsupportedOperationException();
  }

  /**
   * Renames the partition's directory so that its name is free at once.
   *
   * @return the directory to {@link #erase} later
   */
  public Path markDeleted(TopicPartition name) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Erases a directory that {@link #markDeleted} renamed. */
  public void erase(Path markedDirectory) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Reads a checkpoint; empty when there is none or it can't be read. */
  public Map<TopicPartition, Long> readCheckpoint(Checkpoint checkpoint) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Replaces a checkpoint, atomically. */
  public void writeCheckpoint(Checkpoint checkpoint, Map<TopicPartition, Long> offsets)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Offsets by partition that a directory keeps, each in a file of its own. */
  public enum Checkpoint {
    HIGH_WATERMARK("replication-offset-checkpoint"),
    LOG_START("log-start-offset-checkpoint"),
    RECOVERY_POINT("recovery-point-offset-checkpoint"),
    CLEANED_UP_TO("cleaner-offset-checkpoint");

    final String fileName;

    Checkpoint(String fileName) {
      this.fileName = fileName;
    }
  }

  /** Frees the lock. */
  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }
}
