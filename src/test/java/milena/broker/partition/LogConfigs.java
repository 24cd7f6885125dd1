package milena.broker.partition;

import java.util.function.Consumer;
import milena.common.config.LogConfig;

/** A topic's settings with some changed from Kafka's defaults. */
final class LogConfigs {
  private static final LogConfig DEFAULT = LogConfig.DEFAULT;

  int segmentBytes = DEFAULT.segmentBytes();
  long flushMessages = DEFAULT.flushMessages();
  long retentionMs = DEFAULT.retentionMs();
  long fileDeleteDelayMs = DEFAULT.fileDeleteDelayMs();
  int maxMessageBytes = DEFAULT.maxMessageBytes();
  boolean compact;
  int minInSyncReplicas = DEFAULT.minInSyncReplicas();

  private LogConfigs() {}

  static LogConfig with(Consumer<LogConfigs> change) {
    LogConfigs settings = new LogConfigs();
    change.accept(settings);
    return new LogConfig(
        settings.segmentBytes,
        DEFAULT.segmentMs(),
        DEFAULT.segmentJitterMs(),
        DEFAULT.segmentIndexBytes(),
        DEFAULT.indexIntervalBytes(),
        settings.flushMessages,
        DEFAULT.flushMs(),
        DEFAULT.retentionBytes(),
        settings.retentionMs,
        !settings.compact,
        settings.compact,
        DEFAULT.deleteRetentionMs(),
        settings.fileDeleteDelayMs,
        DEFAULT.minCleanableDirtyRatio(),
        DEFAULT.minCompactionLagMs(),
        DEFAULT.maxCompactionLagMs(),
        settings.maxMessageBytes,
        DEFAULT.compression(),
        DEFAULT.timestampType(),
        DEFAULT.timestampBeforeMaxMs(),
        DEFAULT.timestampAfterMaxMs(),
        settings.minInSyncReplicas,
        DEFAULT.uncleanLeaderElection(),
        DEFAULT.preallocate());
  }
}
