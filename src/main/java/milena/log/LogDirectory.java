package milena.log;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of a node's {@code log.dirs}: the partitions' directories and, at the top, the directory's
 * identity, its lock and the checkpoints. Any thread may call it.
 *
 * <pre>
 *   .lock                              held while a node uses the directory
 *   meta.properties                    whose it is
 *   .kafka_cleanshutdown               left by a clean stop, taken away by the next start
 *   replication-offset-checkpoint      and the other checkpoints
 *   {topic}-{partition}/               a log
 *   {topic}-{partition}.{id}-delete/   a log that is to be erased
 *   {topic}-{partition}.{id}-future/   a log that is being copied from another directory
 * </pre>
 */
public final class LogDirectory implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);
  private static final String LOCK = ".lock";
  private static final String CLEAN_SHUTDOWN = ".kafka_cleanshutdown";
  private static final Pattern BROKER_EPOCH = Pattern.compile("\"brokerEpoch\"\\s*:\\s*(-?\\d+)");
  private static final String DELETE = "-delete";
  private static final String FUTURE = "-future";
  private static final Pattern TO_ERASE = Pattern.compile(".+-\\d+\\.\\w+" + DELETE);
  private static final Pattern COPY = Pattern.compile("(.+-\\d+)\\.\\w+" + FUTURE);
  private static final int LONGEST_NAME = 255;
  private static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  /**
   * Who a directory belongs to ({@code meta.properties}, version 1).
   *
   * @param clusterId null in a directory that no cluster has used yet
   * @param nodeId -1 in a directory that no node has used yet
   * @param directoryId null in a directory that has not been named yet
   */
  public record Identity(String clusterId, int nodeId, Uuid directoryId) {}

  /** A partition's directory found on disk; the topic id is ZERO_UUID when it can't be told. */
  public record PartitionDirectory(Path path, TopicPartition name, Uuid topicId) {}

  /** Offsets by partition that a directory keeps, each in a file of its own. */
  public enum Checkpoint {
    HIGH_WATERMARK("replication-offset-checkpoint", "what is committed is found out again"),
    LOG_START(
        "log-start-offset-checkpoint", "records that were deleted within a segment may reappear"),
    RECOVERY_POINT("recovery-point-offset-checkpoint", "after a crash, all logs are read"),
    CLEANED_UP_TO("cleaner-offset-checkpoint", "logs are compacted from their start");

    private final String fileName;
    private final String withoutIt;

    Checkpoint(String fileName, String withoutIt) {
      this.fileName = fileName;
      this.withoutIt = withoutIt;
    }
  }

  private final Path path;
  private final FileChannel lockFile;
  private final Map<Checkpoint, Map<TopicPartition, Long>> written =
      new EnumMap<>(Checkpoint.class);

  private LogDirectory(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /**
   * Opens and locks the directory, which is made when missing.
   *
   * @throws IOException with a message for the operator when it can't be used
   */
  public static LogDirectory open(Path path) throws IOException {
    Files.createDirectories(path);
    FileChannel file =
        FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = file.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      // The same to the operator as when another process holds it.
    } finally {
      if (lock == null) {
        file.close();
      }
    }
    if (lock == null) {
      throw new IOException("The log directory " + path + " is in use by another node");
    }
    return new LogDirectory(path, file);
  }

  public Path path() {
    return path;
  }

  /** The identity on disk, or null in a new directory. */
  public Identity identity() throws IOException {
    return MetaProperties.read(path);
  }

  /** Writes the identity, atomically and durably. */
  public void writeIdentity(Identity identity) throws IOException {
    MetaProperties.write(path, identity);
  }

  /**
   * The mark of a clean stop, taken away as it is read: empty after a crash, else the broker epoch
   * it was left with (-1 when it names none).
   */
  public OptionalLong takeCleanShutdownMark() throws IOException {
    Path mark = path.resolve(CLEAN_SHUTDOWN);
    String text;
    try {
      text = new String(Files.readAllBytes(mark), StandardCharsets.UTF_8);
    } catch (NoSuchFileException none) {
      return OptionalLong.empty();
    }
    Files.delete(mark);
    DurableFiles.forceDirectory(path);
    Matcher epoch = BROKER_EPOCH.matcher(text);
    return OptionalLong.of(epoch.find() ? Long.parseLong(epoch.group(1)) : -1);
  }

  /** Leaves the mark of a clean stop, after all logs were closed. */
  public void markCleanShutdown(long brokerEpoch) throws IOException {
    String text = "{\"version\":0,\"brokerEpoch\":" + brokerEpoch + "}";
    DurableFiles.replace(path.resolve(CLEAN_SHUTDOWN), text.getBytes(StandardCharsets.UTF_8), true);
  }

  /** The partitions' directories; deletions that a crash interrupted are completed first. */
  public List<PartitionDirectory> partitions() throws IOException {
    List<PartitionDirectory> found = new ArrayList<>();
    for (String name : names()) {
      Path directory = path.resolve(name);
      if (TO_ERASE.matcher(name).matches() && Files.isDirectory(directory)) {
        erase(directory);
      } else {
        add(found, directory, partitionOf(name));
      }
    }
    return found;
  }

  /** The copies of partitions of other directories that were not finished. */
  public List<PartitionDirectory> copies() throws IOException {
    List<PartitionDirectory> found = new ArrayList<>();
    for (String name : names()) {
      Matcher copy = COPY.matcher(name);
      if (copy.matches()) {
        add(found, path.resolve(name), partitionOf(copy.group(1)));
      }
    }
    return found;
  }

  private List<String> names() throws IOException {
    String[] names = path.toFile().list();
    if (names == null) {
      throw new IOException("The log directory " + path + " can't be listed");
    }
    Arrays.sort(names);
    return List.of(names);
  }

  private static void add(List<PartitionDirectory> found, Path directory, TopicPartition name)
      throws IOException {
    if (name != null && Files.isDirectory(directory)) {
      Uuid topicId = PartitionFiles.readTopicId(directory);
      found.add(
          new PartitionDirectory(directory, name, topicId == null ? Uuid.ZERO_UUID : topicId));
    }
  }

  /** Null when the name is not a partition directory's. */
  private static TopicPartition partitionOf(String name) {
    int dash = name.lastIndexOf('-');
    if (dash < 1 || dash == name.length() - 1) {
      return null;
    }
    for (int i = dash + 1; i < name.length(); i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return null;
      }
    }
    try {
      int partition = Integer.parseInt(name.substring(dash + 1));
      boolean isOurs = name.endsWith("-" + partition); // t-007 is not partition 7
      return isOurs ? new TopicPartition(name.substring(0, dash), partition) : null;
    } catch (NumberFormatException tooLarge) {
      return null;
    }
  }

  /** Where a copy of a partition may be made that was moved here; no start takes it for one. */
  public Path copyPath(TopicPartition name, UUID unique) {
    return suffixed(name, unique.toString().replace("-", "") + FUTURE);
  }

  /** Gives a complete copy, which must be closed, the partition's place. */
  public void adopt(Path copy, TopicPartition name) throws IOException {
    Files.move(copy, partitionPath(name), StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.forceDirectory(path);
  }

  /** Where the partition's directory is or would be. */
  public Path partitionPath(TopicPartition name) {
    return path.resolve(name.topic() + "-" + name.partition());
  }

  /**
   * Renames the partition's directory so that its name is free at once, and its content is erased
   * at the latest with the next start.
   *
   * @return the directory to {@link #erase} later
   */
  public Path markDeleted(TopicPartition name) throws IOException {
    Path directory = partitionPath(name);
    Uuid topicId = PartitionFiles.readTopicId(directory);
    String id = topicId == null ? "unknown" : topicId.toString().replace("-", "");
    Path marked = markedPath(name, id);
    for (int i = 1; Files.exists(marked); i++) {
      marked = markedPath(name, id + i);
    }
    Files.move(directory, marked, StandardCopyOption.ATOMIC_MOVE);
    return marked;
  }

  private Path markedPath(TopicPartition name, String id) {
    return suffixed(name, id + DELETE);
  }

  private Path suffixed(TopicPartition name, String end) {
    String suffix = "-" + name.partition() + "." + end;
    String topic = name.topic();
    int room = LONGEST_NAME - suffix.length();
    return path.resolve(topic.substring(0, Math.min(topic.length(), room)) + suffix);
  }

  /** Erases a directory that {@link #markDeleted} renamed. */
  public void erase(Path markedDirectory) throws IOException {
    File[] files = markedDirectory.toFile().listFiles();
    if (files != null) {
      for (File file : files) {
        if (Files.isDirectory(file.toPath(), LinkOption.NOFOLLOW_LINKS)) {
          erase(file.toPath());
        } else {
          Files.deleteIfExists(file.toPath());
        }
      }
    }
    Files.deleteIfExists(markedDirectory);
  }

  /** Reads a checkpoint; empty when there is none or it can't be read. */
  public Map<TopicPartition, Long> readCheckpoint(Checkpoint checkpoint) throws IOException {
    Map<TopicPartition, Long> offsets = new TreeMap<>(BY_NAME);
    try {
      List<String> lines =
          Files.readAllLines(path.resolve(checkpoint.fileName), StandardCharsets.UTF_8);
      for (String line : CheckpointLines.entries(lines)) {
        String[] fields = line.trim().split("\\s+");
        offsets.put(
            new TopicPartition(fields[0], Integer.parseInt(fields[1])), Long.parseLong(fields[2]));
      }
      return offsets;
    } catch (NoSuchFileException none) {
      return offsets;
    } catch (MalformedInputException | IllegalArgumentException | IndexOutOfBoundsException e) {
      LOG.warn(
          "{} can't be read and is made anew: {}",
          path.resolve(checkpoint.fileName),
          checkpoint.withoutIt);
      return new TreeMap<>(BY_NAME);
    }
  }

  /** Replaces a checkpoint, atomically and durably; does nothing when it says the same already. */
  public void writeCheckpoint(Checkpoint checkpoint, Map<TopicPartition, Long> offsets)
      throws IOException {
    synchronized (written) {
      if (offsets.equals(written.get(checkpoint))) {
        return;
      }
      List<String> entries = new ArrayList<>(offsets.size());
      offsets.forEach(
          (name, offset) -> entries.add(name.topic() + " " + name.partition() + " " + offset));
      DurableFiles.replace(
          path.resolve(checkpoint.fileName), CheckpointLines.format(entries), true);
      written.put(checkpoint, Map.copyOf(offsets));
    }
  }

  /** Frees the lock. */
  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
