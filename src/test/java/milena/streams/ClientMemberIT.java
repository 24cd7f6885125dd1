package milena.streams;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import akka.Done;
import akka.actor.ActorSystem;
import akka.stream.ThrottleMode;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.testkit.javadsl.TestKit;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import milena.streams.ProducerMessage.Envelope;
import milena.streams.javadsl.Committer;
import milena.streams.javadsl.Consumer;
import milena.streams.javadsl.Consumer.DrainingControl;
import milena.streams.javadsl.Producer;
import milena.testing.Described;
import milena.testing.EachBroker;
import milena.testkit.MilenaCluster;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.AfterClass;
import org.junit.Assert;
import org.junit.BeforeClass;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Streams of a program that is a member of a cluster of three nodes, and of one in the JVM of a
 * node of that cluster, while others of the nodes die.
 */
public class ClientMemberIT extends JUnitSuite {
  private static final int PATIENCE_SECONDS = 180;

  private static MilenaCluster cluster;
  private static MilenaClient client;
  private static Admin admin;
  private static ActorSystem system;

  @BeforeClass
  public static void start() {
    cluster =
        MilenaCluster.builder()
            .nodes(3)
            .config("min.insync.replicas", "2")
            .config("group.initial.rebalance.delay.ms", "0")
            .config("offsets.topic.num.partitions", "3")
            .start();
    admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
    system =
        ActorSystem.create(
            "program",
            ConfigFactory.parseString("akka.actor.provider = local, akka.loglevel = WARNING")
                .withFallback(ConfigFactory.load()));
    client = MilenaClient.join(cluster.memberAddresses());
  }

  @AfterClass
  public static void stop() {
    client.close();
    TestKit.shutdownActorSystem(system);
    admin.close();
    cluster.close();
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static void topic(String name, int partitions) throws Exception {
    admin.createTopics(List.of(new NewTopic(name, partitions, (short) 3))).all().get();
    EachBroker.awaitTopic(cluster, name);
  }

  private static ProducerSettings<String, String> producing(Brokers brokers) {
    return ProducerSettings.create(brokers, new StringSerializer(), new StringSerializer());
  }

  private static ConsumerSettings<String, String> consuming(Brokers brokers) {
    return ConsumerSettings.create(brokers, new StringDeserializer(), new StringDeserializer())
        .withProperty("auto.offset.reset", "earliest")
        .withProperty("heartbeat.interval.ms", "200");
  }

  /** Those of the cluster, as a node knows them that is not this one. */
  private static Brokers brokersBeside(int nodeId) {
    return cluster.node(nodeId % 3 + 1).brokers();
  }

  @Test
  public void exactlyTheAcknowledgedArriveAcrossTheDeathOfTheLeader() throws Exception {
    topic("kept", 1);
    writeAndReadAcrossTheDeathOfTheLeader("kept", client.brokers());
  }

  @Test
  public void exactlyTheAcknowledgedArriveInANodeAcrossTheDeathOfAnother() throws Exception {
    topic("beside", 1);
    Brokers brokers = brokersBeside(leader(new TopicPartition("beside", 0)));
    writeAndReadAcrossTheDeathOfTheLeader("beside", brokers);
  }

  private static void writeAndReadAcrossTheDeathOfTheLeader(String topic, Brokers brokers)
      throws Exception {
    TopicPartition partition = new TopicPartition(topic, 0);
    Queue<Integer> acknowledged = new ConcurrentLinkedQueue<>();
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    Consumer.Control reading =
        Consumer.plainSource(consuming(brokers), Subscriptions.assignment(partition))
            .to(Sink.foreach(record -> seen.add(record.value())))
            .run(system);
    CompletionStage<Done> writing =
        Source.range(1, 3_000)
            .throttle(1_000, Duration.ofSeconds(1), 100, ThrottleMode.shaping())
            .map(
                i -> {
                  Envelope<String, String, Integer> envelope =
                      ProducerMessage.single(new ProducerRecord<>(topic, "v" + i), i);
                  return envelope;
                })
            .via(Producer.flexiFlow(producing(brokers)))
            .toMat(Sink.foreach(result -> acknowledged.add(result.passThrough())), Keep.right())
            .run(system);
    until("it flows", () -> seen.size() > 500);
    int leader = leader(partition);
    cluster.killNode(leader);
    await(writing);
    until("all is read", () -> seen.size() >= 3_000);
    await(reading.shutdown());
    cluster.startNode(leader);
    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 3_000; i++) {
      expected.add("v" + i);
    }
    assertEquals(expected, acknowledged.stream().map(i -> "v" + i).toList());
    assertEquals(expected, List.copyOf(seen));
  }

  @Test
  public void nothingIsLostWhenTheCoordinatorDies() throws Exception {
    topic("shared", 3);
    readAcrossTheDeathOfTheCoordinator("shared", "readers", client.brokers());
  }

  @Test
  public void nothingIsLostInANodeWhenTheCoordinatorElsewhereDies() throws Exception {
    topic("common", 3);
    admin
        .alterConsumerGroupOffsets(
            "neighbours", Map.of(new TopicPartition("common", 0), new OffsetAndMetadata(0)))
        .all()
        .get();
    Brokers brokers = brokersBeside(coordinator("neighbours"));
    readAcrossTheDeathOfTheCoordinator("common", "neighbours", brokers);
  }

  private static void readAcrossTheDeathOfTheCoordinator(
      String topic, String group, Brokers brokers) throws Exception {
    int count = 2_000;
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    DrainingControl<Done> reading =
        Consumer.committableSource(
                consuming(brokers).withGroupId(group), Subscriptions.topics(topic))
            .map(
                message -> {
                  seen.add(message.record().value());
                  return message.committableOffset();
                })
            .toMat(
                Committer.sink(
                    CommitterSettings.create()
                        .withMaxBatch(20)
                        .withMaxInterval(Duration.ofMillis(50))),
                Consumer::createDrainingControl)
            .run(system);
    CompletionStage<Done> writing =
        Source.range(1, count)
            .throttle(1_000, Duration.ofSeconds(1), 100, ThrottleMode.shaping())
            .map(i -> new ProducerRecord<String, String>(topic, "k" + i, "v" + i))
            .runWith(Producer.plainSink(producing(brokers)), system);
    until("it flows", () -> seen.size() > 300);
    int coordinator = coordinator(group);
    cluster.killNode(coordinator);
    await(writing);
    until(
        "all is read",
        () -> {
          if (reading.streamCompletion().toCompletableFuture().isDone()) {
            reading.streamCompletion().toCompletableFuture().join();
          }
          return new LinkedHashSet<>(seen).size() >= count;
        });
    await(reading.drainAndShutdown(system.dispatcher()));
    cluster.startNode(coordinator);
    long committed =
        admin
            .listConsumerGroupOffsets(group)
            .partitionsToOffsetAndMetadata()
            .get()
            .values()
            .stream()
            .mapToLong(offset -> offset.offset())
            .sum();
    assertEquals("every offset is committed in the end", count, committed);
  }

  @Test
  public void whatACrashedStreamDidNotCommitComesAgain() throws Exception {
    topic("again", 1);
    ConsumerSettings<String, String> settings =
        consuming(client.brokers()).withGroupId("crashing").withProperty("retry.backoff.ms", "20");
    await(
        Source.range(0, 999)
            .map(i -> new ProducerRecord<String, String>("again", "v" + i))
            .runWith(Producer.plainSink(producing(client.brokers())), system));
    CompletionStage<Done> crashed =
        Consumer.committableSource(settings, Subscriptions.topics("again"))
            .map(
                message -> {
                  if (message.record().offset() == 700) {
                    throw new IllegalStateException("struck");
                  }
                  return message.committableOffset();
                })
            .runWith(Committer.sink(CommitterSettings.create().withMaxBatch(100)), system);
    Assert.assertThrows(ExecutionException.class, () -> await(crashed));
    List<String> rest =
        await(
            Consumer.plainSource(settings, Subscriptions.topics("again"))
                .map(record -> record.value())
                .takeWhile(value -> !value.equals("v999"), true)
                .runWith(Sink.seq(), system));
    assertTrue("nothing that was not done is left out: " + rest.get(0), rest.size() >= 300);
    List<String> expected = new ArrayList<>();
    for (int i = 1_000 - rest.size(); i < 1_000; i++) {
      expected.add("v" + i);
    }
    assertEquals(expected, rest);
  }

  @Test
  public void aClientThatGoesLeavesRoomForTheNext() throws Exception {
    try (MilenaClient other = MilenaClient.join(cluster.memberAddresses())) {
      topic("other", 1);
      ProducerSettings<String, String> settings =
          ProducerSettings.create(other.brokers(), new StringSerializer(), new StringSerializer());
      await(
          Source.single(new ProducerRecord<String, String>("other", "large".repeat(150_000)))
              .runWith(Producer.plainSink(settings.withProperty("batch.size", "100")), system));
    }
    List<Integer> lengths =
        await(
            Consumer.plainSource(
                    consuming(client.brokers()),
                    Subscriptions.assignment(new TopicPartition("other", 0)))
                .map(record -> record.value().length())
                .take(1)
                .runWith(Sink.seq(), system));
    assertEquals(List.of(750_000), lengths);
  }

  private static int coordinator(String group) throws Exception {
    return admin
        .describeConsumerGroups(List.of(group))
        .describedGroups()
        .get(group)
        .get()
        .coordinator()
        .id();
  }

  private static int leader(TopicPartition partition) throws Exception {
    return Described.partition(admin, partition).leader().id();
  }

  private static void until(String what, BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!holds.getAsBoolean()) {
      assertTrue("In time: " + what, System.nanoTime() < deadline);
      Thread.sleep(5);
    }
  }
}
