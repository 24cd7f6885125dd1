package milena.common.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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

  /**
   * What is in force for a topic.
   *
   * @param own what was set on the topic
   * @param broker what its defaults come from
   */
  public static LogConfig of(Map<String, String> own, ConfigLayers broker) {
    Function<String, Object> value = name -> TopicSettings.value(name, own, broker);
    Object smallSegment = value.apply("internal.segment.bytes");
    List<?> policy = (List<?>) value.apply("cleanup.policy");
    return new LogConfig(
        (Integer) (smallSegment != null ? smallSegment : value.apply("segment.bytes")),
        (Long) value.apply("segment.ms"),
        (Long) value.apply("segment.jitter.ms"),
        (Integer) value.apply("segment.index.bytes"),
        (Integer) value.apply("index.interval.bytes"),
        (Long) value.apply("flush.messages"),
        (Long) value.apply("flush.ms"),
        (Long) value.apply("retention.bytes"),
        (Long) value.apply("retention.ms"),
        policy.contains("delete"),
        policy.contains("compact"),
        (Long) value.apply("delete.retention.ms"),
        (Long) value.apply("file.delete.delay.ms"),
        (Double) value.apply("min.cleanable.dirty.ratio"),
        (Long) value.apply("min.compaction.lag.ms"),
        (Long) value.apply("max.compaction.lag.ms"),
        (Integer) value.apply("max.message.bytes"),
        compression(value),
        TimestampType.forName((String) value.apply("message.timestamp.type")),
        (Long) value.apply("message.timestamp.before.max.ms"),
        (Long) value.apply("message.timestamp.after.max.ms"),
        (Integer) value.apply("min.insync.replicas"),
        (Boolean) value.apply("unclean.leader.election.enable"),
        (Boolean) value.apply("preallocate"));
  }

  private static Optional<Compression> compression(Function<String, Object> value) {
    String type = (String) value.apply("compression.type");
    return switch (type) {
      case "producer" -> Optional.empty();
      case "gzip" ->
          Optional.of(
              Compression.gzip().level((Integer) value.apply("compression.gzip.level")).build());
      case "lz4" ->
          Optional.of(
              Compression.lz4().level((Integer) value.apply("compression.lz4.level")).build());
      case "zstd" ->
          Optional.of(
              Compression.zstd().level((Integer) value.apply("compression.zstd.level")).build());
      case "snappy" -> Optional.of(Compression.snappy().build());
      default -> Optional.of(Compression.NONE);
    };
  }

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
