package milena.broker.raft;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.LeaderElection;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.server.RaftServerConfigKeys.Rpc;
import org.apache.ratis.server.RaftServerConfigKeys.Snapshot;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * Ratis as a metadata log needs it: a few commands a second, entries of a kilobyte and seldom of a
 * megabyte. Ratis's own defaults are made for a data store and would take hundreds of megabytes.
 */
final class RatisProperties {
  /**
   * The largest entry. Creating 10,000 partitions with three replicas each, the most that one
   * request may, takes a fifth of it.
   */
  static final int MAX_ENTRY_BYTES = 2 << 20;

  private static final int ENTRY_OVERHEAD_BYTES = 64 << 10;
  private static final int SNAPSHOT_EVERY_ENTRIES = 500;
  private static final int SNAPSHOTS_KEPT = 2;

  /** Below the frame size of the lane that carries Raft messages. */
  private static final SizeInBytes SNAPSHOT_CHUNK = SizeInBytes.valueOf("1MB");

  private static final TimeDuration NEVER = TimeDuration.valueOf(365, TimeUnit.DAYS);

  private RatisProperties() {}

  static RaftProperties of(RaftSettings settings) {
    RaftProperties properties = new RaftProperties();
    RaftConfigKeys.Rpc.setType(properties, new RaftRpc());
    RaftServerConfigKeys.setStorageDir(properties, List.of(settings.raftDirectory().toFile()));
    // After a long pause of the machine a node goes on; what it missed it learns from the leader.
    RaftServerConfigKeys.setCloseThreshold(properties, NEVER);
    RaftServerConfigKeys.setSleepDeviationThreshold(properties, millis(5_000));
    RaftServerConfigKeys.RetryCache.setExpiryTime(properties, millis(5_000));
    log(properties);
    snapshots(properties);
    elections(properties, settings);
    return properties;
  }

  private static void log(RaftProperties properties) {
    Log.setSegmentSizeMax(properties, SizeInBytes.valueOf("8MB"));
    Log.setPreallocatedSize(properties, SizeInBytes.valueOf("256KB"));
    Log.Appender.setBufferByteLimit(properties, SizeInBytes.valueOf(MAX_ENTRY_BYTES));
    Log.setWriteBufferSize(properties, SizeInBytes.valueOf(MAX_ENTRY_BYTES + ENTRY_OVERHEAD_BYTES));
    Log.setSegmentCacheNumMax(properties, 2);
    Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf("4MB"));
    Log.Appender.setSnapshotChunkSizeMax(properties, SNAPSHOT_CHUNK);
    // Else Ratis chains each append to the one before, and after one failure fails all that follow.
    Log.setAppendEntriesComposeEnabled(properties, false);
    RaftServerConfigKeys.Write.setByteLimit(properties, SizeInBytes.valueOf("16MB"));
    // Damage is never skipped; what a crash leaves at the end is cut before Ratis looks.
    Log.setCorruptionPolicy(properties, Log.CorruptionPolicy.EXCEPTION);
  }

  private static void snapshots(RaftProperties properties) {
    Snapshot.setAutoTriggerEnabled(properties, true);
    Snapshot.setAutoTriggerThreshold(properties, SNAPSHOT_EVERY_ENTRIES);
    Snapshot.setRetentionFileNum(properties, SNAPSHOTS_KEPT);
    // A voter that is away must not make the log of the others grow: it gets a snapshot.
    Log.setPurgeUptoSnapshotIndex(properties, true);
    Log.setPurgeGap(properties, SNAPSHOT_EVERY_ENTRIES / 2);
    Snapshot.setTriggerWhenStopEnabled(properties, true);
  }

  /**
   * A follower waits between three and six quarters of the time-out set. That outlasts the pauses
   * of a loaded machine mostly; where it doesn't, the vote before the vote lets the leader stay as
   * long as the others hear it.
   */
  private static void elections(RaftProperties properties, RaftSettings settings) {
    boolean alone = settings.isAlone();
    long timeout = settings.electionTimeoutMs();
    Rpc.setTimeoutMin(properties, millis(timeout * 3 / 4));
    Rpc.setTimeoutMax(properties, millis(timeout * 3 / 2));
    Rpc.setRequestTimeout(properties, millis(settings.requestTimeout().toMillis()));
    // Alone there is nobody to wait for, and no pause after which somebody else might lead.
    Rpc.setFirstElectionTimeoutMin(properties, millis(alone ? 1 : timeout * 3 / 10));
    Rpc.setFirstElectionTimeoutMax(properties, millis(alone ? 2 : timeout * 9 / 10));
    LeaderElection.setLeaderStepDownWaitTime(properties, alone ? NEVER : millis(timeout * 3));
  }

  private static TimeDuration millis(long millis) {
    return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
  }
}
