package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Where a consumer reads: by offset, by time, from the ends, paused, by pattern. */
public class ConsumeIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  private static final Duration POLL = Duration.ofMillis(100);

  /**
   * Beyond all patience: what a fetch that may wait so long brings, it brings before time is up.
   */
  private static final long LONG_WAIT_MS = 2 * Await.LIMIT.toMillis();

  private static final long LONGER_MS = 3 * Await.LIMIT.toMillis();

  /** A topic whose partition 0 holds "0", "1", ... at times 1000, 2000, ... in small batches. */
  private static TopicPartition topicOf(String what, int count, Map<String, String> configs)
      throws Exception {
    TopicPartition partition = new TopicPartition(kafka.topic(what, 1, configs), 0);
    try (var producer = kafka.producer("batch.size", 256)) {
      for (int i = 0; i < count; i++) {
        long time = 1000L * (i + 1);
        producer.send(new ProducerRecord<>(partition.topic(), 0, time, null, String.valueOf(i)));
      }
    }
    return partition;
  }

  /** Keeps the small times of {@link #topicOf} from being taken for old age. */
  private static final Map<String, String> FOR_EVER = Map.of("retention.ms", "-1");

  private static String next(KafkaConsumer<String, String> consumer) {
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    Await.until(
        "there is a record",
        () -> {
          consumer.poll(POLL).forEach(records::add);
          return !records.isEmpty();
        });
    return records.get(0).value();
  }

  @Test
  public void seekingGoesToAnyOffset() throws Exception {
    TopicPartition partition = topicOf("seek", 300, FOR_EVER);
    try (var consumer = kafka.consumer()) {
      consumer.assign(List.of(partition));
      for (long offset : new long[] {299, 0, 150, 7, 298, 151}) {
        consumer.seek(partition, offset);
        assertEquals(String.valueOf(offset), next(consumer));
      }
      consumer.seekToEnd(List.of(partition));
      assertEquals(300, consumer.position(partition));
      consumer.seekToBeginning(List.of(partition));
      assertEquals("0", next(consumer));
    }
  }

  @Test
  public void timesAreLookedUpAcrossSegments() throws Exception {
    TopicPartition partition =
        topicOf(
            "times",
            400,
            Map.of(
                "retention.ms", "-1", "segment.bytes", "1048576", "index.interval.bytes", "100"));
    try (var consumer = kafka.consumer()) {
      for (long i : new long[] {0, 1, 199, 399}) {
        long time = 1000 * (i + 1);
        var exact = consumer.offsetsForTimes(Map.of(partition, time)).get(partition);
        assertEquals(i, exact.offset());
        assertEquals(time, exact.timestamp());
        var justBefore = consumer.offsetsForTimes(Map.of(partition, time - 1)).get(partition);
        assertEquals(i, justBefore.offset());
      }
      assertNull(consumer.offsetsForTimes(Map.of(partition, 400_001L)).get(partition));
    }
  }

  @Test
  public void theEndsOfAPartitionAreTold() throws Exception {
    TopicPartition partition = topicOf("ends", 42, FOR_EVER);
    TopicPartition empty = new TopicPartition(kafka.topic("empty", 1), 0);
    try (var consumer = kafka.consumer()) {
      Set<TopicPartition> both = Set.of(partition, empty);
      assertEquals(Map.of(partition, 0L, empty, 0L), consumer.beginningOffsets(both));
      assertEquals(Map.of(partition, 42L, empty, 0L), consumer.endOffsets(both));
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      next(consumer);
      assertEquals(0L, consumer.currentLag(partition).getAsLong());
    }
  }

  @Test
  public void aPausedPartitionWaitsWhileOthersFlow() throws Exception {
    TopicPartition one = topicOf("paused", 10, FOR_EVER);
    TopicPartition other = topicOf("flowing", 10, FOR_EVER);
    try (var consumer = kafka.consumer("max.poll.records", 5)) {
      consumer.assign(List.of(one, other));
      consumer.pause(List.of(one));
      var records = Read.exactly(10, consumer);
      assertTrue(records.stream().allMatch(r -> r.topic().equals(other.topic())));
      assertEquals(0, consumer.poll(Duration.ofMillis(300)).count());
      consumer.resume(List.of(one));
      assertTrue(Read.exactly(10, consumer).stream().allMatch(r -> r.topic().equals(one.topic())));
    }
  }

  @Test
  public void aPatternFindsTopicsThatAreMadeLater() throws Exception {
    String family = BrokerRule.fresh("family");
    Set<String> seen = new HashSet<>();
    try (var consumer =
            kafka.consumer("group.id", BrokerRule.fresh("group"), "metadata.max.age.ms", 200);
        var producer = kafka.producer()) {
      consumer.subscribe(Pattern.compile(family + "\\..*"));
      for (String topic : List.of(family + ".a", family + ".b")) {
        producer.send(new ProducerRecord<>(topic, topic)).get();
        Await.until(
            "the record of " + topic + " is read",
            () -> {
              consumer.poll(POLL).forEach(r -> seen.add(r.value()));
              return seen.contains(topic);
            });
      }
      assertEquals(Set.of(family + ".a", family + ".b"), consumer.subscription());
    }
  }

  @Test
  public void aConsumerAtTheEndWakesForTheNextRecord() throws Exception {
    TopicPartition partition = new TopicPartition(kafka.topic("wakes", 1), 0);
    try (var consumer =
            kafka.consumer("fetch.max.wait.ms", LONG_WAIT_MS, "request.timeout.ms", LONGER_MS);
        var producer = kafka.producer()) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      for (int i = 0; i < 5; i++) {
        consumer.poll(POLL);
        producer.send(new ProducerRecord<>(partition.topic(), "v" + i)).get();
        assertEquals("v" + i, next(consumer));
      }
      // So that no fetch has to be waited for at the end.
      producer.send(new ProducerRecord<>(partition.topic(), "last")).get();
    }
  }

  @Test
  public void fetchMinBytesGathersUntilThereIsEnough() throws Exception {
    TopicPartition partition = new TopicPartition(kafka.topic("gathers", 1), 0);
    try (var consumer =
            kafka.consumer(
                "fetch.min.bytes",
                20_000,
                "fetch.max.wait.ms",
                LONG_WAIT_MS,
                "request.timeout.ms",
                LONGER_MS);
        var producer = kafka.producer("linger.ms", 0)) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      producer.send(new ProducerRecord<>(partition.topic(), "too little")).get();
      assertEquals(0, consumer.poll(Duration.ofMillis(500)).count());
      producer.send(new ProducerRecord<>(partition.topic(), "x".repeat(20_000))).get();
      assertEquals(2, Read.exactly(2, consumer).size());
      producer.send(new ProducerRecord<>(partition.topic(), "x".repeat(20_000))).get();
    }
  }

  @Test
  public void smallFetchesMakeProgressThroughLargeBatches() throws Exception {
    TopicPartition partition = topicOf("nibbles", 500, FOR_EVER);
    try (var consumer =
        kafka.consumer("max.partition.fetch.bytes", 1, "fetch.max.bytes", 1, "check.crcs", true)) {
      var records = Read.all(consumer, partition);
      assertEquals(500, records.size());
      assertEquals("499", records.get(499).value());
    }
  }

  @Test(timeout = 120_000)
  public void whatWasDeletedIsOutOfRange() throws Exception {
    TopicPartition partition = topicOf("deleted", 100, FOR_EVER);
    kafka.admin().deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(60))).all().get();
    try (var strict = kafka.consumer("auto.offset.reset", "none");
        var lenient = kafka.consumer("auto.offset.reset", "earliest")) {
      assertEquals(60L, (long) strict.beginningOffsets(List.of(partition)).get(partition));
      strict.assign(List.of(partition));
      strict.seek(partition, 10);
      Refusal.of(
          OffsetOutOfRangeException.class,
          () -> {
            while (strict.poll(POLL).isEmpty()) {}
          });
      lenient.assign(List.of(partition));
      lenient.seek(partition, 10);
      assertEquals("60", next(lenient));
      lenient.seek(partition, 1000);
      assertEquals("60", next(lenient));
    }
  }

  @Test
  public void readCommittedSeesWhatIsNotInATransaction() throws Exception {
    TopicPartition partition = topicOf("committed", 20, FOR_EVER);
    try (var consumer = kafka.consumer("isolation.level", "read_committed")) {
      assertEquals(20, Read.all(consumer, partition).size());
      assertEquals(20L, (long) consumer.endOffsets(List.of(partition)).get(partition));
    }
  }

  @Test
  public void manyConsumersReadTheSame() throws Exception {
    TopicPartition partition = topicOf("shared", 200, FOR_EVER);
    List<KafkaConsumer<String, String>> consumers = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        consumers.add(kafka.consumer());
      }
      for (var consumer : consumers) {
        assertEquals(200, Read.all(consumer, partition).size());
      }
    } finally {
      consumers.forEach(KafkaConsumer::close);
    }
  }
}
