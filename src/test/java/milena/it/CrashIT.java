package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import milena.testing.SeedRule;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/**
 * A broker that is killed again and again, at moments that a seed decides, under a producer that
 * goes on. Whatever was acknowledged is there afterwards, once and in order: records, committed
 * offsets, topics.
 */
public class CrashIT extends JUnitSuite {
  @Rule public final SeedRule seeds = new SeedRule();

  private static final int ROUNDS = Integer.getInteger("crash.rounds", 20);
  private static final int PARTITIONS = 3;

  /** Of clients: a start may take as long as anything, and some time more is theirs. */
  private static final long PATIENCE_MS = 3 * Await.LIMIT.toMillis();

  private static final String TOPIC = "crashed";
  private static final String GROUP = "crashed-group";

  /** Records in flight are few, so that each kill meets some that are being written. */
  private static final int RECORDS_PER_BURST = 20;

  /** The offset that was acknowledged for each number, by partition. */
  private final Map<TopicPartition, Map<Long, Long>> acknowledged = new ConcurrentHashMap<>();

  private final Map<TopicPartition, Long> committed = new ConcurrentHashMap<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  @Test
  public void nothingAcknowledgedIsLostWhenEveryWriteIsFlushed() throws Exception {
    killAgainAndAgain(Map.of("log.flush.interval.messages", "1"));
  }

  @Test
  public void nothingAcknowledgedIsLostWhenTheSystemFlushes() throws Exception {
    killAgainAndAgain(Map.of());
  }

  private void killAgainAndAgain(Map<String, String> settings) throws Exception {
    Random random = seeds.random();
    try (TestBroker broker = TestBroker.start(settings)) {
      var config =
          BrokerRule.config(
              broker.bootstrapServers(),
              "reconnect.backoff.max.ms",
              100,
              "retry.backoff.max.ms",
              200);
      try (Admin admin = Admin.create(config)) {
        admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1))).all().get();
        Thread producing = start("producing", () -> produce(broker));
        Thread committing = start("committing", () -> commit(broker));
        for (int round = 0; round < ROUNDS && failure.get() == null; round++) {
          awaitProgress();
          admin.createTopics(List.of(new NewTopic("round-" + round, 1, (short) 1))).all().get();
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(400)));
          broker.kill();
          Map<TopicPartition, Long> ends = acknowledgedEnds();
          Map<TopicPartition, Long> commits = new HashMap<>(committed);
          broker.start();
          nothingIsMissing(admin, round, ends, commits);
        }
        over.set(true);
        producing.join();
        committing.join();
        if (failure.get() != null) {
          throw new AssertionError("a client gave up", failure.get());
        }
        everyRecordIsThereOnceAndInOrder(broker);
        broker.stop();
      }
    }
  }

  private interface Work {
    void run() throws Exception;
  }

  private Thread start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Throwable e) {
                failure.set(e);
              }
            },
            name);
    thread.start();
    return thread;
  }

  private void produce(TestBroker broker) throws Exception {
    var config =
        BrokerRule.config(
            broker.bootstrapServers(),
            "acks",
            "all",
            "linger.ms",
            0,
            "batch.size",
            200,
            "reconnect.backoff.max.ms",
            100,
            "retry.backoff.max.ms",
            200,
            "delivery.timeout.ms",
            PATIENCE_MS,
            "request.timeout.ms",
            10_000,
            "max.block.ms",
            PATIENCE_MS);
    try (var producer =
        new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
      long number = 0;
      while (!over.get()) {
        Future<?> last = null;
        for (int i = 0; i < RECORDS_PER_BURST * PARTITIONS; i++) {
          last = send(producer, (int) (number % PARTITIONS), number / PARTITIONS);
          number++;
        }
        last.get();
      }
    }
  }

  private Future<?> send(KafkaProducer<String, String> producer, int partition, long number) {
    return producer.send(
        new ProducerRecord<>(TOPIC, partition, null, String.valueOf(number)),
        (sent, problem) -> {
          if (problem != null) {
            failure.compareAndSet(null, problem);
          } else {
            acknowledged
                .computeIfAbsent(
                    new TopicPartition(TOPIC, partition), p -> new ConcurrentSkipListMap<>())
                .put(number, sent.offset());
          }
        });
  }

  /** Commits ever larger offsets for a group without members. */
  private void commit(TestBroker broker) throws Exception {
    var config =
        BrokerRule.config(
            broker.bootstrapServers(),
            "group.id",
            GROUP,
            "default.api.timeout.ms",
            PATIENCE_MS,
            "reconnect.backoff.max.ms",
            100);
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      for (long i = 1; !over.get(); i++) {
        for (TopicPartition partition : Read.partitions(TOPIC, PARTITIONS)) {
          consumer.commitSync(Map.of(partition, new OffsetAndMetadata(i)));
          committed.put(partition, i);
        }
      }
    }
  }

  /** Waits until every partition has got acknowledgements that it did not have. */
  private void awaitProgress() {
    Map<TopicPartition, Long> before = acknowledgedEnds();
    long commitBefore = committed.values().stream().mapToLong(Long::longValue).sum();
    Await.until(
        "records and offsets are acknowledged again",
        () -> {
          if (failure.get() != null) {
            throw new AssertionError("a client gave up", failure.get());
          }
          Map<TopicPartition, Long> now = acknowledgedEnds();
          return now.size() == PARTITIONS
              && now.entrySet().stream()
                  .allMatch(e -> e.getValue() > before.getOrDefault(e.getKey(), 0L))
              && committed.values().stream().mapToLong(Long::longValue).sum() > commitBefore;
        });
  }

  private Map<TopicPartition, Long> acknowledgedEnds() {
    Map<TopicPartition, Long> ends = new HashMap<>();
    acknowledged.forEach(
        (p, offsets) -> {
          long last = offsets.values().stream().mapToLong(Long::longValue).max().orElse(-1);
          ends.put(p, last + 1);
        });
    return ends;
  }

  private void nothingIsMissing(
      Admin admin, int round, Map<TopicPartition, Long> ends, Map<TopicPartition, Long> commits)
      throws Exception {
    for (var end : ends.entrySet()) {
      long found =
          admin
              .listOffsets(Map.of(end.getKey(), OffsetSpec.latest()))
              .partitionResult(end.getKey())
              .get()
              .offset();
      assertTrue(
          "round %d: %s ends at %d, acknowledged were %d"
              .formatted(round, end.getKey(), found, end.getValue()),
          found >= end.getValue());
    }
    var offsets = admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata(GROUP).get();
    for (var commit : commits.entrySet()) {
      OffsetAndMetadata found = offsets.get(commit.getKey());
      assertTrue(
          "round %d: %s is committed at %s, acknowledged was %d"
              .formatted(round, commit.getKey(), found, commit.getValue()),
          found != null && found.offset() >= commit.getValue());
    }
    Set<String> topics = admin.listTopics().names().get();
    assertTrue(
        "round " + round + ": the topic made last is gone", topics.contains("round-" + round));
  }

  private void everyRecordIsThereOnceAndInOrder(TestBroker broker) {
    var config = BrokerRule.config(broker.bootstrapServers(), "isolation.level", "read_committed");
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      for (TopicPartition partition : Read.partitions(TOPIC, PARTITIONS)) {
        Map<Long, Long> found = new TreeMap<>();
        long previous = -1;
        for (ConsumerRecord<String, String> record : Read.all(consumer, partition)) {
          long number = Long.parseLong(record.value());
          assertTrue(
              "%s: %d at offset %d comes after %d"
                  .formatted(partition, number, record.offset(), previous),
              number > previous);
          previous = number;
          found.put(number, record.offset());
        }
        assertEquals(partition.toString(), acknowledged.get(partition), found);
      }
    }
  }
}
