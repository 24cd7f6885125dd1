package milena.multinode;

import static org.junit.Assert.assertEquals;

import akka.Done;
import akka.actor.ActorSystem;
import akka.stream.ThrottleMode;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import milena.streams.CommitterSettings;
import milena.streams.ConsumerSettings;
import milena.streams.MilenaClient;
import milena.streams.ProducerMessage;
import milena.streams.ProducerMessage.Envelope;
import milena.streams.ProducerSettings;
import milena.streams.Subscriptions;
import milena.streams.javadsl.Committer;
import milena.streams.javadsl.Consumer;
import milena.streams.javadsl.Consumer.DrainingControl;
import milena.streams.javadsl.Producer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What the client's JVM runs: a member of the actor cluster with the role {@code client} that
 * writes numbers to a partition by a stream, while another stream reads them, and a third one in a
 * group.
 */
final class Program implements AutoCloseable {
  static final TopicPartition PARTITION = new TopicPartition("kept", 0);

  /** A topic beside it, which no stream touches. */
  static final String OTHER = "other";

  private static final String GROUP = "readers";
  private static final int A_SECOND = 500;

  /** That of a machine which does much else, too. */
  private static final long PATIENCE_SECONDS = 240;

  final Admin admin;
  private final ActorSystem system =
      ActorSystem.create(
          "program",
          ConfigFactory.parseString("akka.actor.provider = local, akka.loglevel = WARNING")
              .withFallback(ConfigFactory.load()));
  private final MilenaClient client;
  private final List<String> expected = new ArrayList<>();
  private final List<String> acknowledged = new ArrayList<>();
  private final List<String> read = new ArrayList<>();
  private final Set<String> readByGroup = ConcurrentHashMap.newKeySet();
  private final AtomicLong lastAcknowledged = new AtomicLong();
  private final AtomicLong longestGap = new AtomicLong();
  private CompletionStage<Done> writing;
  private Consumer.Control reading;
  private DrainingControl<Done> readingInGroup;

  Program(Places places) {
    admin = Admin.create(Map.of("bootstrap.servers", places.bootstrap(Places.NODES)));
    client = MilenaClient.join(places.members());
  }

  /** Has the one partition of each topic led by the first of these. */
  void makeTopics(List<Integer> replicas) throws Exception {
    admin
        .createTopics(
            List.of(
                new NewTopic(PARTITION.topic(), Map.of(0, replicas)),
                new NewTopic(OTHER, Map.of(0, replicas))))
        .all()
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Begins to write as many numbers, and to read; returns when the first have come through. */
  void begin(int count) throws Exception {
    for (int i = 1; i <= count; i++) {
      expected.add("v" + i);
    }
    reading =
        Consumer.plainSource(consuming(), Subscriptions.assignment(PARTITION))
            .to(Sink.foreach(record -> add(read, record.value())))
            .run(system);
    readingInGroup =
        Consumer.committableSource(
                consuming().withGroupId(GROUP), Subscriptions.topics(PARTITION.topic()))
            .map(
                message -> {
                  readByGroup.add(message.record().value());
                  return message.committableOffset();
                })
            .toMat(
                Committer.sink(
                    CommitterSettings.create()
                        .withMaxBatch(20)
                        .withMaxInterval(Duration.ofMillis(50))),
                Consumer::createDrainingControl)
            .run(system);
    writing =
        Source.from(expected)
            .throttle(A_SECOND, Duration.ofSeconds(1), 50, ThrottleMode.shaping())
            .map(
                value -> {
                  Envelope<String, String, String> envelope =
                      ProducerMessage.single(new ProducerRecord<>(PARTITION.topic(), value), value);
                  return envelope;
                })
            .via(Producer.flexiFlow(producing()))
            .toMat(Sink.foreach(result -> onAcknowledged(result.passThrough())), Keep.right())
            .run(system);
    until("it flows", () -> readByGroup.size() > A_SECOND / 2 && size(read) > A_SECOND / 2);
  }

  private void onAcknowledged(String value) {
    add(acknowledged, value);
    long now = System.nanoTime();
    long last = lastAcknowledged.getAndSet(now);
    longestGap.accumulateAndGet(last == 0 ? 0 : now - last, Math::max);
  }

  private static void add(List<String> values, String value) {
    synchronized (values) {
      values.add(value);
    }
  }

  private static int size(List<String> values) {
    synchronized (values) {
      return values.size();
    }
  }

  private ProducerSettings<String, String> producing() {
    return ProducerSettings.create(
        client.brokers(), new StringSerializer(), new StringSerializer());
  }

  private ConsumerSettings<String, String> consuming() {
    return ConsumerSettings.create(
            client.brokers(), new StringDeserializer(), new StringDeserializer())
        .withProperty("auto.offset.reset", "earliest")
        .withProperty("heartbeat.interval.ms", "200");
  }

  /**
   * Waits for the end of what was begun: exactly what was acknowledged was read, in its order and
   * once, the group has read all, and committed all.
   */
  void finish() throws Exception {
    writing.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    until("all is read", () -> size(read) >= expected.size());
    until("the group has read all", () -> readByGroup.size() >= expected.size());
    await(reading.shutdown());
    await(readingInGroup.drainAndShutdown(system.dispatcher()));
    assertEquals("acknowledged", expected, acknowledged);
    assertEquals("read", expected, read);
    long committed =
        admin
            .listConsumerGroupOffsets(GROUP)
            .partitionsToOffsetAndMetadata()
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .get(PARTITION)
            .offset();
    assertEquals("committed", expected.size(), committed);
    System.out.println(
        expected.size()
            + " records; the longest time without an acknowledgement was "
            + TimeUnit.NANOSECONDS.toMillis(longestGap.get())
            + " ms");
  }

  private static void await(CompletionStage<Done> stage) throws Exception {
    stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  int leader() throws Exception {
    return partition().leader().id();
  }

  int coordinator() throws Exception {
    return admin
        .describeConsumerGroups(List.of(GROUP))
        .describedGroups()
        .get(GROUP)
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .coordinator()
        .id();
  }

  int controller() throws Exception {
    return admin
        .describeMetadataQuorum()
        .quorumInfo()
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .leaderId();
  }

  void awaitInSync(List<Integer> nodes) throws Exception {
    until(
        nodes + " are in sync",
        () -> {
          Set<Integer> inSync = new TreeSet<>();
          partition().isr().forEach(each -> inSync.add(each.id()));
          return inSync.equals(new TreeSet<>(nodes));
        });
  }

  private TopicPartitionInfo partition() throws Exception {
    return admin
        .describeTopics(List.of(PARTITION.topic()))
        .allTopicNames()
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .get(PARTITION.topic())
        .partitions()
        .get(0);
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void until(String what, Condition condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("It never came to this: " + what);
      }
      Thread.sleep(10);
    }
  }

  @Override
  public void close() {
    client.close();
    admin.close();
    system.terminate();
  }
}
