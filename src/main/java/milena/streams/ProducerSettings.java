package milena.streams;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Serializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a sink writes. Immutable. Properties bear Kafka's names, defaults and units; those that only
 * make sense for a client with connections are taken and have no effect, which is logged once.
 *
 * <p>Two defaults differ. {@code linger.ms} is 0, not 5: while a batch is under way the next one
 * gathers, so batches become large by themselves when there is much to write, and a record waits
 * for nothing when there is little. {@code batch.size} is 64 KiB, not 16: a client puts the batches
 * of many partitions into one request, where a stream sends each by itself.
 *
 * @param <K> of the records' keys
 * @param <V> of the records' values
 */
public final class ProducerSettings<K, V> {
  private static final Logger LOG = LoggerFactory.getLogger(ProducerSettings.class);

  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("acks", "all"),
          Map.entry("enable.idempotence", "true"),
          Map.entry("batch.size", "65536"),
          Map.entry("linger.ms", "0"),
          Map.entry("buffer.memory", "33554432"),
          Map.entry("compression.type", "none"),
          Map.entry("delivery.timeout.ms", "120000"),
          Map.entry("request.timeout.ms", "30000"),
          Map.entry("max.block.ms", "60000"),
          Map.entry("max.in.flight.requests.per.connection", "5"),
          Map.entry("retry.backoff.ms", "100"));

  private final Brokers brokers;
  private final Serializer<K> keySerializer;
  private final Serializer<V> valueSerializer;
  private final Map<String, String> properties;
  private final int parallelism;

  private ProducerSettings(
      Brokers brokers,
      Serializer<K> keySerializer,
      Serializer<V> valueSerializer,
      Map<String, String> properties,
      int parallelism) {
    this.brokers = brokers;
    this.keySerializer = keySerializer;
    this.valueSerializer = valueSerializer;
    this.properties = Map.copyOf(properties);
    this.parallelism = parallelism;
  }

  /** Settings with their defaults. */
  public static <K, V> ProducerSettings<K, V> create(
      Brokers brokers, Serializer<K> keySerializer, Serializer<V> valueSerializer) {
    return new ProducerSettings<>(brokers, keySerializer, valueSerializer, Map.of(), 10_000);
  }

  /**
   * Sets one of Kafka's producer properties.
   *
   * @throws ConfigException when the property asks for what a sink doesn't do
   */
  public ProducerSettings<K, V> withProperty(String name, String value) {
    if (name.equals("transactional.id")) {
      throw new ConfigException(name, value, "Streams don't take part in transactions yet");
    }
    if (!DEFAULTS.containsKey(name)) {
      LOG.info("The property {} of a producer has no effect on a stream inside the cluster", name);
    }
    Map<String, String> all = new HashMap<>(properties);
    all.put(name, value);
    return new ProducerSettings<>(brokers, keySerializer, valueSerializer, all, parallelism);
  }

  /** Sets some of Kafka's producer properties. */
  public ProducerSettings<K, V> withProperties(Map<String, String> some) {
    ProducerSettings<K, V> all = this;
    for (Map.Entry<String, String> each : some.entrySet()) {
      all = all.withProperty(each.getKey(), each.getValue());
    }
    return all;
  }

  /** How many elements may be under way; 10,000 when not said. */
  public ProducerSettings<K, V> withParallelism(int elements) {
    if (elements < 1) {
      throw new ConfigException("parallelism", elements, "It must be at least 1");
    }
    return new ProducerSettings<>(brokers, keySerializer, valueSerializer, properties, elements);
  }

  public Brokers brokers() {
    return brokers;
  }

  public Serializer<K> keySerializer() {
    return keySerializer;
  }

  public Serializer<V> valueSerializer() {
    return valueSerializer;
  }

  public int parallelism() {
    return parallelism;
  }

  /** 0, 1 or -1 for all. */
  public short acks() {
    String acks = property("acks");
    short number = acks.equals("all") ? -1 : (short) number("acks");
    if (number < -1 || number > 1) {
      throw new ConfigException("acks", acks, "It must be all, -1, 0 or 1");
    }
    return number;
  }

  /** Whether the leader is to know by sequence numbers what it has already. */
  public boolean isIdempotent() {
    return Boolean.parseBoolean(property("enable.idempotence")) && acks() == -1;
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
}
