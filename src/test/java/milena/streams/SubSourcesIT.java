package milena.streams;

import static milena.streams.StreamsRule.await;
import static milena.streams.StreamsRule.until;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import akka.Done;
import akka.NotUsed;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import milena.streams.ConsumerMessage.CommittableMessage;
import milena.streams.javadsl.Committer;
import milena.streams.javadsl.Consumer;
import milena.streams.javadsl.Consumer.Control;
import milena.streams.javadsl.Consumer.DrainingControl;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.common.TopicPartition;
import org.junit.Assert;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Each partition as a stream of its own. */
public class SubSourcesIT extends JUnitSuite {
  @ClassRule public static final StreamsRule STREAMS = new StreamsRule();

  private static final List<String> VALUES =
      IntStream.range(0, 5_000).mapToObj(i -> "v" + i).toList();

  @Test
  public void eachPartitionIsAStreamOfItsOwn() throws Exception {
    String topic = STREAMS.topic(3);
    await(STREAMS.write(topic, VALUES));
    Map<TopicPartition, Queue<Long>> offsets = new ConcurrentHashMap<>();
    AtomicInteger count = new AtomicInteger();
    DrainingControl<Done> control =
        Consumer.committablePartitionedSource(
                STREAMS.consuming().withGroupId(topic + "-group"), Subscriptions.topics(topic))
            .mapAsyncUnordered(
                3,
                pair ->
                    pair.second()
                        .map(
                            message -> {
                              offsets
                                  .computeIfAbsent(
                                      pair.first(), any -> new ConcurrentLinkedQueue<>())
                                  .add(message.record().offset());
                              count.incrementAndGet();
                              return message.committableOffset();
                            })
                        .runWith(Committer.sink(CommitterSettings.create()), STREAMS.system()))
            .toMat(Sink.ignore(), Consumer::createDrainingControl)
            .run(STREAMS.system());
    until("all is read", () -> count.get() >= VALUES.size());
    await(control.drainAndShutdown(STREAMS.system().dispatcher()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    offsets.forEach(
        (partition, read) -> {
          assertEquals(LongStream.range(0, read.size()).boxed().toList(), List.copyOf(read));
          ends.put(partition, (long) read.size());
        });
    assertEquals(ends, STREAMS.committed(topic));
  }

  /** A stream of a partition, as it was given out. */
  private record Given(
      TopicPartition partition, Source<ConsumerRecord<String, String>, NotUsed> records) {}

  private static Control give(String topic, BlockingQueue<Given> to) {
    return Consumer.plainPartitionedSource(
            STREAMS.consuming().withGroupId(topic + "-group"), Subscriptions.topics(topic))
        .to(Sink.foreach(pair -> to.add(new Given(pair.first(), pair.second()))))
        .run(STREAMS.system());
  }

  private static Given next(BlockingQueue<Given> from) throws InterruptedException {
    Given next = from.poll(180, TimeUnit.SECONDS);
    assertNotNull("a partition is given out", next);
    return next;
  }

  @Test
  public void whatIsLeftOfACancelledOneIsGivenOutAgain() throws Exception {
    String topic = STREAMS.topic(1);
    await(STREAMS.write(topic, VALUES));
    BlockingQueue<Given> given = new LinkedBlockingQueue<>();
    Control control = give(topic, given);
    List<String> read = new ArrayList<>();
    // Cancelled in the midst of a chunk, before its first record, and again.
    for (int count : List.of(1_000, 0, 700, VALUES.size() - 1_700)) {
      Source<String, NotUsed> records = next(given).records().map(record -> record.value());
      read.addAll(await(records.take(count).runWith(Sink.seq(), STREAMS.system())));
    }
    assertEquals(VALUES, read);
    // Nothing is left in it, and it goes on with what is written now.
    CompletionStage<List<String>> last =
        next(given).records().map(record -> record.value()).runWith(Sink.seq(), STREAMS.system());
    await(STREAMS.write(topic, List.of("after all")));
    await(control.shutdown());
    assertTrue("it ends with its source: " + last, Set.of(0, 1).contains(await(last).size()));
    assertTrue("no other was given out", given.isEmpty());
  }

  @Test
  public void whatACancelledOneGaveCanStillBeCommitted() throws Exception {
    String topic = STREAMS.topic(1);
    await(STREAMS.write(topic, VALUES));
    DrainingControl<Done> control =
        Consumer.committablePartitionedSource(
                STREAMS.consuming().withGroupId(topic + "-group"), Subscriptions.topics(topic))
            .mapAsync(
                1,
                pair ->
                    pair.second()
                        .take(1_000)
                        .map(CommittableMessage::committableOffset)
                        .runWith(Committer.sink(CommitterSettings.create()), STREAMS.system()))
            .take(5)
            .toMat(Sink.ignore(), Consumer::createDrainingControl)
            .run(STREAMS.system());
    await(control.streamCompletion());
    await(control.drainAndShutdown(STREAMS.system().dispatcher()));
    assertEquals(
        Map.of(new TopicPartition(topic, 0), (long) VALUES.size()), STREAMS.committed(topic));
  }

  @Test
  public void theyFailWhenTheirSourceFails() throws Exception {
    String topic = STREAMS.topic(2);
    await(STREAMS.write(topic, VALUES));
    // Nothing is committed, and there is nowhere to begin.
    BlockingQueue<Given> given = new LinkedBlockingQueue<>();
    CompletionStage<Done> source =
        Consumer.plainPartitionedSource(
                STREAMS
                    .consuming()
                    .withGroupId(topic + "-group")
                    .withProperty("auto.offset.reset", "none"),
                Subscriptions.topics(topic))
            .map(
                pair -> {
                  given.add(new Given(pair.first(), pair.second()));
                  return pair;
                })
            .runWith(Sink.ignore(), STREAMS.system());
    List<CompletionStage<Done>> streams =
        Stream.of(next(given), next(given))
            .map(each -> each.records().runWith(Sink.ignore(), STREAMS.system()))
            .toList();
    for (CompletionStage<Done> each : List.of(source, streams.get(0), streams.get(1))) {
      ExecutionException failure = Assert.assertThrows(ExecutionException.class, () -> await(each));
      assertEquals(NoOffsetForPartitionException.class, failure.getCause().getClass());
    }
  }
}
