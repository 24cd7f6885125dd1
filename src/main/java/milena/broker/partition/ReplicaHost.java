package milena.broker.partition;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import milena.record.BatchValidator;

/**
 * What the replicas of one node have in common.
 *
 * @param brokerId this node's
 * @param registry where replicas show themselves
 * @param clock wall-clock milliseconds
 * @param blocking runs what blocks for as long as the disk likes: fsync, erasing files, compaction
 * @param directoryFailed told once of each directory that has gone offline, on a replica's thread
 * @param compactions whose turn it is to compact
 * @param peers the way to the replicas of other nodes
 * @param validators one per thread, since each keeps its codecs' buffers
 */
public record ReplicaHost(
    int brokerId,
    PartitionRegistry registry,
    LongSupplier clock,
    Executor blocking,
    int producerIdExpirationMs,
    Consumer<ReplicaDirectory> directoryFailed,
    CompactionTurns compactions,
    ReplicaPeers peers,
    ThreadLocal<BatchValidator> validators) {

  private static final long ALONE_LAG_MAX_MS = 30_000;

  /** A node whose replicas know no others. */
  public ReplicaHost(
      int brokerId,
      PartitionRegistry registry,
      LongSupplier clock,
      Executor blocking,
      int producerIdExpirationMs,
      Consumer<ReplicaDirectory> directoryFailed) {
    this(
        brokerId,
        registry,
        clock,
        blocking,
        producerIdExpirationMs,
        directoryFailed,
        new ReplicaPeers(ALONE_LAG_MAX_MS));
  }

  public ReplicaHost(
      int brokerId,
      PartitionRegistry registry,
      LongSupplier clock,
      Executor blocking,
      int producerIdExpirationMs,
      Consumer<ReplicaDirectory> directoryFailed,
      ReplicaPeers peers) {
    this(
        brokerId,
        registry,
        clock,
        blocking,
        producerIdExpirationMs,
        directoryFailed,
        new CompactionTurns(),
        peers,
        ThreadLocal.withInitial(BatchValidator::new));
  }

  /** Does what a disk may refuse, which takes its directory offline. */
  void onDisk(ReplicaDirectory directory, DiskWork work) {
    try {
      work.run();
    } catch (IOException e) {
      failed(directory, e);
    }
  }

  /** Takes a directory offline, and tells so if it is news. */
  void failed(ReplicaDirectory directory, IOException cause) {
    if (directory.fail(cause)) {
      directoryFailed.accept(directory);
    }
  }

  long nowMs() {
    return clock.getAsLong();
  }
}
