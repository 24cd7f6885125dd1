package milena.streams;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import akka.Done;
import akka.actor.ActorSystem;
import akka.stream.Attributes;
import akka.stream.KillSwitches;
import akka.stream.UniqueKillSwitch;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.SinkQueueWithCancel;
import akka.stream.javadsl.Source;
import akka.testkit.javadsl.TestKit;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import milena.node.MilenaNode;
import milena.streams.ConsumerMessage.Committable;
import milena.streams.ConsumerMessage.CommittableMessage;
import milena.streams.ConsumerMessage.CommittableOffset;
import milena.streams.ProducerMessage.Envelope;
import milena.streams.ProducerMessage.MultiResult;
import milena.streams.ProducerMessage.Result;
import milena.streams.ProducerMessage.Results;
import milena.streams.javadsl.Committer;
import milena.streams.javadsl.Consumer;
import milena.streams.javadsl.Consumer.DrainingControl;
import milena.streams.javadsl.Producer;
import milena.streams.link.BrokerLink;
import milena.streams.link.ReadAnswer;
import milena.streams.link.ReadRequest;
import milena.streams.link.WriteAnswer;
import milena.streams.link.WriteRequest;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Streams in the JVM of the node that they read from and write to. */
public class StreamsIT extends JUnitSuite {
  @ClassRule public static final TemporaryFolder directory = new TemporaryFolder();

  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final List<String> VALUES =
      IntStream.range(0, 5_000).mapToObj(i -> "v" + i).toList();

  private static MilenaNode node;
  private static ActorSystem system;

  @BeforeClass
  public static void start() {
    node = MilenaNode.builder().dataDir(directory.getRoot().toPath()).start();
    system =
        ActorSystem.create(
            "program",
            ConfigFactory.parseString("akka.actor.provider = local, akka.loglevel = WARNING")
                .withFallback(ConfigFactory.load()));
  }

  @AfterClass
  public static void stop() {
    TestKit.shutdownActorSystem(system);
    node.close();
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static String topic(int partitions) throws Exception {
    String name = "streams-" + NAMES.incrementAndGet();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
    }
    return name;
  }

  private static ProducerSettings<String, String> producing() {
    return ProducerSettings.create(node.brokers(), new StringSerializer(), new StringSerializer());
  }

  private static ConsumerSettings<String, String> consuming() {
    return ConsumerSettings.create(
            node.brokers(), new StringDeserializer(), new StringDeserializer())
        .withProperty("auto.offset.reset", "earliest");
  }

  @Test
  public void aPlainSourceReadsWhatAPlainSinkWrote() throws Exception {
    String topic = topic(1);
    await(
        Source.from(VALUES)
            .map(value -> new ProducerRecord<String, String>(topic, 0, "k", value))
            .runWith(Producer.plainSink(producing()), system));
    List<String> read =
        await(
            Consumer.plainSource(
                    consuming(),
                    Subscriptions.assignmentWithOffset(new TopicPartition(topic, 0), 100L))
                .map(record -> record.value())
                .take(VALUES.size() - 100)
                .runWith(Sink.seq(), system));
    assertEquals(VALUES.subList(100, VALUES.size()), read);
  }

  @Test
  public void aCommittableSourceGoesOnWhereItCommitted() throws Exception {
    String topic = topic(2);
    String group = topic + "-group";
    for (int round = 0; round < 2; round++) {
      await(write(topic, VALUES));
      Queue<String> read = new ConcurrentLinkedQueue<>();
      DrainingControl<Done> control =
          Consumer.committableSource(consuming().withGroupId(group), Subscriptions.topics(topic))
              .wireTap(message -> read.add(message.record().value()))
              .map(CommittableMessage::committableOffset)
              .toMat(Committer.sink(CommitterSettings.create()), Consumer::createDrainingControl)
              .run(system);
      until("all of the round is read", () -> read.size() >= VALUES.size());
      await(control.drainAndShutdown(system.dispatcher()));
      assertEquals(sorted(VALUES), sorted(read));
    }
  }

  @Test
  public void aStreamReadsTransformsWritesAndCommits() throws Exception {
    String from = topic(1);
    String to = topic(1);
    await(write(from, VALUES));
    DrainingControl<Done> control =
        Consumer.committableSource(
                consuming().withGroupId(from + "-group"), Subscriptions.topics(from))
            .map(
                message ->
                    ProducerMessage.<String, String, Committable>single(
                        new ProducerRecord<String, String>(to, message.record().value() + "!"),
                        message.committableOffset()))
            .toMat(
                Producer.committableSink(producing(), CommitterSettings.create().withMaxBatch(50)),
                Consumer::createDrainingControl)
            .run(system);
    assertEquals(VALUES.stream().map(value -> value + "!").toList(), read(to, VALUES.size()));
    await(control.drainAndShutdown(system.dispatcher()));
    assertEquals(Map.of(new TopicPartition(from, 0), (long) VALUES.size()), committed(from));
  }

  @Test
  public void eachPartitionIsAStreamOfItsOwn() throws Exception {
    String topic = topic(3);
    await(write(topic, VALUES));
    Map<TopicPartition, Queue<Long>> offsets = new ConcurrentHashMap<>();
    AtomicInteger count = new AtomicInteger();
    DrainingControl<Done> control =
        Consumer.committablePartitionedSource(
                consuming().withGroupId(topic + "-group"), Subscriptions.topics(topic))
            .mapAsyncUnordered(
                3,
                pair ->
                    pair.second()
                        .wireTap(
                            message -> {
                              offsets
                                  .computeIfAbsent(
                                      pair.first(), any -> new ConcurrentLinkedQueue<>())
                                  .add(message.record().offset());
                              count.incrementAndGet();
                            })
                        .map(CommittableMessage::committableOffset)
                        .runWith(Committer.sink(CommitterSettings.create()), system))
            .toMat(Sink.ignore(), Consumer::createDrainingControl)
            .run(system);
    until("all is read", () -> count.get() >= VALUES.size());
    await(control.drainAndShutdown(system.dispatcher()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    offsets.forEach(
        (partition, read) -> {
          assertEquals(LongStream.range(0, read.size()).boxed().toList(), List.copyOf(read));
          ends.put(partition, (long) read.size());
        });
    assertEquals(ends, committed(topic));
  }

  @Test
  public void whatIsReadAtMostOnceIsCommittedBefore() throws Exception {
    String topic = topic(1);
    await(write(topic, VALUES.subList(0, 20)));
    ConsumerSettings<String, String> settings = consuming().withGroupId(topic + "-group");
    List<String> read =
        await(
            Consumer.atMostOnceSource(settings, Subscriptions.topics(topic))
                .map(record -> record.value())
                .take(10)
                .runWith(Sink.seq(), system));
    assertEquals(VALUES.subList(0, 10), read);
    assertTrue(
        "what was given is committed", committed(topic).get(new TopicPartition(topic, 0)) >= 10);
  }

  @Test
  public void theOffsetTravelsBesideTheRecord() throws Exception {
    String topic = topic(1);
    String to = topic(1);
    await(write(topic, VALUES.subList(0, 100)));
    DrainingControl<Done> control =
        Consumer.sourceWithOffsetContext(
                consuming().withGroupId(topic + "-group"), Subscriptions.topics(topic))
            .map(
                record ->
                    ProducerMessage.single(new ProducerRecord<String, String>(to, record.value())))
            .toMat(
                Producer.committableSinkWithOffsetContext(producing(), CommitterSettings.create()),
                Consumer::createDrainingControl)
            .run(system);
    assertEquals(VALUES.subList(0, 100), read(to, 100));
    await(control.drainAndShutdown(system.dispatcher()));
    assertEquals(Map.of(new TopicPartition(topic, 0), 100L), committed(topic));
  }

  @Test
  public void envelopesOfManyKindsPassInTheirOrder() throws Exception {
    String topic = topic(2);
    List<Results<String, String, Integer>> results =
        await(
            Source.range(0, 99)
                .map(StreamsIT::envelope)
                .map(envelope -> envelope.apply(topic))
                .via(Producer.<String, String, Integer>flexiFlow(producing()))
                .runWith(Sink.seq(), system));
    assertEquals(
        IntStream.rangeClosed(0, 99).boxed().toList(),
        results.stream().map(Results::passThrough).toList());
    long records =
        results.stream()
            .mapToLong(
                result ->
                    result instanceof MultiResult<String, String, Integer> multi
                        ? multi.parts().size()
                        : result instanceof Result ? 1 : 0)
            .sum();
    assertEquals(records, read(topic, (int) records).size());
  }

  private static Function<String, Envelope<String, String, Integer>> envelope(int i) {
    return topic -> {
      ProducerRecord<String, String> record = new ProducerRecord<>(topic, "k" + i, "v" + i);
      return switch (i % 3) {
        case 0 -> ProducerMessage.single(record, i);
        case 1 -> ProducerMessage.multi(List.of(record, record), i);
        default -> ProducerMessage.passThrough(i);
      };
    };
  }

  @Test
  public void aStreamAndAKafkaConsumerShareAGroup() throws Exception {
    String topic = topic(4);
    String group = topic + "-group";
    Queue<String> streamed = new ConcurrentLinkedQueue<>();
    DrainingControl<Done> control =
        Consumer.committableSource(
                consuming().withGroupId(group).withProperty("heartbeat.interval.ms", "100"),
                Subscriptions.topics(topic))
            .wireTap(message -> streamed.add(message.record().value()))
            .map(CommittableMessage::committableOffset)
            .toMat(
                Committer.sink(CommitterSettings.create().withMaxInterval(Duration.ofMillis(50))),
                Consumer::createDrainingControl)
            .run(system);
    List<String> polled = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                node.bootstrapServers(),
                "group.id",
                group,
                "heartbeat.interval.ms",
                100,
                "auto.offset.reset",
                "earliest"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.subscribe(List.of(topic));
      until(
          "both have half of the partitions",
          () -> {
            consumer.poll(Duration.ofMillis(50)).forEach(record -> polled.add(record.value()));
            return consumer.assignment().size() == 2;
          });
      await(write(topic, VALUES));
      until(
          "both together have read all",
          () -> {
            consumer.poll(Duration.ofMillis(50)).forEach(record -> polled.add(record.value()));
            return polled.size() + streamed.size() >= VALUES.size();
          });
    }
    await(control.drainAndShutdown(system.dispatcher()));
    assertTrue("the stream has read", !streamed.isEmpty());
    assertTrue("the consumer has read", !polled.isEmpty());
    polled.addAll(streamed);
    assertEquals(sorted(VALUES), sorted(polled));
  }

  @Test
  public void whatACrashedConsumerDidNotCommitComesAgain() throws Exception {
    String topic = topic(1);
    ConsumerSettings<String, String> settings = consuming().withGroupId(topic + "-group");
    await(write(topic, VALUES));
    List<CommittableMessage<String, String>> seen =
        await(
            Consumer.committableSource(
                    settings.withStopTimeout(Duration.ZERO), Subscriptions.topics(topic))
                .take(1_000)
                .runWith(Sink.seq(), system));
    // It dies behind the 700th.
    try {
      await(
          Consumer.committableSource(settings, Subscriptions.topics(topic))
              .mapAsync(
                  1,
                  message ->
                      message.record().offset() == 700
                          ? CompletableFuture.<CommittableOffset>failedFuture(
                              new IllegalStateException("struck"))
                          : CompletableFuture.completedFuture(message.committableOffset()))
              .runWith(Committer.sink(CommitterSettings.create().withMaxBatch(100)), system));
      throw new AssertionError("It should have died");
    } catch (ExecutionException e) {
      assertEquals("struck", e.getCause().getMessage());
    }
    long committed = committed(topic).getOrDefault(new TopicPartition(topic, 0), 0L);
    assertTrue("what was not done is not committed: " + committed, committed <= 700);
    List<String> again =
        await(
            Consumer.plainSource(settings, Subscriptions.topics(topic))
                .map(record -> record.value())
                .take(VALUES.size() - committed)
                .runWith(Sink.seq(), system));
    assertEquals(VALUES.subList((int) committed, VALUES.size()), again);
    assertEquals(1_000, seen.size());
  }

  @Test
  public void aDrainedStreamLosesNothingAndRepeatsNothing() throws Exception {
    String topic = topic(1);
    await(write(topic, VALUES));
    List<String> read = new CopyOnWriteArrayList<>();
    for (int end : List.of(1_000, 2_500, VALUES.size())) {
      DrainingControl<Done> control =
          Consumer.committableSource(
                  consuming().withGroupId(topic + "-group"), Subscriptions.topics(topic))
              .mapAsync(
                  8,
                  message ->
                      CompletableFuture.supplyAsync(
                          () -> {
                            // Some work is under way at any time.
                            Thread.onSpinWait();
                            return message;
                          }))
              .wireTap(message -> read.add(message.record().value()))
              .map(CommittableMessage::committableOffset)
              .toMat(Committer.sink(CommitterSettings.create()), Consumer::createDrainingControl)
              .run(system);
      until("some of it is read", () -> read.size() >= end);
      await(control.drainAndShutdown(system.dispatcher()));
    }
    assertEquals(VALUES, read);
  }

  @Test
  public void aStalledSinkStopsTheReading() throws Exception {
    String topic = topic(2);
    String value = "x".repeat(10_000);
    await(write(topic, Collections.nCopies(6_000, value)));
    long before = usedMemory();
    SinkQueueWithCancel<ConsumerRecord<String, String>> queue =
        Consumer.plainSource(
                consuming(),
                Subscriptions.assignment(
                    new TopicPartition(topic, 0), new TopicPartition(topic, 1)))
            .runWith(
                Sink.<ConsumerRecord<String, String>>queue()
                    .withAttributes(Attributes.inputBuffer(1, 1)),
                system);
    for (int i = 0; i < 10; i++) {
      assertTrue(await(queue.pull()).isPresent());
    }
    // In the long run somebody writes on all the while.
    int looks = Boolean.getBoolean("long") ? 200 : 5;
    UniqueKillSwitch writing =
        Source.repeat(value)
            .throttle(1_000, Duration.ofSeconds(1))
            .viaMat(KillSwitches.single(), Keep.right())
            .map(each -> new ProducerRecord<String, String>(topic, each))
            .to(Producer.plainSink(producing()))
            .run(system);
    for (int i = 0; i < looks; i++) {
      Thread.sleep(300);
      long grown = usedMemory() - before;
      assertTrue("60 MB are there, and so much is held: " + grown, grown < 20_000_000);
    }
    writing.shutdown();
    queue.cancel();
  }

  /** After a collection: what is really held. */
  private static long usedMemory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  @Test
  public void aStalledBrokerStopsTheSource() throws Exception {
    String topic = topic(2);
    BrokerLink real = node.brokers().link();
    BrokerLink stalled =
        new BrokerLink() {
          @Override
          public CompletionStage<ApiMessage> call(
              int broker, ApiMessage request, short version, Duration timeout) {
            return real.call(broker, request, version, timeout);
          }

          @Override
          public CompletionStage<ReadAnswer> read(int broker, ReadRequest request) {
            return real.read(broker, request);
          }

          @Override
          public CompletionStage<WriteAnswer> write(int broker, WriteRequest request) {
            return new CompletableFuture<>();
          }
        };
    AtomicInteger taken = new AtomicInteger();
    UniqueKillSwitch end =
        Source.repeat("x".repeat(1_000))
            .viaMat(KillSwitches.single(), Keep.right())
            .map(
                value -> {
                  taken.incrementAndGet();
                  return new ProducerRecord<String, String>(topic, value);
                })
            .to(
                Producer.plainSink(
                    ProducerSettings.create(
                            new Brokers(stalled), new StringSerializer(), new StringSerializer())
                        .withProperty("buffer.memory", "1000000")))
            .run(system);
    until("the buffer is full", () -> taken.get() >= 950);
    int full = taken.get();
    Thread.sleep(500);
    assertTrue("no more is taken: " + full + ", " + taken.get(), taken.get() <= full + 50);
    assertTrue("and it was no more than fits: " + taken.get(), taken.get() <= 1_020);
    end.abort(new IllegalStateException("over"));
  }

  private static CompletionStage<Done> write(String topic, List<String> values) {
    return Source.from(values)
        .map(value -> new ProducerRecord<String, String>(topic, value, value))
        .runWith(Producer.plainSink(producing()), system);
  }

  /** The values of all partitions of a topic, from the beginning. */
  private static List<String> read(String topic, int count) throws Exception {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", node.bootstrapServers(), "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList());
      until(
          count + " records are there",
          () -> {
            consumer.poll(Duration.ofMillis(50)).forEach(record -> values.add(record.value()));
            return values.size() >= count;
          });
    }
    return values;
  }

  private static Map<TopicPartition, Long> committed(String topic) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrapServers()))) {
      Map<TopicPartition, Long> offsets = new HashMap<>();
      admin
          .listConsumerGroupOffsets(topic + "-group")
          .partitionsToOffsetAndMetadata()
          .get()
          .forEach((partition, offset) -> offsets.put(partition, offset.offset()));
      return offsets;
    }
  }

  private static List<String> sorted(Collection<String> values) {
    return values.stream().sorted().toList();
  }

  private static void until(String what, BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!holds.getAsBoolean()) {
      assertTrue("In time: " + what, System.nanoTime() < deadline);
      Thread.sleep(5);
    }
  }
}
