import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Loads that the stock tools don't have; each prints its figures as JSON fields, without braces.
 */
public final class Load {
  private Load() {}

  public static void main(String[] args) throws Exception {
    String server = args[1];
    switch (args[0]) {
      case "first" -> first(server, args.length > 2 ? Long.parseLong(args[2]) : 0);
      case "topics" -> topics(server, args[2].split(","), number(args[3]), args);
      case "latency" ->
          latency(server, args[2], number(args[3]), number(args[4]), number(args[5]), args[6]);
      case "turn" -> turn(server, args[2], number(args[3]), number(args[4]));
      case "flush" -> flush(server, args[2], number(args[3]), number(args[4]), number(args[5]));
      case "create" -> create(server, args[2], number(args[3]), number(args[4]));
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.exit(0);
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }

  private static Map<String, Object> config(String server, Object... more) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", server);
    config.put("reconnect.backoff.ms", 10);
    config.put("reconnect.backoff.max.ms", 50);
    config.put("retry.backoff.ms", 20);
    config.put("retry.backoff.max.ms", 100);
    for (int i = 0; i < more.length; i += 2) {
      config.put((String) more[i], more[i + 1]);
    }
    return config;
  }

  private static KafkaProducer<byte[], byte[]> producer(String server, Object... more) {
    return new KafkaProducer<>(
        config(server, more), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static double msSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  private static String percentiles(long[] nanos, int count) {
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return String.format(
        "\"p50_us\":%d,\"p99_us\":%d,\"p999_us\":%d",
        sorted[count / 2] / 1000,
        sorted[(int) (count * 0.99)] / 1000,
        sorted[(int) (count * 0.999)] / 1000);
  }

  /** Until the port answers, and until a new topic has acknowledged a record with acks=all. */
  private static void first(String server, long launchedAtEpochNanos) throws Exception {
    long sinceLaunch =
        launchedAtEpochNanos == 0
            ? 0
            : System.currentTimeMillis() - launchedAtEpochNanos / 1_000_000;
    long start = System.nanoTime() - sinceLaunch * 1_000_000;
    String[] parts = server.split(":");
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(parts[0], number(parts[1])), 100);
        break;
      } catch (java.io.IOException notYet) {
        Thread.sleep(5);
      }
    }
    double port = msSince(start);
    try (Admin admin = Admin.create(config(server));
        KafkaProducer<byte[], byte[]> producer = producer(server, "acks", "all", "linger.ms", 0)) {
      String topic = "first-" + start;
      createUntilDone(admin, topic, 1);
      producer.send(new ProducerRecord<>(topic, new byte[100])).get();
      System.out.printf("\"port_ms\":%.0f,\"first_ack_ms\":%.0f%n", port, msSince(start));
    }
  }

  /** Makes topics, and gives their logs a second to be opened. */
  private static void topics(String server, String[] names, int partitions, String[] args)
      throws Exception {
    Map<String, String> settings = new HashMap<>();
    for (int i = 4; i < args.length; i++) {
      String[] setting = args[i].split("=");
      settings.put(setting[0], setting[1]);
    }
    List<NewTopic> topics =
        Arrays.stream(names)
            .map(name -> topic(name, partitions).configs(settings))
            .toList();
    try (Admin admin = Admin.create(config(server))) {
      admin.createTopics(topics).all().get();
    }
    Thread.sleep(1000);
  }

  /** With as many replicas as the brokers' default says. */
  private static NewTopic topic(String name, int partitions) {
    return new NewTopic(name, Optional.of(partitions), Optional.empty());
  }

  private static void createUntilDone(Admin admin, String topic, int partitions)
      throws InterruptedException {
    while (true) {
      try {
        admin.createTopics(List.of(topic(topic, partitions))).all().get();
        return;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof org.apache.kafka.common.errors.TopicExistsException) {
          return;
        }
        Thread.sleep(10);
      }
    }
  }

  /** From send to acknowledgement, at a fixed rate; the first three seconds are not counted. */
  private static void latency(
      String server, String topic, int rate, int bytes, int seconds, String linger) {
    int warm = rate * 3;
    int count = rate * seconds;
    long[] took = new long[count];
    byte[] value = new byte[bytes];
    try (KafkaProducer<byte[], byte[]> producer =
        producer(server, "acks", "all", "linger.ms", linger)) {
      producer.partitionsFor(topic);
      long start = System.nanoTime();
      for (int i = 0; i < warm + count; i++) {
        long due = start + i * 1_000_000_000L / rate;
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        int index = i - warm;
        long sent = System.nanoTime();
        producer.send(
            new ProducerRecord<>(topic, value),
            (metadata, failure) -> {
              if (failure != null) {
                throw new IllegalStateException(failure);
              }
              if (index >= 0) {
                took[index] = System.nanoTime() - sent;
              }
            });
      }
      producer.flush();
    }
    System.out.println(percentiles(took, count));
  }

  /** One record at a time, from its send until a consumer has it. */
  private static void turn(String server, String topic, int count, int bytes) throws Exception {
    TopicPartition partition = new TopicPartition(topic, 0);
    long[] took = new long[count];
    int warm = count / 4;
    try (KafkaProducer<byte[], byte[]> producer = producer(server, "acks", "all", "linger.ms", 0);
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                config(server), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(partition));
      consumer.seekToEnd(List.of(partition));
      consumer.position(partition);
      for (int i = -warm; i < count; i++) {
        long sent = System.nanoTime();
        producer.send(new ProducerRecord<>(topic, 0, null, new byte[bytes])).get();
        while (consumer.poll(Duration.ofSeconds(5)).isEmpty()) {
          // Until it has come.
        }
        if (i >= 0) {
          took[i] = System.nanoTime() - sent;
        }
      }
    }
    System.out.println(percentiles(took, count));
  }

  /** Producers that each wait for one record's acknowledgement before they send the next. */
  private static void flush(String server, String topic, int partitions, int producers, int seconds)
      throws Exception {
    // Ten real producers with ten records each under way, every record a batch of its own: a
    // hundred JVM producers would measure this machine's threads.
    int clients = 10;
    int each = producers / clients;
    AtomicLong acked = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    long warmUntil = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    long end = warmUntil + TimeUnit.SECONDS.toNanos(seconds);
    List<Long> latencies = Collections.synchronizedList(new ArrayList<>());
    for (int c = 0; c < clients; c++) {
      int client = c;
      Thread thread =
          new Thread(
              () -> {
                Semaphore room = new Semaphore(each);
                try (KafkaProducer<byte[], byte[]> producer =
                    producer(
                        server,
                        "acks",
                        "all",
                        "linger.ms",
                        0,
                        "batch.size",
                        1,
                        "enable.idempotence",
                        false,
                        "max.in.flight.requests.per.connection",
                        each)) {
                  for (int i = 0; System.nanoTime() < end; i++) {
                    room.acquire();
                    long sent = System.nanoTime();
                    int to = (client * each + i % each) % partitions;
                    producer.send(
                        new ProducerRecord<>(topic, to, null, new byte[100]),
                        (metadata, failure) -> {
                          long now = System.nanoTime();
                          if (failure == null && now > warmUntil && now < end) {
                            acked.incrementAndGet();
                            latencies.add(now - sent);
                          }
                          room.release();
                        });
                  }
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    long[] all = latencies.stream().mapToLong(Long::longValue).toArray();
    System.out.printf(
        "\"records_per_s\":%.0f,%s%n",
        (double) acked.get() / seconds, percentiles(all, all.length));
  }

  /** Topics of so many partitions: until all leaders are named, and until each has a record. */
  private static void create(String server, String prefix, int topics, int partitions)
      throws Exception {
    try (Admin admin = Admin.create(config(server));
        KafkaProducer<byte[], byte[]> producer =
            producer(server, "acks", "all", "delivery.timeout.ms", 400_000)) {
      admin.describeCluster().nodes().get();
      long start = System.nanoTime();
      List<String> names = new ArrayList<>();
      for (int i = 0; i < topics; i++) {
        names.add(prefix + i);
        createUntilDone(admin, prefix + i, partitions);
      }
      while (!allLed(admin, names, partitions)) {
        Thread.sleep(10);
      }
      double led = msSince(start);
      AtomicLong failures = new AtomicLong();
      for (String name : names) {
        for (int i = 0; i < partitions; i++) {
          producer.send(
              new ProducerRecord<>(name, i, null, new byte[100]),
              (metadata, failure) -> failures.addAndGet(failure == null ? 0 : 1));
        }
      }
      producer.flush();
      System.out.printf(
          "\"leaders_ms\":%.0f,\"all_written_ms\":%.0f,\"failures\":%d%n",
          led, msSince(start), failures.get());
    }
  }

  private static boolean allLed(Admin admin, List<String> names, int partitions) {
    try {
      return admin.describeTopics(names).allTopicNames().get().values().stream()
          .allMatch(
              topic ->
                  topic.partitions().size() == partitions
                      && topic.partitions().stream()
                          .allMatch(p -> p.leader() != null && !p.leader().isEmpty()));
    } catch (ExecutionException | InterruptedException notYet) {
      return false;
    }
  }
}
