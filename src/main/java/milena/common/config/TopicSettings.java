package milena.common.config;

import static milena.common.config.Setting.flag;
import static milena.common.config.Setting.integer;
import static milena.common.config.Setting.list;
import static milena.common.config.Setting.wide;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;

/**
 * The table of all topic settings, each with the broker settings that give its default, and the
 * resolution of a topic's own settings over them.
 */
public final class TopicSettings {
  private static final long HOUR = 3_600_000L;
  private static final String TIERED = "there is no tiered storage";

  /** A list of {@code partition:broker} pairs, or {@code *} for all of them. */
  private static final Validator REPLICAS =
      (name, value) -> {
        if (value instanceof List<?> pairs
            && !pairs.equals(List.of("*"))
            && !pairs.stream().allMatch(pair -> ((String) pair).matches("\\s*\\d+:\\d+\\s*"))) {
          throw new ConfigException(
              name, value, "Must be * or a list of partition:broker pairs, such as 0:1,1:2");
        }
      };

  private static final Map<String, Entry> TABLE = table();

  private TopicSettings() {}

  /**
   * A topic setting and the broker settings behind it, each before those that it overrides.
   *
   * @param broker none for a setting that only topics have
   */
  public record Entry(Setting setting, List<Synonym> broker) {}

  /** A broker setting that means the same, in units of {@code scale} times the topic setting's. */
  public record Synonym(String name, long scale) {}

  /** All topic settings. */
  public static Collection<Entry> all() {
    return TABLE.values();
  }

  /** The topic setting of this name, or null. */
  public static Setting find(String name) {
    Entry entry = TABLE.get(name);
    return entry == null ? null : entry.setting();
  }

  /** The broker setting that gives the default of a topic setting, if there is one. */
  public static Optional<String> brokerName(String name) {
    Entry entry = TABLE.get(name);
    return entry == null || entry.broker().isEmpty()
        ? Optional.empty()
        : Optional.of(entry.broker().get(0).name());
  }

  /**
   * The value in force for a topic, or null where there is none.
   *
   * @param own what was set on the topic
   */
  public static Object value(String name, Map<String, String> own, ConfigLayers broker) {
    Entry entry = TABLE.get(name);
    Setting setting = entry.setting();
    String text = own.get(name);
    if (text != null) {
      try {
        return setting.parse(text);
      } catch (ConfigException e) {
        // A value that an older version let pass: as if it were not set.
      }
    }
    for (Synonym synonym : entry.broker()) {
      Object value = broker.value(synonym.name());
      if (value != null) {
        return synonym.scale() == 1 ? value : scaled((Number) value, synonym.scale());
      }
    }
    return setting.defaultValue();
  }

  private static long scaled(Number value, long scale) {
    return value.longValue() < 0 ? -1 : value.longValue() * scale;
  }

  /** The topic's settings in force, by name, as text; those without a value are left out. */
  public static Map<String, String> inForce(Map<String, String> own, ConfigLayers broker) {
    Map<String, String> values = new LinkedHashMap<>();
    TABLE.forEach(
        (name, entry) -> {
          Object value = value(name, own, broker);
          if (value != null && !(entry.setting().hidden() && !own.containsKey(name))) {
            values.put(name, entry.setting().asText(value));
          }
        });
    return values;
  }

  /** What is wrong with a topic's own settings, in one sentence; empty when nothing is. */
  public static Optional<String> problem(Map<String, String> own, ConfigLayers broker) {
    List<String> nulls = new ArrayList<>();
    own.forEach(
        (name, value) -> {
          if (value == null) {
            nulls.add(name);
          }
        });
    if (!nulls.isEmpty()) {
      nulls.sort(null);
      return Optional.of("Null value not supported for topic configs: " + String.join(",", nulls));
    }
    for (Map.Entry<String, String> each : own.entrySet()) {
      Optional<String> problem = problem(each.getKey(), each.getValue());
      if (problem.isPresent()) {
        return problem;
      }
    }
    long least = (Long) value("min.compaction.lag.ms", own, broker);
    long most = (Long) value("max.compaction.lag.ms", own, broker);
    if (least > most) {
      return Optional.of(
          "min.compaction.lag.ms ("
              + least
              + ") is larger than max.compaction.lag.ms ("
              + most
              + ")");
    }
    return Optional.empty();
  }

  private static Optional<String> problem(String name, String text) {
    Setting setting = find(name);
    if (setting == null) {
      return Optional.of("Unknown topic config name: " + name);
    }
    try {
      if (setting.support() == Setting.Support.REFUSED && !setting.isDefault(text)) {
        return Optional.of(name + "=" + text + " is not served: " + setting.note());
      }
      setting.parse(text);
      return Optional.empty();
    } catch (ConfigException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static Map<String, Entry> table() {
    Map<String, Entry> table = new LinkedHashMap<>();
    logged(table, "cleanup.policy", "log.cleanup.policy");
    same(table, "compression.type", "compression.gzip.level", "compression.lz4.level");
    same(table, "compression.zstd.level", "min.insync.replicas", "unclean.leader.election.enable");
    logged(table, "segment.bytes", "log.segment.bytes");
    chained(table, "segment.ms", "log.roll.ms", "log.roll.hours");
    chained(table, "segment.jitter.ms", "log.roll.jitter.ms", "log.roll.jitter.hours");
    logged(table, "segment.index.bytes", "log.index.size.max.bytes");
    logged(table, "index.interval.bytes", "log.index.interval.bytes");
    logged(table, "flush.messages", "log.flush.interval.messages");
    put(
        table,
        wide("flush.ms", Long.MAX_VALUE).atLeast(0),
        "log.flush.interval.ms",
        List.of(
            new Synonym("log.flush.interval.ms", 1),
            new Synonym("log.flush.scheduler.interval.ms", 1)));
    logged(table, "retention.bytes", "log.retention.bytes");
    put(
        table,
        wide("retention.ms", 168 * HOUR).atLeast(-1),
        "log.retention.ms",
        List.of(
            new Synonym("log.retention.ms", 1),
            new Synonym("log.retention.minutes", 60_000),
            new Synonym("log.retention.hours", HOUR)));
    logged(table, "max.message.bytes", "message.max.bytes");
    logged(table, "delete.retention.ms", "log.cleaner.delete.retention.ms");
    logged(table, "file.delete.delay.ms", "log.segment.delete.delay.ms");
    logged(table, "min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio");
    logged(table, "min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms");
    logged(table, "max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms");
    logged(table, "preallocate", "log.preallocate");
    logged(table, "message.timestamp.type", "log.message.timestamp.type");
    logged(table, "message.timestamp.before.max.ms", "log.message.timestamp.before.max.ms");
    logged(table, "message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms");
    logged(table, "local.retention.ms", "log.local.retention.ms");
    logged(table, "local.retention.bytes", "log.local.retention.bytes");
    List<Setting> topicsOnly =
        List.of(
            list(ThrottledReplicas.LEADERS)
                .valid(REPLICAS)
                .doc("Replicas whose replication is slowed down on the leader's side."),
            list(ThrottledReplicas.FOLLOWERS)
                .valid(REPLICAS)
                .doc("Replicas whose replication is slowed down on the follower's side."),
            flag("remote.storage.enable", false)
                .refused(TIERED)
                .doc("Whether the topic's old segments move to a remote store."),
            flag("remote.log.copy.disable", false)
                .refused(TIERED)
                .doc("Whether no more segments move there."),
            flag("remote.log.delete.on.disable", false)
                .refused(TIERED)
                .doc("Whether they are deleted there when that ends."),
            integer("internal.segment.bytes", null)
                .internal()
                .doc("A segment size below the least one of segment.bytes, for tests."));
    topicsOnly.forEach(setting -> table.put(setting.name(), new Entry(setting, List.of())));
    return table;
  }

  private static void same(Map<String, Entry> table, String... names) {
    for (String name : names) {
      logged(table, name, name);
    }
  }

  /** A topic setting of the same type, bounds and default as its broker setting. */
  private static void logged(Map<String, Entry> table, String name, String brokerName) {
    Setting broker = BrokerSettings.find(brokerName);
    Setting setting =
        Setting.of(name, broker.type(), broker.defaultValue()).valid(broker.validator());
    put(table, setting, brokerName, List.of(new Synonym(brokerName, 1)));
  }

  /** A time whose broker setting has an older twin in hours. */
  private static void chained(
      Map<String, Entry> table, String name, String brokerMillis, String brokerHours) {
    Setting hours = BrokerSettings.find(brokerHours);
    Setting setting =
        wide(name, ((Number) hours.defaultValue()).longValue() * HOUR).valid(hours.validator());
    put(
        table,
        setting,
        brokerMillis,
        List.of(new Synonym(brokerMillis, 1), new Synonym(brokerHours, HOUR)));
  }

  private static void put(
      Map<String, Entry> table, Setting setting, String brokerName, List<Synonym> synonyms) {
    Setting broker = BrokerSettings.find(brokerName);
    Setting described = setting.doc(broker.doc());
    table.put(
        setting.name(),
        new Entry(
            broker.support() == Setting.Support.IDLE ? described.idle(broker.note()) : described,
            synonyms));
  }
}
