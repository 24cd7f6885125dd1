package milena.streams;

import static milena.streams.StreamsRule.await;
import static milena.streams.StreamsRule.until;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import akka.Done;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.IntStream;
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
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Streams in the JVM of the node that they read from and write to. */
public class StreamsIT extends JUnitSuite {
  @ClassRule public static final StreamsRule STREAMS = new StreamsRule();

  private static final List<String> VALUES =
      IntStream.range(0, 5_000).mapToObj(i -> "v" + i).toList();

  @Test
  public void aPlainSourceReadsWhatAPlainSinkWrote() throws Exception {
    String topic = STREAMS.topic(1);
    await(
        Source.from(VALUES)
            .map(value -> new ProducerRecord<String, String>(topic, 0, "k", value))
            .runWith(Producer.plainSink(STREAMS.producing()), STREAMS.system()));
    List<String> read =
        await(
            Consumer.plainSource(
                    STREAMS.consuming(),
                    Subscriptions.assignmentWithOffset(new TopicPartition(topic, 0), 100L))
                .map(record -> record.value())
                .take(VALUES.size() - 100)
                .runWith(Sink.seq(), STREAMS.system()));
    assertEquals(VALUES.subList(100, VALUES.size()), read);
  }

  @Test
  public void aCommittableSourceGoesOnWhereItCommitted() throws Exception {
    String topic = STREAMS.topic(2);
    String group = topic + "-group";
    for (int round = 0; round < 2; round++) {
      await(STREAMS.write(topic, VALUES));
      Queue<String> read = new ConcurrentLinkedQueue<>();
      DrainingControl<Done> control =
          Consumer.committableSource(
                  STREAMS.consuming().withGroupId(group), Subscriptions.topics(topic))
              .map(
                  message -> {
                    read.add(message.record().value());
                    return message.committableOffset();
                  })
              .toMat(Committer.sink(CommitterSettings.create()), Consumer::createDrainingControl)
              .run(STREAMS.system());
      until("all of the round is read", () -> read.size() >= VALUES.size());
      await(control.drainAndShutdown(STREAMS.system().dispatcher()));
      assertEquals(sorted(VALUES), sorted(read));
    }
  }

  @Test
  public void aStreamReadsTransformsWritesAndCommits() throws Exception {
    String from = STREAMS.topic(1);
    String to = STREAMS.topic(1);
    await(STREAMS.write(from, VALUES));
    DrainingControl<Done> control =
        Consumer.committableSource(
                STREAMS.consuming().withGroupId(from + "-group"), Subscriptions.topics(from))
            .map(
                message ->
                    ProducerMessage.<String, String, Committable>single(
                        new ProducerRecord<String, String>(to, message.record().value() + "!"),
                        message.committableOffset()))
            .toMat(
                Producer.committableSink(
                    STREAMS.producing(), CommitterSettings.create().withMaxBatch(50)),
                Consumer::createDrainingControl)
            .run(STREAMS.system());
    assertEquals(VALUES.stream().map(value -> value + "!").toList(), read(to, VALUES.size()));
    await(control.drainAndShutdown(STREAMS.system().dispatcher()));
    assertEquals(
        Map.of(new TopicPartition(from, 0), (long) VALUES.size()), STREAMS.committed(from));
  }

  @Test
  public void whatIsReadAtMostOnceIsCommittedBefore() throws Exception {
    String topic = STREAMS.topic(1);
    await(STREAMS.write(topic, VALUES.subList(0, 20)));
    ConsumerSettings<String, String> settings = STREAMS.consuming().withGroupId(topic + "-group");
    List<String> read =
        await(
            Consumer.atMostOnceSource(settings, Subscriptions.topics(topic))
                .map(record -> record.value())
                .take(10)
                .runWith(Sink.seq(), STREAMS.system()));
    assertEquals(VALUES.subList(0, 10), read);
    assertTrue(
        "what was given is committed",
        STREAMS.committed(topic).get(new TopicPartition(topic, 0)) >= 10);
  }

  @Test
  public void theOffsetTravelsBesideTheRecord() throws Exception {
    String topic = STREAMS.topic(1);
    String to = STREAMS.topic(1);
    await(STREAMS.write(topic, VALUES.subList(0, 100)));
    DrainingControl<Done> control =
        Consumer.sourceWithOffsetContext(
                STREAMS.consuming().withGroupId(topic + "-group"), Subscriptions.topics(topic))
            .map(
                record ->
                    ProducerMessage.single(new ProducerRecord<String, String>(to, record.value())))
            .toMat(
                Producer.committableSinkWithOffsetContext(
                    STREAMS.producing(), CommitterSettings.create()),
                Consumer::createDrainingControl)
            .run(STREAMS.system());
    assertEquals(VALUES.subList(0, 100), read(to, 100));
    await(control.drainAndShutdown(STREAMS.system().dispatcher()));
    assertEquals(Map.of(new TopicPartition(topic, 0), 100L), STREAMS.committed(topic));
  }

  @Test
  public void envelopesOfManyKindsPassInTheirOrder() throws Exception {
    String topic = STREAMS.topic(2);
    List<Results<String, String, Integer>> results =
        await(
            Source.range(0, 99)
                .map(StreamsIT::envelope)
                .map(envelope -> envelope.apply(topic))
                .via(Producer.<String, String, Integer>flexiFlow(STREAMS.producing()))
                .runWith(Sink.seq(), STREAMS.system()));
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
    String topic = STREAMS.topic(4);
    String group = topic + "-group";
    Queue<String> streamed = new ConcurrentLinkedQueue<>();
    DrainingControl<Done> control =
        Consumer.committableSource(
                STREAMS.consuming().withGroupId(group).withProperty("heartbeat.interval.ms", "100"),
                Subscriptions.topics(topic))
            .map(
                message -> {
                  streamed.add(message.record().value());
                  return message.committableOffset();
                })
            .toMat(
                Committer.sink(CommitterSettings.create().withMaxInterval(Duration.ofMillis(50))),
                Consumer::createDrainingControl)
            .run(STREAMS.system());
    List<String> polled = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                STREAMS.node().bootstrapServers(),
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
      await(STREAMS.write(topic, VALUES));
      until(
          "both together have read all",
          () -> {
            consumer.poll(Duration.ofMillis(50)).forEach(record -> polled.add(record.value()));
            return polled.size() + streamed.size() >= VALUES.size();
          });
    }
    await(control.drainAndShutdown(STREAMS.system().dispatcher()));
    assertTrue("the stream has read", !streamed.isEmpty());
    assertTrue("the consumer has read", !polled.isEmpty());
    polled.addAll(streamed);
    assertEquals(sorted(VALUES), sorted(polled));
  }

  @Test
  public void whatACrashedConsumerDidNotCommitComesAgain() throws Exception {
    String topic = STREAMS.topic(1);
    ConsumerSettings<String, String> settings = STREAMS.consuming().withGroupId(topic + "-group");
    await(STREAMS.write(topic, VALUES));
    List<CommittableMessage<String, String>> seen =
        await(
            Consumer.committableSource(
                    settings.withStopTimeout(Duration.ZERO), Subscriptions.topics(topic))
                .take(1_000)
                .runWith(Sink.seq(), STREAMS.system()));
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
              .runWith(
                  Committer.sink(CommitterSettings.create().withMaxBatch(100)), STREAMS.system()));
      throw new AssertionError("It should have died");
    } catch (ExecutionException e) {
      assertEquals("struck", e.getCause().getMessage());
    }
    // What was under way when it died may be committed yet.
    String last = VALUES.get(VALUES.size() - 1);
    List<String> again =
        await(
            Consumer.plainSource(settings, Subscriptions.topics(topic))
                .map(record -> record.value())
                .takeWhile(value -> !value.equals(last), true)
                .runWith(Sink.seq(), STREAMS.system()));
    int committed = VALUES.size() - again.size();
    assertTrue("what was not done is not committed: " + committed, committed <= 700);
    assertEquals(VALUES.subList(committed, VALUES.size()), again);
    assertEquals(1_000, seen.size());
  }

  @Test
  public void aDrainedStreamLosesNothingAndRepeatsNothing() throws Exception {
    String topic = STREAMS.topic(1);
    await(STREAMS.write(topic, VALUES));
    List<String> read = new CopyOnWriteArrayList<>();
    for (int end : List.of(1_000, 2_500, VALUES.size())) {
      DrainingControl<Done> control =
          Consumer.committableSource(
                  STREAMS.consuming().withGroupId(topic + "-group"), Subscriptions.topics(topic))
              .mapAsync(
                  8,
                  message ->
                      CompletableFuture.supplyAsync(
                          () -> {
                            // Some work is under way at any time.
                            Thread.onSpinWait();
                            return message;
                          }))
              .map(
                  message -> {
                    read.add(message.record().value());
                    return message.committableOffset();
                  })
              .toMat(Committer.sink(CommitterSettings.create()), Consumer::createDrainingControl)
              .run(STREAMS.system());
      until("some of it is read", () -> read.size() >= end);
      await(control.drainAndShutdown(STREAMS.system().dispatcher()));
    }
    assertEquals(VALUES, read);
  }

  /** The values of all partitions of a topic, from the beginning. */
  private static List<String> read(String topic, int count) throws Exception {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                STREAMS.node().bootstrapServers(),
                "auto.offset.reset",
                "earliest"),
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

  private static List<String> sorted(Collection<String> values) {
    return values.stream().sorted().toList();
  }
}
