package milena.streams;

import static milena.streams.StreamsRule.await;
import static milena.streams.StreamsRule.until;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import akka.stream.Attributes;
import akka.stream.KillSwitches;
import akka.stream.UniqueKillSwitch;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.SinkQueueWithCancel;
import akka.stream.javadsl.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import milena.streams.javadsl.Consumer;
import milena.streams.javadsl.Producer;
import milena.testkit.DisposableBroker;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Streams of which one end stalls or hesitates: how much is held, and what is asked for. */
public class BackPressureIT extends JUnitSuite {
  @ClassRule public static final StreamsRule STREAMS = new StreamsRule();

  private static ProducerRecord<String, String> record(String topic, String value) {
    return new ProducerRecord<>(topic, value);
  }

  @Test
  public void aStalledSinkStopsTheReading() throws Exception {
    String topic = STREAMS.topic(1);
    String value = "x".repeat(10_000);
    await(STREAMS.write(topic, Collections.nCopies(6_000, value)));
    TappedLink link = new TappedLink(STREAMS.node().brokers(), false);
    long before = usedMemory();
    SinkQueueWithCancel<ConsumerRecord<String, String>> queue =
        Consumer.plainSource(
                ConsumerSettings.create(
                        link.brokers(), new StringDeserializer(), new StringDeserializer())
                    .withProperty("auto.offset.reset", "earliest"),
                Subscriptions.assignment(new TopicPartition(topic, 0)))
            .runWith(
                Sink.<ConsumerRecord<String, String>>queue()
                    .withAttributes(Attributes.inputBuffer(1, 1)),
                STREAMS.system());
    for (int i = 0; i < 10; i++) {
      assertTrue(await(queue.pull()).isPresent());
    }
    until("one chunk is ahead", () -> link.reads.get() >= 2);
    // Somebody writes on all the while: for a second, in the long run for a minute.
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Boolean.getBoolean("long") ? 60 : 1);
    do {
      await(STREAMS.write(topic, Collections.nCopies(500, value)));
      long grown = usedMemory() - before;
      assertTrue("60 MB are there, and so much is held: " + grown, grown < 20_000_000);
      assertEquals("one chunk is being delivered and one is ahead", 2, link.reads.get());
    } while (System.nanoTime() - end < 0);
    queue.cancel();
  }

  /** After a collection: what is really held. */
  private static long usedMemory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  @Test
  public void aReadIsBoundedByItsReaderAndByTheBroker() throws Exception {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      values.add(i + "x".repeat(10_000));
    }
    try (DisposableBroker broker =
        DisposableBroker.with().config("fetch.max.bytes", "70000").topic("bounded", 1).start()) {
      Brokers brokers = broker.node().brokers();
      writeInBatchesOfOne(brokers, values);
      TappedLink byReader = new TappedLink(brokers, false);
      assertEquals(values, readBounded(byReader, "50000", 40));
      assertTrue("" + byReader.largestAnswer, byReader.largestAnswer.get() <= 50_000);
      TappedLink byBroker = new TappedLink(brokers, false);
      assertEquals(values, readBounded(byBroker, "1000000", 40));
      assertTrue("" + byBroker.largestAnswer, byBroker.largestAnswer.get() <= 70_000);
      String large = "y".repeat(100_000);
      writeInBatchesOfOne(brokers, List.of(large));
      values.add(large);
      TappedLink whole = new TappedLink(brokers, false);
      assertEquals("a larger batch comes all the same", values, readBounded(whole, "1", 41));
      assertTrue("" + whole.largestAnswer, whole.largestAnswer.get() < 110_000);
      assertTrue("each by itself", whole.reads.get() >= 41);
    }
  }

  private static void writeInBatchesOfOne(Brokers brokers, List<String> values) throws Exception {
    await(
        Source.from(values)
            .map(value -> record("bounded", value))
            .runWith(
                Producer.plainSink(STREAMS.producing(brokers).withProperty("batch.size", "12000")),
                STREAMS.system()));
  }

  private static List<String> readBounded(TappedLink link, String maxBytes, int count)
      throws Exception {
    return await(
        Consumer.plainSource(
                ConsumerSettings.create(
                        link.brokers(), new StringDeserializer(), new StringDeserializer())
                    .withProperty("auto.offset.reset", "earliest")
                    .withProperty("max.partition.fetch.bytes", maxBytes),
                Subscriptions.assignment(new TopicPartition("bounded", 0)))
            .map(ConsumerRecord::value)
            .take(count)
            .runWith(Sink.seq(), STREAMS.system()));
  }

  @Test
  public void aStalledBrokerStopsTheSource() throws Exception {
    String topic = STREAMS.topic(2);
    Brokers stalled = new TappedLink(STREAMS.node().brokers(), true).brokers();
    AtomicInteger taken = new AtomicInteger();
    UniqueKillSwitch end =
        Source.repeat("x".repeat(1_000))
            .viaMat(KillSwitches.single(), Keep.right())
            .map(
                value -> {
                  taken.incrementAndGet();
                  return record(topic, value);
                })
            .to(
                Producer.plainSink(
                    STREAMS.producing(stalled).withProperty("buffer.memory", "1000000")))
            .run(STREAMS.system());
    until("the buffer is full", () -> taken.get() >= 950);
    // While others go on.
    await(STREAMS.write(STREAMS.topic(1), Collections.nCopies(5_000, "y".repeat(1_000))));
    assertTrue("it took no more than fits: " + taken.get(), taken.get() <= 1_020);
    end.abort(new IllegalStateException("over"));
  }

  @Test
  public void recordsWaitForOthersAsLongAsTheyLinger() throws Exception {
    String topic = STREAMS.topic(1);
    assertEquals("all in one batch", 1, writesOfTen(topic, "linger.ms", "60000"));
    assertTrue("some at once", writesOfTen(topic, "linger.ms", "0") > 1);
    assertTrue(
        "none waits while nothing can come",
        writesOfTen(topic, "linger.ms", "60000", "buffer.memory", "1") == 10);
  }

  /** Ten records, one each 20 ms; the end of the stream makes an end to the waiting. */
  private static int writesOfTen(String topic, String... properties) throws Exception {
    TappedLink link = new TappedLink(STREAMS.node().brokers(), false);
    ProducerSettings<String, String> settings = STREAMS.producing(link.brokers());
    for (int i = 0; i < properties.length; i += 2) {
      settings = settings.withProperty(properties[i], properties[i + 1]);
    }
    await(
        Source.range(1, 10)
            .throttle(1, Duration.ofMillis(20))
            .map(i -> record(topic, "v" + i))
            .runWith(Producer.plainSink(settings), STREAMS.system()));
    return link.writes.get();
  }

  @Test
  public void aRecordLeavesWhenItHasLingered() throws Exception {
    String topic = STREAMS.topic(1);
    TappedLink link = new TappedLink(STREAMS.node().brokers(), false);
    long began = System.nanoTime();
    UniqueKillSwitch end =
        Source.single("only")
            .concat(Source.maybe())
            .viaMat(KillSwitches.single(), Keep.right())
            .map(value -> record(topic, value))
            .to(
                Producer.plainSink(
                    STREAMS.producing(link.brokers()).withProperty("linger.ms", "200")))
            .run(STREAMS.system());
    until("it has left", () -> link.writes.get() == 1);
    assertTrue("not sooner", System.nanoTime() - began >= TimeUnit.MILLISECONDS.toNanos(200));
    end.shutdown();
  }
}
