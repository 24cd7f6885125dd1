package milena.broker.partition;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import milena.common.config.LogConfig;
import milena.log.LogDirectory;
import milena.log.LogDirectory.Checkpoint;
import milena.log.LogDirectory.PartitionDirectory;
import milena.log.PartitionLog;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * A log directory as the replicas in it share it: what its checkpoints say of each, whether it was
 * left cleanly, and whether it still works. Any thread may use it.
 *
 * <p>The first I/O error takes it offline for good: until the node starts anew nothing is written
 * to it, since nobody can tell what is in it.
 */
public final class ReplicaDirectory {
  private final LogDirectory files;
  private final Uuid id;
  private final OptionalLong cleanStopEpoch;
  private final List<PartitionDirectory> foundAtStart;
  private final Map<Checkpoint, Map<TopicPartition, Long>> checkpoints;
  private final Map<Checkpoint, Map<TopicPartition, Long>> written = new ConcurrentHashMap<>();
  private final Map<TopicPartition, PartitionDirectory> unopened = new ConcurrentHashMap<>();
  private final Map<TopicPartition, PartitionDirectory> copies = new ConcurrentHashMap<>();
  private final AtomicInteger replicas = new AtomicInteger();
  private final AtomicReference<IOException> failure = new AtomicReference<>();

  private ReplicaDirectory(
      LogDirectory files,
      Uuid id,
      OptionalLong cleanStopEpoch,
      List<PartitionDirectory> foundAtStart,
      Collection<PartitionDirectory> copies,
      Map<Checkpoint, Map<TopicPartition, Long>> checkpoints) {
    this.files = files;
    this.id = id;
    this.cleanStopEpoch = cleanStopEpoch;
    this.foundAtStart = List.copyOf(foundAtStart);
    this.checkpoints = checkpoints;
    checkpoints.forEach((checkpoint, offsets) -> written.put(checkpoint, Map.copyOf(offsets)));
    foundAtStart.forEach(partition -> unopened.put(partition.name(), partition));
    copies.forEach(copy -> this.copies.put(copy.name(), copy));
  }

  /** Reads what an earlier run has left in a directory that this node has locked. */
  public static ReplicaDirectory load(LogDirectory files, Uuid id) throws IOException {
    Map<Checkpoint, Map<TopicPartition, Long>> checkpoints = new HashMap<>();
    for (Checkpoint checkpoint : Checkpoint.values()) {
      checkpoints.put(checkpoint, new ConcurrentHashMap<>(files.readCheckpoint(checkpoint)));
    }
    OptionalLong cleanStopEpoch = files.takeCleanShutdownMark();
    return new ReplicaDirectory(
        files, id, cleanStopEpoch, files.partitions(), onePerPartition(files), checkpoints);
  }

  private static Collection<PartitionDirectory> onePerPartition(LogDirectory files)
      throws IOException {
    Map<TopicPartition, PartitionDirectory> copies = new HashMap<>();
    for (PartitionDirectory copy : files.copies()) {
      if (copies.putIfAbsent(copy.name(), copy) != null) {
        files.erase(copy.path());
      }
    }
    return copies.values();
  }

  public Uuid id() {
    return id;
  }

  public Path path() {
    return files.path();
  }

  /**
   * The broker epoch of the run that stopped cleanly; empty after a crash or at the first start.
   */
  public OptionalLong cleanStopEpoch() {
    return cleanStopEpoch;
  }

  /** How many replicas this node has in it. */
  public int replicas() {
    return replicas.get();
  }

  public boolean isOnline() {
    return failure.get() == null;
  }

  /** What took the directory offline. */
  public Optional<IOException> failure() {
    return Optional.ofNullable(failure.get());
  }

  /** Takes the directory offline; false when it was already. */
  boolean fail(IOException cause) {
    return failure.compareAndSet(null, cause);
  }

  List<PartitionDirectory> foundAtStart() {
    return foundAtStart;
  }

  void replicaAdded() {
    replicas.incrementAndGet();
  }

  void replicaRemoved() {
    replicas.decrementAndGet();
  }

  Path partitionPath(TopicPartition name) {
    return files.partitionPath(name);
  }

  /** What is known of a partition's log before this node has opened it. */
  PartitionLog.OpenOptions firstOpening(TopicPartition name, int producerIdExpirationMs)
      throws IOException {
    boolean isNew = unopened.remove(name) == null;
    if (isNew) {
      forgetNamesake(name);
    }
    return openOptions(name, isNew || cleanStopEpoch.isPresent(), producerIdExpirationMs);
  }

  /**
   * Takes what the checkpoints say of a deleted partition of the same name off the disk, before a
   * crash could make it be taken for the new one's.
   */
  private void forgetNamesake(TopicPartition name) throws IOException {
    for (Checkpoint checkpoint : Checkpoint.values()) {
      checkpoints.get(checkpoint).remove(name);
      if (written.getOrDefault(checkpoint, Map.of()).containsKey(name)) {
        writeCheckpoint(checkpoint);
      }
    }
  }

  /** Whether a log that a crash left was not opened in this run, hence not recovered either. */
  boolean awaitsRecovery() {
    return cleanStopEpoch.isEmpty() && !unopened.isEmpty();
  }

  /** The partition on disk is nobody's as far as can be told. */
  void leaveAlone(TopicPartition name) {
    unopened.remove(name);
  }

  /** What is known of a partition's log that was closed without a flush in this run. */
  PartitionLog.OpenOptions reopening(TopicPartition name, int producerIdExpirationMs) {
    return openOptions(name, false, producerIdExpirationMs);
  }

  private PartitionLog.OpenOptions openOptions(
      TopicPartition name, boolean clean, int producerIdExpirationMs) {
    return new PartitionLog.OpenOptions(
        checkpoint(Checkpoint.RECOVERY_POINT, name),
        checkpoint(Checkpoint.LOG_START, name),
        checkpoint(Checkpoint.CLEANED_UP_TO, name),
        clean,
        producerIdExpirationMs);
  }

  long highWatermark(TopicPartition name) {
    return checkpoint(Checkpoint.HIGH_WATERMARK, name);
  }

  private long checkpoint(Checkpoint checkpoint, TopicPartition name) {
    return checkpoints.get(checkpoint).getOrDefault(name, 0L);
  }

  /** Notes an offset for the next {@link #writeCheckpoint}. */
  void note(Checkpoint checkpoint, TopicPartition name, long offset) {
    if (offset > 0) {
      checkpoints.get(checkpoint).put(name, offset);
    } else {
      checkpoints.get(checkpoint).remove(name);
    }
  }

  /**
   * A partition's log was cut below what was safe on the disk. What is written from there on is not
   * safe yet, so the checkpoint must not say so: it is written now if it does.
   */
  void recoveryPointFell(TopicPartition name, long offset) throws IOException {
    note(Checkpoint.RECOVERY_POINT, name, offset);
    if (written.get(Checkpoint.RECOVERY_POINT).getOrDefault(name, 0L) > offset) {
      writeCheckpoint(Checkpoint.RECOVERY_POINT);
    }
  }

  /** Writes what was noted, unless it stands there already. */
  synchronized void writeCheckpoint(Checkpoint checkpoint) throws IOException {
    Map<TopicPartition, Long> offsets = Map.copyOf(checkpoints.get(checkpoint));
    if (!offsets.equals(written.get(checkpoint))) {
      files.writeCheckpoint(checkpoint, offsets);
      written.put(checkpoint, offsets);
    }
  }

  void markCleanStop(long brokerEpoch) throws IOException {
    files.markCleanShutdown(brokerEpoch);
  }

  /** The copies that an earlier run has begun here, until each is gone on with or dropped. */
  List<PartitionDirectory> copies() {
    return List.copyOf(copies.values());
  }

  /** Erases a copy that an earlier run has begun. */
  void dropCopy(TopicPartition name) throws IOException {
    PartitionDirectory begun = copies.remove(name);
    if (begun != null) {
      files.erase(begun.path());
    }
  }

  /**
   * A place for a copy of the partition's log: where an earlier run has begun one, or a new one.
   */
  Path copyPath(TopicPartition name) {
    PartitionDirectory begun = copies.remove(name);
    return begun == null ? files.copyPath(name, UUID.randomUUID()) : begun.path();
  }

  /** What is known of a copy that is about to be opened: nothing, so what is there is looked at. */
  PartitionLog.OpenOptions openingCopy(int producerIdExpirationMs) {
    return new PartitionLog.OpenOptions(0, 0, 0, false, producerIdExpirationMs);
  }

  /** Makes a complete copy the partition's log in this directory, and opens it as such. */
  PartitionLog adopt(PartitionLog copy, LogConfig config, int producerIdExpirationMs, long nowMs)
      throws IOException {
    TopicPartition name = copy.name();
    forgetNamesake(name);
    copy.close();
    files.adopt(copy.directory(), name);
    note(Checkpoint.LOG_START, name, copy.logStartOffset());
    note(Checkpoint.RECOVERY_POINT, name, copy.logEndOffset());
    return PartitionLog.open(
        partitionPath(name),
        name,
        copy.topicId(),
        config,
        openOptions(name, true, producerIdExpirationMs),
        nowMs);
  }

  /** Takes a partition out; what is returned is to be {@link #erase}d. */
  Path markDeleted(TopicPartition name) throws IOException {
    checkpoints.values().forEach(offsets -> offsets.remove(name));
    unopened.remove(name);
    return files.markDeleted(name);
  }

  void erase(Path marked) throws IOException {
    files.erase(marked);
  }

  @Override
  public String toString() {
    return path().toString();
  }
}
