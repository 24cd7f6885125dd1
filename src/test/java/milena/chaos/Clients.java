package milena.chaos;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import milena.chaos.Finding.Kind;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Stock producers and consumers that go on whatever happens, each in a thread of its own, and tell
 * the history all they are told.
 */
final class Clients {
  private static final List<String> CODECS = List.of("none", "lz4", "none", "zstd", "snappy");
  private static final List<String> ASSIGNORS =
      List.of(
          "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
          "org.apache.kafka.clients.consumer.RangeAssignor");

  private static final String PRODUCER = "producer";

  private final String servers;
  private final History history;
  private final List<TopicPartition> partitions;
  private final List<Thread> producing = new ArrayList<>();
  private final List<Thread> consuming = new ArrayList<>();
  private final AtomicInteger producers = new AtomicInteger();
  private final Map<String, Integer> errors = new TreeMap<>();
  private volatile boolean produce = true;
  private volatile boolean consume = true;

  Clients(String servers, History history, List<TopicPartition> partitions) {
    this.servers = servers;
    this.history = history;
    this.partitions = partitions;
  }

  /** How often which error was told to a client. */
  synchronized Map<String, Integer> errors() {
    return new TreeMap<>(errors);
  }

  /** How many errors producers were told of. */
  synchronized int errorsOfProducers() {
    return errors.entrySet().stream()
        .filter(e -> e.getKey().startsWith(PRODUCER))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  private synchronized void count(String who, Throwable problem) {
    errors.merge(who + " " + problem.getClass().getSimpleName(), 1, Integer::sum);
  }

  /**
   * Starts a producer with the defaults of the stock one: idempotent, acks=all.
   *
   * @param perSecond how many records it sends
   */
  void startProducer(long seed, int perSecond) {
    producing.add(start("chaos-producer", () -> produce(new Random(seed), perSecond)));
  }

  private void produce(Random random, int perSecond) {
    while (produce) {
      int number = producers.incrementAndGet();
      Map<String, Object> config = new HashMap<>();
      config.put("bootstrap.servers", servers);
      config.put("compression.type", CODECS.get(number % CODECS.size()));
      config.put("reconnect.backoff.max.ms", 500);
      config.put("linger.ms", random.nextInt(3) * 5);
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
        sendUntilFatal(producer, number, random, perSecond);
      } catch (KafkaException e) {
        failed(PRODUCER, e);
      }
    }
  }

  private void sendUntilFatal(
      KafkaProducer<byte[], byte[]> producer, int number, Random random, int perSecond) {
    boolean[] fatal = {false};
    for (long n = 1; produce && !fatal[0]; n++) {
      long value = History.value(number, n);
      TopicPartition to = partitions.get(random.nextInt(partitions.size()));
      producer.send(
          new ProducerRecord<>(to.topic(), to.partition(), null, bytes(value, random)),
          (sent, problem) -> {
            if (problem == null) {
              history.acknowledged(to, sent.offset(), value);
            } else {
              fatal[0] |= !(problem instanceof RetriableException);
              failed(PRODUCER, problem);
            }
          });
      LockSupport.parkNanos(1_000_000_000L / perSecond);
    }
    producer.flush();
  }

  private static byte[] bytes(long value, Random random) {
    return ByteBuffer.allocate(8 + random.nextInt(400)).putLong(value).array();
  }

  /** A time-out is what a fault may do to a client; of anything else the history hears. */
  private void failed(String who, Throwable problem) {
    count(who, problem);
    if (!(problem instanceof TimeoutException)) {
      history.found(Kind.CLIENT_ERROR, who + " is told " + problem);
    }
  }

  /**
   * Starts a member of a group over all topics, which commits what it has got, and now and then
   * leaves and comes back.
   */
  void startMember(String group, String member, long seed) {
    consuming.add(start("chaos-" + member, () -> consume(group, member, new Random(seed))));
  }

  private void consume(String group, String member, Random random) {
    int life = 0;
    while (consume) {
      String name = member + "-" + ++life;
      try (KafkaConsumer<byte[], byte[]> consumer =
          new KafkaConsumer<>(
              consumerConfig(group), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        consumer.subscribe(
            partitions.stream().map(TopicPartition::topic).distinct().toList(),
            new ConsumerRebalanceListener() {
              @Override
              public void onPartitionsAssigned(Collection<TopicPartition> given) {
                history.assigned(group, name, List.copyOf(given));
              }

              @Override
              public void onPartitionsRevoked(Collection<TopicPartition> taken) {}
            });
        long until = System.nanoTime() + Duration.ofSeconds(20 + random.nextInt(100)).toNanos();
        while (consume && System.nanoTime() < until) {
          pollOnce(consumer, group, name, random);
        }
      } catch (KafkaException e) {
        failed("member", e);
      }
    }
  }

  private Map<String, Object> consumerConfig(String group) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", servers);
    config.put("group.id", group);
    config.put("auto.offset.reset", "earliest");
    config.put("enable.auto.commit", false);
    config.put("session.timeout.ms", 10_000);
    config.put("heartbeat.interval.ms", 1_000);
    config.put("reconnect.backoff.max.ms", 500);
    config.put("default.api.timeout.ms", 20_000);
    config.put(
        "partition.assignment.strategy",
        ASSIGNORS.get(Math.floorMod(group.hashCode(), ASSIGNORS.size())));
    return config;
  }

  private void pollOnce(
      KafkaConsumer<byte[], byte[]> consumer, String group, String name, Random random) {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(200));
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      TopicPartition at = new TopicPartition(record.topic(), record.partition());
      history.polled(group, name, at, record.offset(), valueOf(record));
      next.put(at, new OffsetAndMetadata(record.offset() + 1));
    }
    if (next.isEmpty() || random.nextInt(4) == 0) {
      return;
    }
    try {
      consumer.commitSync(next);
      next.forEach((at, offset) -> history.committed(group, at, offset.offset()));
    } catch (CommitFailedException | RebalanceInProgressException | TimeoutException e) {
      count("commit", e); // What was read is read again, by this member or by another.
    }
  }

  private static long valueOf(ConsumerRecord<byte[], byte[]> record) {
    return ByteBuffer.wrap(record.value()).getLong();
  }

  private Thread start(String name, Runnable work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Throwable e) {
                history.found(Kind.CLIENT_ERROR, name + " ended with " + e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Lets the producers get their last answers. */
  void stopProducers() {
    produce = false;
    join(producing);
  }

  void stopMembers() {
    consume = false;
    join(consuming);
  }

  private static void join(List<Thread> threads) {
    try {
      for (Thread thread : threads) {
        thread.join(180_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Tells the history what each partition holds now.
   *
   * @return how many records there are
   */
  long readAll() {
    Map<String, Object> config = Map.of("bootstrap.servers", servers);
    long count = 0;
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          TopicPartition at = new TopicPartition(record.topic(), record.partition());
          history.inTheEnd(at, record.offset(), valueOf(record));
          count++;
        }
        if (System.nanoTime() > deadline) {
          history.found(Kind.NO_PROGRESS, "in the end, " + ends + " can't be read in time");
          return count;
        }
      }
    }
    return count;
  }
}
