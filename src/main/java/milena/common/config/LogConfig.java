package milena.common.config;

import java.util.Optional;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;

/**
 * A topic's settings as they are in force for its logs: what was set on the topic, else the
 * broker's defaults. Names and meanings are those of Kafka's topic settings; -1 means "no limit"
 * where Kafka says so.
 *
 * @param compression what the broker recompresses to; empty for {@code compression.type=producer}
 */
public record LogConfig(
    int segmentBytes,
    long segmentMs,
    long segmentJitterMs,
    int segmentIndexBytes,
    int indexIntervalBytes,
    long flushMessages,
    long flushMs,
    long retentionBytes,
    long retentionMs,
    boolean delete,
    boolean compact,
    long deleteRetentionMs,
    long fileDeleteDelayMs,
    double minCleanableDirtyRatio,
    long minCompactionLagMs,
    long maxCompactionLagMs,
    int maxMessageBytes,
    Optional<Compression> compression,
    TimestampType timestampType,
    long timestampBeforeMaxMs,
    long timestampAfterMaxMs,
    int minInSyncReplicas,
    boolean uncleanLeaderElection,
    boolean preallocate) {

  /** Kafka's defaults. */
  public static final LogConfig DEFAULT =
      new LogConfig(
          1 << 30,
          7L * 24 * 3600 * 1000,
          0,
          10 << 20,
          4096,
          Long.MAX_VALUE,
          Long.MAX_VALUE,
          -1,
          7L * 24 * 3600 * 1000,
          true,
          false,
          24L * 3600 * 1000,
          60_000,
          0.5,
          0,
          Long.MAX_VALUE,
          1048588,
          Optional.empty(),
          TimestampType.CREATE_TIME,
          Long.MAX_VALUE,
          3_600_000,
          1,
          false,
          false);
}
