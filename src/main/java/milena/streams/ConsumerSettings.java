package milena.streams;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.streams.core.OffsetReset;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a source reads. Immutable. Properties bear Kafka's names, defaults and units; those that only
 * make sense for a client with connections are taken and have no effect, which is logged once.
 *
 * <p>What a source keeps in memory is bounded by {@code max.partition.fetch.bytes} (1 MiB) for each
 * partition twice: what is being delivered, and what is read ahead.
 *
 * @param <K> of the records' keys
 * @param <V> of the records' values
 */
public final class ConsumerSettings<K, V> {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerSettings.class);

  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("auto.offset.reset", "latest"),
          Map.entry("isolation.level", "read_uncommitted"),
          Map.entry("max.partition.fetch.bytes", "1048576"),
          Map.entry("fetch.max.wait.ms", "500"),
          Map.entry("session.timeout.ms", "45000"),
          Map.entry("heartbeat.interval.ms", "3000"),
          Map.entry("max.poll.interval.ms", "300000"),
          Map.entry("metadata.max.age.ms", "300000"),
          Map.entry("retry.backoff.ms", "100"),
          Map.entry("check.crcs", "true"),
          Map.entry("allow.auto.create.topics", "true"),
          Map.entry(
              "partition.assignment.strategy",
              "org.apache.kafka.clients.consumer.RangeAssignor,"
                  + "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"));

  private final Brokers brokers;
  private final Deserializer<K> keyDeserializer;
  private final Deserializer<V> valueDeserializer;
  private final Map<String, String> properties;
  private final Duration stopTimeout;
  private final Duration commitTimeout;

  private ConsumerSettings(
      Brokers brokers,
      Deserializer<K> keyDeserializer,
      Deserializer<V> valueDeserializer,
      Map<String, String> properties,
      Duration stopTimeout,
      Duration commitTimeout) {
    this.brokers = brokers;
    this.keyDeserializer = keyDeserializer;
    this.valueDeserializer = valueDeserializer;
    this.properties = Map.copyOf(properties);
    this.stopTimeout = stopTimeout;
    this.commitTimeout = commitTimeout;
  }

  /** Settings with Kafka's defaults. */
  public static <K, V> ConsumerSettings<K, V> create(
      Brokers brokers, Deserializer<K> keyDeserializer, Deserializer<V> valueDeserializer) {
    return new ConsumerSettings<>(
        brokers,
        keyDeserializer,
        valueDeserializer,
        Map.of(),
        Duration.ofSeconds(30),
        Duration.ofSeconds(15));
  }

  /** The group whose partitions are read, and whose offsets are committed. */
  public ConsumerSettings<K, V> withGroupId(String groupId) {
    return withProperty("group.id", groupId);
  }

  /** Makes the source a static member of its group (KIP-345): it keeps its place for a while. */
  public ConsumerSettings<K, V> withGroupInstanceId(String instanceId) {
    return withProperty("group.instance.id", instanceId);
  }

  /**
   * Sets one of Kafka's consumer properties.
   *
   * @throws ConfigException when the property asks for what a source doesn't do
   */
  public ConsumerSettings<K, V> withProperty(String name, String value) {
    if (name.equals("enable.auto.commit") && Boolean.parseBoolean(value)) {
      throw new ConfigException(
          name, value, "A source commits what the stream has done: use Consumer.committableSource");
    }
    Map<String, String> all = new HashMap<>(properties);
    all.put(name, value);
    boolean isKnown =
        DEFAULTS.containsKey(name)
            || name.equals("group.id")
            || name.equals("group.instance.id")
            || name.equals("enable.auto.commit");
    if (!isKnown) {
      LOG.info("The property {} of a consumer has no effect on a stream inside the cluster", name);
    }
    return new ConsumerSettings<>(
        brokers, keyDeserializer, valueDeserializer, all, stopTimeout, commitTimeout);
  }

  /** Sets some of Kafka's consumer properties. */
  public ConsumerSettings<K, V> withProperties(Map<String, String> some) {
    ConsumerSettings<K, V> all = this;
    for (Map.Entry<String, String> each : some.entrySet()) {
      all = all.withProperty(each.getKey(), each.getValue());
    }
    return all;
  }

  /** How long a source that was stopped or cancelled stays around for commits. */
  public ConsumerSettings<K, V> withStopTimeout(Duration timeout) {
    return new ConsumerSettings<>(
        brokers, keyDeserializer, valueDeserializer, properties, timeout, commitTimeout);
  }

  /** After what time a commit fails. */
  public ConsumerSettings<K, V> withCommitTimeout(Duration timeout) {
    return new ConsumerSettings<>(
        brokers, keyDeserializer, valueDeserializer, properties, stopTimeout, timeout);
  }

  public Brokers brokers() {
    return brokers;
  }

  public Deserializer<K> keyDeserializer() {
    return keyDeserializer;
  }

  public Deserializer<V> valueDeserializer() {
    return valueDeserializer;
  }

  public Duration stopTimeout() {
    return stopTimeout;
  }

  public Duration commitTimeout() {
    return commitTimeout;
  }

  /** The group's id, if there is one. */
  public Optional<String> groupId() {
    return Optional.ofNullable(properties.get("group.id"));
  }

  /** The static member's name, if it has one. */
  public Optional<String> groupInstanceId() {
    return Optional.ofNullable(properties.get("group.instance.id"));
  }

  /** What to do without a position. */
  public OffsetReset offsetReset() {
    return OffsetReset.of(property("auto.offset.reset"));
  }

  /** Whether records of open and aborted transactions are left out. */
  public boolean isReadCommitted() {
    return "read_committed".equalsIgnoreCase(property("isolation.level"));
  }

  /** A property's value, or its default. */
  public String property(String name) {
    return properties.getOrDefault(name, DEFAULTS.get(name));
  }

  /** A property that is a number. */
  public int number(String name) {
    try {
      return Integer.parseInt(property(name).trim());
    } catch (NumberFormatException e) {
      throw new ConfigException(name, property(name), "It must be a number");
    }
  }

  /** New instances of the assignors, in the order of preference. */
  public List<ConsumerPartitionAssignor> assignors() {
    return ConsumerPartitionAssignor.getAssignorInstances(
        List.of(property("partition.assignment.strategy").split("\\s*,\\s*")), Map.of());
  }
}
