package milena.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import milena.kafka.api.ApiHandler;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** A record's whole way: an embedded node, Kafka's own producer and consumer. */
public class FirstRecordIT extends JUnitSuite {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void whatIsProducedIsConsumed() throws Exception {
    try (MilenaNode node = MilenaNode.builder().dataDir(folder.getRoot().toPath()).start()) {
      produce(node, "greetings", 0, 100);
      assertEquals(numbers(0, 100), consume(node, "greetings", 100));
    }
  }

  @Test
  public void aGroupReadsAndCommits() throws Exception {
    try (MilenaNode node = MilenaNode.builder().dataDir(folder.getRoot().toPath()).start()) {
      produce(node, "greetings", 0, 10);
      assertEquals(numbers(0, 10), consumeAsGroup(node, "greetings", "readers", 10));
      produce(node, "greetings", 10, 20);
      assertEquals(numbers(10, 20), consumeAsGroup(node, "greetings", "readers", 10));
    }
  }

  @Test
  public void aStoppedNodeStartsAgainWhereItWas() throws Exception {
    MilenaNode.Builder builder = MilenaNode.builder().dataDir(folder.getRoot().toPath());
    try (MilenaNode node = builder.start()) {
      produce(node, "greetings", 0, 50);
      assertTrue(node.stop());
    }
    try (MilenaNode node = builder.start()) {
      produce(node, "greetings", 50, 100);
      assertEquals(numbers(0, 100), consume(node, "greetings", 100));
      node.kill();
    }
    try (MilenaNode node = builder.start()) {
      produce(node, "greetings", 100, 150);
      assertEquals(numbers(0, 150), consume(node, "greetings", 150));
    }
  }

  @Test
  public void whatIsServedIsKnownBeforeTheNodeIsUp() throws Exception {
    try (MilenaNode node = MilenaNode.builder().dataDir(folder.getRoot().toPath()).start()) {
      Set<ApiKeys> served =
          Apis.of(node.run().parts()).handlers().stream()
              .map(ApiHandler::api)
              .filter(api -> api != ApiKeys.API_VERSIONS)
              .collect(Collectors.toSet());
      assertEquals("Apis.SERVED and the handlers there differ", Apis.SERVED, served);
    }
  }

  @Test
  public void twoNodesLiveBesideEachOther() throws Exception {
    try (MilenaNode one = MilenaNode.builder().dataDir(folder.newFolder("a").toPath()).start();
        MilenaNode two = MilenaNode.builder().dataDir(folder.newFolder("b").toPath()).start()) {
      produce(one, "greetings", 0, 5);
      produce(two, "greetings", 5, 10);
      assertEquals(numbers(0, 5), consume(one, "greetings", 5));
      assertEquals(numbers(5, 10), consume(two, "greetings", 5));
    }
  }

  private static void produce(MilenaNode node, String topic, int from, int until) throws Exception {
    Map<String, Object> config =
        Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, node.bootstrapServers());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      for (int i = from; i < until; i++) {
        producer.send(new ProducerRecord<>(topic, "key", "" + i)).get(180, TimeUnit.SECONDS);
      }
    }
  }

  private static List<String> consume(MilenaNode node, String topic, int count) {
    try (KafkaConsumer<String, String> consumer = consumer(node, Map.of())) {
      consumer.assign(Set.of(new TopicPartition(topic, 0)));
      consumer.seekToBeginning(consumer.assignment());
      return poll(consumer, count);
    }
  }

  private static List<String> consumeAsGroup(
      MilenaNode node, String topic, String group, int count) {
    try (KafkaConsumer<String, String> consumer =
        consumer(
            node,
            Map.of(
                ConsumerConfig.GROUP_ID_CONFIG,
                group,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest"))) {
      consumer.subscribe(List.of(topic));
      List<String> read = poll(consumer, count);
      consumer.commitSync();
      return read;
    }
  }

  private static KafkaConsumer<String, String> consumer(MilenaNode node, Map<String, Object> more) {
    Map<String, Object> config = new java.util.HashMap<>(more);
    config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, node.bootstrapServers());
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }

  private static List<String> poll(KafkaConsumer<String, String> consumer, int count) {
    List<String> values = new ArrayList<>();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
    while (values.size() < count && System.nanoTime() < deadline) {
      for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
        values.add(record.value());
      }
    }
    return values;
  }

  private static List<String> numbers(int from, int until) {
    return IntStream.range(from, until).mapToObj(i -> "" + i).collect(Collectors.toList());
  }
}
