package milena.group.offsets;

/**
 * What is kept of committed offsets, under Kafka's names.
 *
 * @param metadataMaxLength offset.metadata.max.bytes
 * @param retentionMs offsets.retention.minutes, in milliseconds
 * @param retentionCheckIntervalMs offsets.retention.check.interval.ms
 */
public record OffsetsConfig(
    int metadataMaxLength, long retentionMs, long retentionCheckIntervalMs) {
  public static final OffsetsConfig DEFAULTS =
      new OffsetsConfig(4_096, 7L * 24 * 60 * 60 * 1_000, 600_000);
}
