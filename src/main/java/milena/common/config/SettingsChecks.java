package milena.common.config;

import java.util.List;
import org.apache.kafka.common.config.ConfigException;

/** What settings must be to one another, where each alone is fine. */
final class SettingsChecks {
  private final ConfigLayers layers;
  private final List<String> problems;

  private SettingsChecks(ConfigLayers layers, List<String> problems) {
    this.layers = layers;
    this.problems = problems;
  }

  /** Adds a line to {@code problems} for each thing that does not fit together. */
  static void check(ConfigLayers layers, List<String> problems) {
    SettingsChecks checks = new SettingsChecks(layers, problems);
    checks.times();
    checks.sizes();
    checks.connections();
  }

  private void times() {
    for (String name :
        List.of("log.retention.ms", "log.retention.minutes", "log.retention.hours")) {
      Object value = layers.value(name);
      if (value != null
          && (((Number) value).longValue() == 0 || ((Number) value).longValue() < -1)) {
        problems.add(name + ": must be -1 (for ever) or at least 1, not " + value);
      }
    }
    ordered("log.cleaner.min.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms");
    ordered("group.min.session.timeout.ms", "group.max.session.timeout.ms");
    ordered("replica.fetch.wait.max.ms", "replica.lag.time.max.ms");
    if (layers.integer("broker.heartbeat.interval.ms") <= 0) {
      problems.add("broker.heartbeat.interval.ms: must be at least 1");
    }
    if (layers.integer("broker.session.timeout.ms")
        < 2 * layers.integer("broker.heartbeat.interval.ms")) {
      problems.add(
          "broker.session.timeout.ms: must be at least twice broker.heartbeat.interval.ms, which"
              + " is "
              + layers.text("broker.heartbeat.interval.ms"));
    }
  }

  private void sizes() {
    ordered("replica.fetch.min.bytes", "replica.fetch.response.max.bytes");
    long queued = layers.wide("queued.max.request.bytes");
    if (queued != -1 && queued < layers.integer("socket.request.max.bytes")) {
      problems.add(
          "queued.max.request.bytes: must be -1 or at least socket.request.max.bytes, which is "
              + layers.text("socket.request.max.bytes"));
    }
    if (layers.integer("default.replication.factor") < 1
        && layers.integer("default.replication.factor") != -1) {
      problems.add("default.replication.factor: must be at least 1");
    }
    if (layers.wide("log.cleaner.dedupe.buffer.size") < 1024 * 1024) {
      problems.add("log.cleaner.dedupe.buffer.size: must be at least 1048576");
    }
    if (layers.wide("log.flush.scheduler.interval.ms") < 1) {
      problems.add("log.flush.scheduler.interval.ms: must be at least 1");
    }
  }

  private void connections() {
    try {
      BrokerConfigParser.counts(layers.text("max.connections.per.ip.overrides"));
      if (layers.integer("max.connections.per.ip") == 0
          && layers.text("max.connections.per.ip.overrides").isEmpty()) {
        problems.add(
            "max.connections.per.ip: can be 0 only with max.connections.per.ip.overrides, since"
                + " nobody could connect");
      }
    } catch (ConfigException e) {
      problems.add("max.connections.per.ip.overrides: " + e.getMessage());
    }
  }

  private void ordered(String lower, String higher) {
    if (layers.wide(lower) > layers.wide(higher)) {
      problems.add(
          lower + ": must not be larger than " + higher + ", which is " + layers.text(higher));
    }
  }
}
