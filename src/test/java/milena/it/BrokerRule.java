package milena.it;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.rules.ExternalResource;

/**
 * A broker for a class of tests and what they need to talk to it. Most classes use the one that all
 * share, started for the first of them and stopped at the JVM's exit; a class that harms its broker
 * takes one of its own.
 */
final class BrokerRule extends ExternalResource {
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static TestBroker shared;

  /** Null for the shared broker. */
  private final Map<String, String> ownSettings;

  private TestBroker own;
  private Admin admin;

  private BrokerRule(Map<String, String> ownSettings) {
    this.ownSettings = ownSettings;
  }

  /** The broker that classes share. */
  static BrokerRule shared() {
    return new BrokerRule(null);
  }

  /** A broker that only the class has, with these settings. */
  static BrokerRule own(Map<String, String> settings) {
    return new BrokerRule(settings);
  }

  @Override
  protected void before() {
    own = ownSettings == null ? null : TestBroker.start(ownSettings);
    admin = Admin.create(clientConfig());
  }

  @Override
  protected void after() {
    admin.close();
    if (own != null) {
      own.close();
    }
  }

  /** The broker itself. */
  TestBroker broker() {
    if (own != null) {
      return own;
    }
    synchronized (BrokerRule.class) {
      if (shared == null) {
        shared = TestBroker.start(Map.of());
      }
      return shared;
    }
  }

  String bootstrapServers() {
    return broker().bootstrapServers();
  }

  Admin admin() {
    return admin;
  }

  /** A name that nothing else uses: of a topic, a group, whatever a test makes. */
  static String fresh(String what) {
    return what + "-" + NAMES.incrementAndGet();
  }

  /** Makes a topic with a name of its own. */
  String topic(String what, int partitions) throws Exception {
    return topic(what, partitions, Map.of());
  }

  String topic(String what, int partitions, Map<String, String> configs) throws Exception {
    String name = fresh(what);
    NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(configs);
    admin.createTopics(List.of(topic)).all().get();
    return name;
  }

  /** What every client starts from; {@code settings} are names and values in turn. */
  Properties clientConfig(Object... settings) {
    return config(bootstrapServers(), settings);
  }

  static Properties config(String bootstrapServers, Object... settings) {
    Properties config = new Properties();
    config.put("bootstrap.servers", bootstrapServers);
    for (int i = 0; i < settings.length; i += 2) {
      config.put(settings[i], String.valueOf(settings[i + 1]));
    }
    return config;
  }

  KafkaProducer<String, String> producer(Object... settings) {
    return new KafkaProducer<>(
        clientConfig(settings), new StringSerializer(), new StringSerializer());
  }

  /** A consumer that reads from the start of a partition unless it is told otherwise. */
  KafkaConsumer<String, String> consumer(Object... settings) {
    Properties config = clientConfig("auto.offset.reset", "earliest", "enable.auto.commit", false);
    config.putAll(clientConfig(settings));
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }
}
