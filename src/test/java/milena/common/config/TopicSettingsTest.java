package milena.common.config;

import static org.junit.Assert.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.common.config.ConfigLayers.Said;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class TopicSettingsTest extends JUnitSuite {

  /** What is said where, and which of it is in force. */
  @Test
  public void finerUnitsAndUpperLayersGoFirst() {
    retention(604_800_000L, Map.of(), Map.of(), Map.of());
    retention(7_200_000L, Map.of("log.retention.hours", "2"), Map.of(), Map.of());
    retention(
        180_000L,
        Map.of("log.retention.hours", "2", "log.retention.minutes", "3"),
        Map.of(),
        Map.of());
    retention(
        4L,
        Map.of("log.retention.hours", "2", "log.retention.minutes", "3", "log.retention.ms", "4"),
        Map.of(),
        Map.of());
    retention(-1L, Map.of("log.retention.hours", "-1"), Map.of(), Map.of());
    Map<String, String> dynamic = Map.of("log.retention.ms", "5");
    retention(5L, Map.of("log.retention.ms", "4"), dynamic, Map.of());
    retention(5L, Map.of("log.retention.minutes", "3"), dynamic, Map.of());
    retention(6L, Map.of(), dynamic, Map.of("retention.ms", "6"));
    retention(5L, Map.of(), dynamic, Map.of("retention.ms", "not a number"));
    retention(604_800_000L, Map.of(), Map.of("log.retention.ms", "x"), Map.of());
  }

  private static void retention(
      long expected,
      Map<String, String> given,
      Map<String, String> ofCluster,
      Map<String, String> own) {
    ConfigLayers layers = new ConfigLayers(given, ofCluster, Map.of());
    assertEquals(expected, LogConfig.of(own, layers).retentionMs());
  }

  @Test
  public void aBrokersOwnGoesBeforeTheClusters() {
    ConfigLayers layers =
        new ConfigLayers(
            Map.of("log.segment.bytes", "2000000"),
            Map.of("log.segment.bytes", "3000000"),
            Map.of("log.segment.bytes", "4000000"));
    assertEquals(4_000_000, LogConfig.of(Map.of(), layers).segmentBytes());
    assertEquals(
        List.of(
            new Said("log.segment.bytes", "4000000", ConfigSource.DYNAMIC_BROKER),
            new Said("log.segment.bytes", "3000000", ConfigSource.DYNAMIC_DEFAULT_BROKER),
            new Said("log.segment.bytes", "2000000", ConfigSource.STATIC_BROKER),
            new Said("log.segment.bytes", "1073741824", ConfigSource.DEFAULT)),
        layers.said("log.segment.bytes"));
  }

  @Test
  public void everySettingReachesTheLog() {
    ConfigLayers none = ConfigLayers.of(Map.of());
    LogConfig config =
        LogConfig.of(
            Map.of(
                "cleanup.policy", "compact,delete",
                "message.timestamp.type", "LogAppendTime",
                "compression.type", "zstd",
                "compression.zstd.level", "5",
                "internal.segment.bytes", "1024",
                "min.insync.replicas", "2",
                "flush.ms", "0",
                "preallocate", "true"),
            none);
    assertEquals(true, config.compact());
    assertEquals(true, config.delete());
    assertEquals(TimestampType.LOG_APPEND_TIME, config.timestampType());
    assertEquals(Optional.of(Compression.zstd().level(5).build()), config.compression());
    assertEquals(1024, config.segmentBytes());
    assertEquals(2, config.minInSyncReplicas());
    assertEquals(0, config.flushMs());
    assertEquals(true, config.preallocate());
    assertEquals(
        Optional.of(Compression.gzip().build()),
        LogConfig.of(Map.of("compression.type", "gzip"), none).compression());
    assertEquals(
        Optional.of(Compression.NONE),
        LogConfig.of(Map.of("compression.type", "uncompressed"), none).compression());
  }

  @Test
  public void saysWhatIsWrongWithATopicsSettings() {
    problem("Unknown topic config name: retention", Map.of("retention", "1"));
    problem("Invalid value soon for configuration retention.ms", Map.of("retention.ms", "soon"));
    problem("Invalid value 5 for configuration segment.bytes", Map.of("segment.bytes", "5"));
    problem(
        "min.compaction.lag.ms (5) is larger than",
        Map.of("min.compaction.lag.ms", "5", "max.compaction.lag.ms", "4"));
    problem("remote.storage.enable=true is not served", Map.of("remote.storage.enable", "true"));
    problem("Invalid value dilute for", Map.of("cleanup.policy", "compact,dilute"));
    problem("Invalid value [1-2] for", Map.of("leader.replication.throttled.replicas", "1-2"));
    assertEquals(
        Optional.empty(),
        TopicSettings.problem(
            Map.of("follower.replication.throttled.replicas", "*", "retention.ms", "-1"),
            ConfigLayers.of(Map.of())));
  }

  private static void problem(String expected, Map<String, String> own) {
    String problem = TopicSettings.problem(own, ConfigLayers.of(Map.of())).orElse("none");
    assertEquals(expected, problem.substring(0, Math.min(problem.length(), expected.length())));
  }

  @Test
  public void rulesKnowListsAndDefaults() {
    SettingsRules rules =
        new SettingsRules(ConfigLayers.of(Map.of("log.cleanup.policy", "compact")));
    assertEquals(true, rules.isList(Type.TOPIC, "cleanup.policy"));
    assertEquals(false, rules.isList(Type.TOPIC, "retention.ms"));
    assertEquals(false, rules.isList(Type.TOPIC, "nonsense"));
    assertEquals("compact", rules.defaultValue(Type.TOPIC, "cleanup.policy"));
    assertEquals("delete", rules.defaultValue(Type.BROKER, "log.cleanup.policy"));
    assertEquals(
        Errors.INVALID_REQUEST,
        rules
            .validate(new ConfigResource(Type.BROKER, ""), Map.of("ssl.protocol", "TLS"))
            .toError());
    assertEquals(
        Errors.NONE,
        rules
            .validate(
                new ConfigResource(Type.BROKER, "1"),
                Map.of("listener.name.plaintext.ssl.protocol", "TLS"))
            .toError());
    assertEquals(
        Errors.INVALID_REQUEST,
        rules
            .validate(
                new ConfigResource(Type.BROKER, ""),
                Map.of("listener.name.plaintext.ssl.protocol", "TLS"))
            .toError());
  }
}
