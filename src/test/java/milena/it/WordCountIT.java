package milena.it;

import static org.junit.Assert.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Kafka Streams counts words: through a repartition topic, into a state store with its changelog,
 * and goes on counting after its state was lost.
 */
public class WordCountIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  private static final List<String> LINES =
      List.of("to be or not to be", "that is the question", "To be to be", "or is it");

  private static final Map<String, Long> ONCE =
      Map.of(
          "to",
          4L,
          "be",
          4L,
          "or",
          2L,
          "not",
          1L,
          "that",
          1L,
          "is",
          2L,
          "the",
          1L,
          "question",
          1L,
          "it",
          1L);

  private static Topology wordCount(String from, String to) {
    StreamsBuilder builder = new StreamsBuilder();
    builder.<String, String>stream(from)
        .flatMapValues(line -> Arrays.asList(line.toLowerCase(Locale.ROOT).split(" ")))
        .groupBy((key, word) -> word, Grouped.as("words"))
        .count(Materialized.as("counts"))
        .toStream()
        .to(to, Produced.with(Serdes.String(), Serdes.Long()));
    return builder.build();
  }

  private static KafkaStreams start(Topology topology, String application, Path state) {
    Properties config =
        kafka.clientConfig(
            "application.id",
            application,
            "state.dir",
            state,
            "commit.interval.ms",
            100,
            "session.timeout.ms",
            300_000, // whoever is taken for dead is counted twice
            "heartbeat.interval.ms",
            1000,
            "num.stream.threads",
            2,
            "statestore.cache.max.bytes",
            0,
            "default.key.serde",
            Serdes.StringSerde.class.getName(),
            "default.value.serde",
            Serdes.StringSerde.class.getName());
    KafkaStreams streams = new KafkaStreams(topology, config);
    streams.start();
    Await.until("the application runs", () -> streams.state() == KafkaStreams.State.RUNNING);
    return streams;
  }

  private static void say(String topic) {
    try (var producer = kafka.producer()) {
      for (String line : LINES) {
        producer.send(new ProducerRecord<>(topic, line));
      }
    }
  }

  /** The last count of each word in the topic. */
  private static void awaitCounts(String topic, Map<String, Long> expected) {
    Map<String, Long> counts = new HashMap<>();
    try (var consumer =
        new KafkaConsumer<>(
            kafka.clientConfig(), new StringDeserializer(), new LongDeserializer())) {
      List<TopicPartition> partitions = List.of(Read.partitions(topic, 2));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Await.until(
          "the counts are " + expected,
          () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(r -> counts.put(r.key(), r.value()));
            return counts.equals(expected);
          });
    }
  }

  /** A word's count in the state store; null while that moves from one thread to another. */
  private static Long stored(KafkaStreams streams, String word) {
    try {
      return streams
          .store(
              StoreQueryParameters.fromNameAndType(
                  "counts", QueryableStoreTypes.<String, Long>keyValueStore()))
          .get(word);
    } catch (InvalidStateStoreException e) {
      return null;
    }
  }

  @Test
  public void wordsAreCountedAndTheCountsSurviveTheLossOfTheState() throws Exception {
    String from = kafka.topic("lines", 3);
    String to = kafka.topic("counted", 2);
    String application = BrokerRule.fresh("word-count");
    Path scratch = kafka.broker().scratchDir();
    Topology topology = wordCount(from, to);
    try (KafkaStreams streams = start(topology, application, scratch.resolve("state-1"))) {
      say(from);
      awaitCounts(to, ONCE);
      Await.until("the store has the count", () -> Long.valueOf(4).equals(stored(streams, "be")));
      Set<String> topics = kafka.admin().listTopics().names().get();
      assertTrue(topics.contains(application + "-words-repartition"));
      assertTrue(topics.contains(application + "-counts-changelog"));
    }
    // A closed instance does not leave: who comes after it would wait for its session's end.
    kafka
        .admin()
        .removeMembersFromConsumerGroup(application, new RemoveMembersFromConsumerGroupOptions())
        .all()
        .get();
    try (KafkaStreams streams = start(topology, application, scratch.resolve("state-2"))) {
      say(from);
      Map<String, Long> twice = new HashMap<>();
      ONCE.forEach((word, count) -> twice.put(word, 2 * count));
      awaitCounts(to, twice);
      Await.until("it runs", () -> streams.state() == KafkaStreams.State.RUNNING);
    }
  }
}
