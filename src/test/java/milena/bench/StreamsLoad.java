package milena.bench;

import akka.Done;
import akka.actor.ActorSystem;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import milena.node.MilenaNode;
import milena.streams.Brokers;
import milena.streams.ConsumerSettings;
import milena.streams.MilenaClient;
import milena.streams.ProducerSettings;
import milena.streams.Subscriptions;
import milena.streams.javadsl.Consumer;
import milena.streams.javadsl.Producer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Streams beside Alpakka Kafka on the same node, in one JVM: each writes so many records to a topic
 * of six partitions and reads them again, in turns.
 *
 * <pre>java ... milena.bench.StreamsLoad [records] [bytes] [rounds]</pre>
 */
public final class StreamsLoad {
  private static final int PARTITIONS = 6;

  private StreamsLoad() {}

  /** Who writes and reads. */
  private interface Side {
    CompletionStage<Done> write(Source<ProducerRecord<byte[], byte[]>, ?> records);

    CompletionStage<Long> read(Set<TopicPartition> partitions, long count);
  }

  private record Streams(Brokers brokers, ActorSystem system) implements Side {
    @Override
    public CompletionStage<Done> write(Source<ProducerRecord<byte[], byte[]>, ?> records) {
      return records.runWith(
          Producer.plainSink(
              ProducerSettings.create(
                  brokers, new ByteArraySerializer(), new ByteArraySerializer())),
          system);
    }

    @Override
    public CompletionStage<Long> read(Set<TopicPartition> partitions, long count) {
      return Consumer.plainSource(
              ConsumerSettings.create(
                      brokers, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                  .withProperty("auto.offset.reset", "earliest"),
              Subscriptions.assignment(partitions))
          .take(count)
          .runWith(
              Sink.<Long, org.apache.kafka.clients.consumer.ConsumerRecord<byte[], byte[]>>fold(
                  0L, (sum, record) -> sum + record.serializedValueSize()),
              system);
    }
  }

  private record Alpakka(String bootstrapServers, ActorSystem system) implements Side {
    @Override
    public CompletionStage<Done> write(Source<ProducerRecord<byte[], byte[]>, ?> records) {
      return records.runWith(
          akka.kafka.javadsl.Producer.plainSink(
              akka.kafka.ProducerSettings.create(
                      system, new ByteArraySerializer(), new ByteArraySerializer())
                  .withBootstrapServers(bootstrapServers)
                  .withProperty("batch.size", "65536")),
          system);
    }

    @Override
    public CompletionStage<Long> read(Set<TopicPartition> partitions, long count) {
      return akka.kafka.javadsl.Consumer.plainSource(
              akka.kafka.ConsumerSettings.create(
                      system, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                  .withBootstrapServers(bootstrapServers)
                  .withProperty("auto.offset.reset", "earliest")
                  .withStopTimeout(java.time.Duration.ZERO),
              akka.kafka.Subscriptions.assignment(partitions))
          .take(count)
          .runWith(
              Sink.<Long, org.apache.kafka.clients.consumer.ConsumerRecord<byte[], byte[]>>fold(
                  0L, (sum, record) -> sum + record.serializedValueSize()),
              system);
    }
  }

  public static void main(String[] args) throws Exception {
    int records = args.length > 0 ? Integer.parseInt(args[0]) : 500_000;
    int bytes = args.length > 1 ? Integer.parseInt(args[1]) : 100;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
    Path directory = Files.createTempDirectory("milena-streams-load");
    ActorSystem system =
        ActorSystem.create(
            "load",
            ConfigFactory.parseString("akka.actor.provider = local, akka.loglevel = WARNING")
                .withFallback(ConfigFactory.load()));
    try (MilenaNode node = MilenaNode.builder().dataDir(directory).start();
        MilenaClient client = MilenaClient.join(node.memberAddress());
        Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrapServers()))) {
      Map<String, Side> sides = new LinkedHashMap<>();
      sides.put("milena, in the node", new Streams(node.brokers(), system));
      sides.put("milena, client", new Streams(client.brokers(), system));
      sides.put("alpakka", new Alpakka(node.bootstrapServers(), system));
      byte[] value = new byte[bytes];
      for (int round = 1; round <= rounds; round++) {
        for (Map.Entry<String, Side> side : sides.entrySet()) {
          String topic = side.getKey().replaceAll("[^a-z]", "") + round;
          admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
          Set<TopicPartition> partitions =
              IntStream.range(0, PARTITIONS)
                  .mapToObj(i -> new TopicPartition(topic, i))
                  .collect(Collectors.toSet());
          Source<ProducerRecord<byte[], byte[]>, ?> source =
              Source.range(1, records)
                  .map(i -> new ProducerRecord<>(topic, i % PARTITIONS, null, value));
          long began = System.nanoTime();
          await(side.getValue().write(source));
          long written = System.nanoTime();
          long sum = await(side.getValue().read(partitions, records));
          long read = System.nanoTime();
          if (sum != (long) records * bytes) {
            throw new IllegalStateException("Not all was read: " + sum);
          }
          System.out.printf(
              "round %d, %-20s write %,9d records/s, read %,9d records/s%n",
              round,
              side.getKey(),
              perSecond(records, written - began),
              perSecond(records, read - written));
          admin.deleteTopics(List.of(topic)).all().get();
        }
      }
    } finally {
      system.terminate();
    }
    System.exit(0);
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(120, TimeUnit.SECONDS);
  }

  private static long perSecond(int records, long nanos) {
    return Math.round(records * 1e9 / nanos);
  }
}
