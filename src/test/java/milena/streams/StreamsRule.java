package milena.streams;

import static org.junit.Assert.assertTrue;

import akka.Done;
import akka.actor.ActorSystem;
import akka.stream.javadsl.Source;
import akka.testkit.javadsl.TestKit;
import com.typesafe.config.ConfigFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import milena.node.MilenaNode;
import milena.streams.javadsl.Producer;
import milena.testkit.junit4.MilenaRule;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.rules.ExternalResource;
import org.junit.runner.Description;
import org.junit.runners.model.Statement;

/** A node, and a program with streams in its JVM. */
final class StreamsRule extends ExternalResource {
  private static final int PATIENCE_SECONDS = 180;
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final MilenaRule broker =
      new MilenaRule().config("group.initial.rebalance.delay.ms", "0");
  private ActorSystem system;

  @Override
  public Statement apply(Statement base, Description description) {
    return broker.apply(super.apply(base, description), description);
  }

  @Override
  protected void before() {
    system =
        ActorSystem.create(
            "program",
            ConfigFactory.parseString("akka.actor.provider = local, akka.loglevel = WARNING")
                .withFallback(ConfigFactory.load()));
  }

  @Override
  protected void after() {
    TestKit.shutdownActorSystem(system);
  }

  MilenaNode node() {
    return broker.node();
  }

  ActorSystem system() {
    return system;
  }

  /** A new topic. */
  String topic(int partitions) throws Exception {
    String name = "streams-" + NAMES.incrementAndGet();
    try (Admin admin = admin()) {
      admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
    }
    return name;
  }

  Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  ProducerSettings<String, String> producing() {
    return producing(node().brokers());
  }

  ProducerSettings<String, String> producing(Brokers brokers) {
    return ProducerSettings.create(brokers, new StringSerializer(), new StringSerializer());
  }

  /** From the beginning, where nothing is committed. */
  ConsumerSettings<String, String> consuming() {
    return ConsumerSettings.create(
            node().brokers(), new StringDeserializer(), new StringDeserializer())
        .withProperty("auto.offset.reset", "earliest");
  }

  /** Each value is its key as well. */
  CompletionStage<Done> write(String topic, List<String> values) {
    return Source.from(values)
        .map(value -> new ProducerRecord<String, String>(topic, value, value))
        .runWith(Producer.plainSink(producing()), system);
  }

  /** What the group that is called as the topic is, with "-group" behind it, has committed. */
  Map<TopicPartition, Long> committed(String topic) throws Exception {
    try (Admin admin = admin()) {
      Map<TopicPartition, Long> offsets = new HashMap<>();
      admin
          .listConsumerGroupOffsets(topic + "-group")
          .partitionsToOffsetAndMetadata()
          .get()
          .forEach((partition, offset) -> offsets.put(partition, offset.offset()));
      return offsets;
    }
  }

  static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  static void until(String what, BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!holds.getAsBoolean()) {
      assertTrue("In time: " + what, System.nanoTime() < deadline);
      Thread.sleep(5);
    }
  }
}
