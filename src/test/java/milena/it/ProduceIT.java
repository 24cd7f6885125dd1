package milena.it;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** What is written by the stock Java producer is what the stock Java consumer reads. */
public class ProduceIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  private static List<String> numbered(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
  }

  private static List<RecordMetadata> sendAll(
      KafkaProducer<String, String> producer, String topic, List<String> values) throws Exception {
    List<Future<RecordMetadata>> acks = new ArrayList<>();
    for (String value : values) {
      acks.add(producer.send(new ProducerRecord<>(topic, 0, null, value)));
    }
    List<RecordMetadata> sent = new ArrayList<>();
    for (Future<RecordMetadata> ack : acks) {
      sent.add(ack.get());
    }
    return sent;
  }

  private void roundTripCompressed(String codec, String linger) throws Exception {
    String topic = kafka.topic("codec-" + codec, 1);
    List<String> values = numbered(codec.repeat(20), 500);
    try (var producer = kafka.producer("compression.type", codec, "linger.ms", linger);
        var consumer = kafka.consumer()) {
      List<RecordMetadata> sent = sendAll(producer, topic, values);
      assertEquals(499, sent.get(499).offset());
      assertEquals(values, Read.values(Read.all(consumer, new TopicPartition(topic, 0))));
    }
  }

  @Test
  public void uncompressedRecordsComeBack() throws Exception {
    roundTripCompressed("none", "20");
  }

  @Test
  public void gzipRecordsComeBack() throws Exception {
    roundTripCompressed("gzip", "20");
  }

  @Test
  public void snappyRecordsComeBack() throws Exception {
    roundTripCompressed("snappy", "20");
  }

  @Test
  public void lz4RecordsComeBack() throws Exception {
    roundTripCompressed("lz4", "20");
  }

  @Test
  public void zstdRecordsComeBack() throws Exception {
    roundTripCompressed("zstd", "20");
  }

  @Test
  public void keysValuesHeadersAndTimestampsComeBackAsTheyWere() throws Exception {
    // One record's time is so small that it would be deleted for its age.
    String topic = kafka.topic("whole", 2, Map.of("retention.ms", "-1"));
    ProducerRecord<String, String> full = new ProducerRecord<>(topic, 1, 1234567890L, "k", "v");
    full.headers().add("a", "1".getBytes(StandardCharsets.UTF_8));
    full.headers().add("empty", new byte[0]);
    full.headers().add(new RecordHeader("none", null));
    full.headers().add("a", "2".getBytes(StandardCharsets.UTF_8));
    try (var producer = kafka.producer();
        var consumer = kafka.consumer()) {
      producer.send(full);
      producer.send(new ProducerRecord<>(topic, 1, null, "no key"));
      producer.send(new ProducerRecord<>(topic, 1, "no value", null));
      producer.send(new ProducerRecord<>(topic, 1, "", ""));
      producer.flush();
      var records = Read.all(consumer, new TopicPartition(topic, 1));
      ConsumerRecord<String, String> first = records.get(0);
      assertEquals(List.of(full.headers().toArray()), List.of(first.headers().toArray()));
      assertEquals("k", first.key());
      assertEquals("v", first.value());
      assertEquals(1234567890L, first.timestamp());
      assertEquals(TimestampType.CREATE_TIME, first.timestampType());
      assertEquals(1, first.partition());
      assertEquals(0, (int) first.leaderEpoch().orElseThrow());
      assertNull(records.get(1).key());
      assertEquals("no key", records.get(1).value());
      assertEquals("no value", records.get(2).key());
      assertNull(records.get(2).value());
      assertEquals("", records.get(3).key());
      assertEquals("", records.get(3).value());
    }
  }

  @Test
  public void keysDecideThePartitionAndKeepTheirOrderInIt() throws Exception {
    String topic = kafka.topic("keyed", 4);
    try (var producer = kafka.producer();
        var consumer = kafka.consumer()) {
      for (int i = 0; i < 400; i++) {
        producer.send(new ProducerRecord<>(topic, "key" + i % 10, String.valueOf(i)));
      }
      producer.flush();
      var records = Read.all(consumer, Read.partitions(topic, 4));
      assertEquals(400, records.size());
      for (int k = 0; k < 10; k++) {
        String key = "key" + k;
        var ofKey = records.stream().filter(r -> r.key().equals(key)).toList();
        assertEquals(1, ofKey.stream().map(ConsumerRecord::partition).distinct().count());
        List<Integer> numbers = ofKey.stream().map(r -> Integer.valueOf(r.value())).toList();
        assertEquals(40, numbers.size());
        assertEquals(numbers.stream().sorted().toList(), numbers);
      }
    }
  }

  @Test
  public void withoutAcknowledgementsRecordsArriveAllTheSame() throws Exception {
    String topic = kafka.topic("acks0", 1);
    try (var producer = kafka.producer("acks", "0", "enable.idempotence", false);
        var asking = kafka.producer();
        var consumer = kafka.consumer()) {
      // What a leader is not ready for is lost without a word.
      sendAll(asking, topic, List.of("first"));
      List<RecordMetadata> sent = sendAll(producer, topic, numbered("v", 100));
      assertFalse("acks=0 knows no offset", sent.get(99).hasOffset());
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      List<String> values = Read.values(Read.exactly(101, consumer));
      assertEquals(numbered("v", 100), values.subList(1, 101));
    }
  }

  @Test
  public void leaderAcknowledgementsTellTheOffset() throws Exception {
    String topic = kafka.topic("acks1", 1);
    try (var producer = kafka.producer("acks", "1", "enable.idempotence", false)) {
      List<RecordMetadata> sent = sendAll(producer, topic, numbered("v", 100));
      for (int i = 0; i < 100; i++) {
        assertEquals(i, sent.get(i).offset());
      }
    }
  }

  @Test
  public void aProducerWithoutIdempotenceAndOneWithShareAPartition() throws Exception {
    String topic = kafka.topic("mixed", 1);
    try (var plain = kafka.producer("enable.idempotence", false, "acks", "all");
        var idempotent = kafka.producer("enable.idempotence", true);
        var consumer = kafka.consumer()) {
      for (int i = 0; i < 50; i++) {
        plain.send(new ProducerRecord<>(topic, "p" + i));
        idempotent.send(new ProducerRecord<>(topic, "i" + i));
      }
      plain.flush();
      idempotent.flush();
      List<String> values = Read.values(Read.all(consumer, new TopicPartition(topic, 0)));
      assertEquals(100, values.size());
      for (String prefix : List.of("p", "i")) {
        assertEquals(
            IntStream.range(0, 50).mapToObj(i -> prefix + i).toList(),
            values.stream().filter(v -> v.startsWith(prefix)).toList());
      }
    }
  }

  @Test
  public void anIdempotentProducerKeepsTheOrderWithManyRequestsInFlight() throws Exception {
    String topic = kafka.topic("inflight", 1);
    List<String> values = numbered("v", 5000);
    try (var producer =
            kafka.producer("linger.ms", 0, "batch.size", 200, "buffer.memory", 33554432);
        var consumer = kafka.consumer()) {
      sendAll(producer, topic, values);
      assertEquals(values, Read.values(Read.all(consumer, new TopicPartition(topic, 0))));
    }
  }

  @Test
  public void recordsUpToTheLimitPassAndBeyondAreRefusedAlone() throws Exception {
    String topic = kafka.topic("large", 1);
    byte[] justBelow = new byte[1024 * 1024 - 100];
    new Random(7).nextBytes(justBelow);
    byte[] beyond = new byte[1024 * 1024 + 100];
    var config = kafka.clientConfig("max.request.size", 10_000_000);
    try (var producer =
            new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        var consumer =
            new KafkaConsumer<>(
                kafka.clientConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      producer.send(new ProducerRecord<>(topic, justBelow)).get();
      var tooLarge = producer.send(new ProducerRecord<>(topic, beyond));
      Refusal.of(RecordTooLargeException.class, tooLarge);
      assertEquals(1, producer.send(new ProducerRecord<>(topic, new byte[] {1})).get().offset());
      var records = Read.all(consumer, new TopicPartition(topic, 0));
      assertEquals(2, records.size());
      assertArrayEquals(justBelow, records.get(0).value());
    }
  }

  @Test
  public void aTopicOfLargeRecordsTakesThem() throws Exception {
    String topic = kafka.topic("huge", 1, Map.of("max.message.bytes", "20000000"));
    byte[] huge = new byte[12_000_000];
    new Random(11).nextBytes(huge);
    var config = kafka.clientConfig("max.request.size", 20_000_000);
    try (var producer =
            new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        var consumer =
            new KafkaConsumer<>(
                kafka.clientConfig(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      producer.send(new ProducerRecord<>(topic, huge)).get();
      producer.send(new ProducerRecord<>(topic, new byte[] {1})).get();
      var records = Read.all(consumer, new TopicPartition(topic, 0));
      assertEquals(
          "a record larger than fetch.max.bytes is delivered all the same", 2, records.size());
      assertArrayEquals(huge, records.get(0).value());
    }
  }

  @Test
  public void aCompactedTopicRefusesRecordsWithoutAKey() throws Exception {
    String topic = kafka.topic("compacted", 1, Map.of("cleanup.policy", "compact"));
    try (var producer = kafka.producer("linger.ms", 0)) {
      producer.send(new ProducerRecord<>(topic, "k", "v")).get();
      var keyless = producer.send(new ProducerRecord<>(topic, "no key"));
      Refusal.of(InvalidRecordException.class, keyless);
      assertEquals(1, producer.send(new ProducerRecord<>(topic, "k", "w")).get().offset());
    }
  }

  @Test
  public void logAppendTimeReplacesTheProducersTime() throws Exception {
    String topic = kafka.topic("appendtime", 1, Map.of("message.timestamp.type", "LogAppendTime"));
    long before = System.currentTimeMillis();
    for (String codec : List.of("none", "lz4")) {
      try (var producer = kafka.producer("compression.type", codec)) {
        RecordMetadata sent = producer.send(new ProducerRecord<>(topic, 0, 5L, "k", "v")).get();
        assertTrue(sent.timestamp() >= before);
      }
    }
    try (var consumer = kafka.consumer()) {
      for (var record : Read.all(consumer, new TopicPartition(topic, 0))) {
        assertEquals(TimestampType.LOG_APPEND_TIME, record.timestampType());
        assertTrue(record.timestamp() >= before);
      }
    }
  }

  @Test
  public void timestampsOutsideTheTopicsBoundsAreRefused() throws Exception {
    String topic =
        kafka.topic(
            "bounds",
            1,
            Map.of(
                "message.timestamp.before.max.ms", "3600000",
                "message.timestamp.after.max.ms", "3600000"));
    long now = System.currentTimeMillis();
    try (var producer = kafka.producer()) {
      for (long timestamp : new long[] {now - 7_200_000, now + 7_200_000}) {
        var refused = producer.send(new ProducerRecord<>(topic, 0, timestamp, null, "v"));
        Refusal.of(InvalidTimestampException.class, refused);
      }
      producer.send(new ProducerRecord<>(topic, 0, now - 1_800_000, null, "v")).get();
    }
  }

  @Test
  public void theTopicsCompressionReplacesTheProducers() throws Exception {
    List<String> values = Collections.nCopies(200, "the same again and again ".repeat(40));
    for (String codec : List.of("gzip", "snappy", "lz4", "zstd", "uncompressed")) {
      String topic = kafka.topic("recompressed", 1, Map.of("compression.type", codec));
      try (var producer = kafka.producer("compression.type", "lz4", "linger.ms", 20);
          var consumer = kafka.consumer()) {
        sendAll(producer, topic, values);
        assertEquals(values, Read.values(Read.all(consumer, new TopicPartition(topic, 0))));
      }
      long size = LogSizes.of(kafka.admin(), new TopicPartition(topic, 0));
      boolean compressed = size < 200 * 1000 / 5;
      assertEquals(codec + " takes " + size, !codec.equals("uncompressed"), compressed);
    }
  }

  @Test
  public void producingToAnUnknownTopicMakesIt() throws Exception {
    String topic = BrokerRule.fresh("autocreated");
    try (var producer = kafka.producer()) {
      assertEquals(0, producer.send(new ProducerRecord<>(topic, "v")).get().offset());
      assertEquals(1, producer.partitionsFor(topic).size());
    }
  }
}
