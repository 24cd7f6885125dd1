package milena.it;

import static org.junit.Assert.assertEquals;

import akka.Done;
import akka.actor.ActorSystem;
import akka.kafka.CommitterSettings;
import akka.kafka.ConsumerMessage.Committable;
import akka.kafka.ConsumerSettings;
import akka.kafka.ProducerMessage;
import akka.kafka.ProducerSettings;
import akka.kafka.Subscriptions;
import akka.kafka.javadsl.Committer;
import akka.kafka.javadsl.Consumer;
import akka.kafka.javadsl.Producer;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.testkit.javadsl.TestKit;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Alpakka Kafka: streams of Akka's over the wire. */
public class AlpakkaIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  private static final List<String> VALUES =
      IntStream.range(0, 500).mapToObj(i -> "v" + i).toList();

  private static ActorSystem system;

  @BeforeClass
  public static void startStreams() {
    // An application's own system: not the cluster node that the class path's settings describe.
    system =
        ActorSystem.create(
            "alpakka",
            ConfigFactory.parseString("akka.actor.provider = local, akka.loglevel = WARNING")
                .withFallback(ConfigFactory.load()));
  }

  @AfterClass
  public static void stopStreams() {
    TestKit.shutdownActorSystem(system);
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(180, TimeUnit.SECONDS);
  }

  private static ProducerSettings<String, String> producing() {
    return ProducerSettings.create(system, new StringSerializer(), new StringSerializer())
        .withBootstrapServers(kafka.bootstrapServers());
  }

  private static ConsumerSettings<String, String> consuming(String group) {
    return ConsumerSettings.create(system, new StringDeserializer(), new StringDeserializer())
        .withBootstrapServers(kafka.bootstrapServers())
        .withGroupId(group)
        .withProperty("auto.offset.reset", "earliest")
        .withStopTimeout(Duration.ZERO);
  }

  private static CompletionStage<Done> produce(String topic) {
    return Source.from(VALUES)
        .map(value -> new ProducerRecord<String, String>(topic, 0, "k", value))
        .runWith(Producer.plainSink(producing()), system);
  }

  @Test
  public void aPlainSourceReadsWhatAPlainSinkWrote() throws Exception {
    String topic = kafka.topic("alpakka-plain", 1);
    await(produce(topic));
    TopicPartition partition = new TopicPartition(topic, 0);
    List<String> read =
        await(
            Consumer.plainSource(
                    consuming("unused"), Subscriptions.assignmentWithOffset(partition, 100L))
                .map(record -> record.value())
                .take(400)
                .runWith(Sink.seq(), system));
    assertEquals(VALUES.subList(100, 500), read);
  }

  @Test
  public void aCommittableSourceGoesOnWhereItCommitted() throws Exception {
    String topic = kafka.topic("alpakka-commits", 1);
    String group = BrokerRule.fresh("alpakka");
    for (int round = 0; round < 2; round++) {
      await(produce(topic));
      List<String> read = new CopyOnWriteArrayList<>();
      var control =
          Consumer.committableSource(consuming(group), Subscriptions.topics(topic))
              .map(
                  message -> {
                    read.add(message.record().value());
                    return message;
                  })
              .<Committable>map(message -> message.committableOffset())
              .toMat(
                  Committer.sink(CommitterSettings.create(system)), Consumer::createDrainingControl)
              .run(system);
      Await.until("all of the round is read", () -> read.size() >= VALUES.size());
      await(control.drainAndShutdown(system.dispatcher()));
      assertEquals(VALUES, read);
    }
  }

  @Test
  public void aStreamReadsTransformsWritesAndCommits() throws Exception {
    String from = kafka.topic("alpakka-from", 1);
    String to = kafka.topic("alpakka-to", 1);
    String group = BrokerRule.fresh("alpakka");
    await(produce(from));
    var control =
        Consumer.committableSource(consuming(group), Subscriptions.topics(from))
            .map(
                message ->
                    ProducerMessage.<String, String, Committable>single(
                        new ProducerRecord<String, String>(
                            to, 0, message.record().key(), message.record().value() + "!"),
                        message.committableOffset()))
            .toMat(
                Producer.committableSink(
                    producing(), CommitterSettings.create(system).withMaxBatch(50)),
                Consumer::createDrainingControl)
            .run(system);
    try (var consumer = kafka.consumer()) {
      consumer.assign(List.of(new TopicPartition(to, 0)));
      List<String> written = Read.values(Read.exactly(500, consumer));
      assertEquals(VALUES.stream().map(v -> v + "!").toList(), written);
    }
    await(control.drainAndShutdown(system.dispatcher()));
    TopicPartition partition = new TopicPartition(from, 0);
    assertEquals(
        500L,
        kafka
            .admin()
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata(group)
            .get()
            .get(partition)
            .offset());
  }
}
