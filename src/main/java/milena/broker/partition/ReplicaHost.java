package milena.broker.partition;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import milena.common.config.BrokerConfig.Upkeep;
import milena.log.CompactionLimits;
import milena.record.BatchValidator;

/**
 * What the replicas of one node have in common.
 *
 * @param brokerId this node's
 * @param registry where replicas show themselves
 * @param clock wall-clock milliseconds
 * @param blocking runs what blocks for as long as the disk likes: fsync, erasing files, compaction
 * @param directoryFailed told once of each directory that has gone offline, on a replica's thread
 * @param upkeep how their logs are looked after, now
 * @param compactions whose turn it is to compact
 * @param pace how fast they may
 * @param retention what it has deleted lately
 * @param peers the way to the replicas of other nodes
 * @param validators one per thread, since each keeps its codecs' buffers
 */
public record ReplicaHost(
    int brokerId,
    PartitionRegistry registry,
    LongSupplier clock,
    Executor blocking,
    UpkeepSettings upkeep,
    Consumer<ReplicaDirectory> directoryFailed,
    CompactionTurns compactions,
    CompactionPace pace,
    RetentionTally retention,
    ReplicaPeers peers,
    ThreadLocal<BatchValidator> validators) {

  /** What an array has room for. */
  private static final int MAX_KEYS = 40_000_000;

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
        UpkeepSettings.of(producerIdExpirationMs),
        directoryFailed,
        new ReplicaPeers(ALONE_LAG_MAX_MS));
  }

  public ReplicaHost(
      int brokerId,
      PartitionRegistry registry,
      LongSupplier clock,
      Executor blocking,
      UpkeepSettings upkeep,
      Consumer<ReplicaDirectory> directoryFailed,
      ReplicaPeers peers) {
    this(
        brokerId,
        registry,
        clock,
        blocking,
        upkeep,
        directoryFailed,
        new CompactionTurns(() -> upkeep.current().compactionThreads()),
        new CompactionPace(upkeep),
        new RetentionTally(),
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

  /** How long an idle producer is remembered. */
  int producerIdExpirationMs() {
    return upkeep.current().producerExpiryMs();
  }

  /** What a compaction that begins now may take. */
  CompactionLimits compactionLimits() {
    Upkeep now = upkeep.current();
    double bytes = now.compactionBufferBytes() * now.compactionLoadFactor();
    double keys = bytes / Math.max(1, now.compactionThreads()) / CompactionLimits.KEY_BYTES;
    return new CompactionLimits((int) Math.max(1, Math.min(MAX_KEYS, keys)), pace);
  }

  long nowMs() {
    return clock.getAsLong();
  }
}
