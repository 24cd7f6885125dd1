import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Loads on a cluster of three, one after another in one JVM, so that the client is as warm as the
 * brokers: {@code Steady SYSTEM SERVERS PIDS LOAD...} prints a line of JSON for each measured load.
 *
 * <pre>
 *   warm:SECONDS                      produce in default batches, half as long in large, unmeasured
 *   produce:BYTES:ACKS:BATCHING:SECONDS   as fast as it goes; BATCHING is default or large; the
 *                                     topic of the one before is deleted, and its memory free
 *   latency:LINGER:SECONDS            5,000 records of 1 KiB a second, acks=all
 *   consume:BYTES:RECORDS             what was produced, from its begin
 * </pre>
 *
 * Rates and the brokers' CPU time are taken over the same window, after a second of the same load.
 */
public final class Steady {
  private static final int PARTITIONS = 6;
  private static final double NANOS = 1e9;

  private final String system;
  private final String servers;
  private final Broker brokers;
  private final int nodes;
  private final Map<Integer, String> topics = new HashMap<>();

  private Steady(String system, String servers, String pids) {
    this.system = system;
    this.servers = servers;
    this.brokers = new Broker(pids);
    this.nodes = servers.split(",").length;
  }

  public static void main(String[] args) throws Exception {
    Steady steady = new Steady(args[0], args[1], args[2]);
    steady.createTopics();
    for (String load : Arrays.asList(args).subList(3, args.length)) {
      steady.run(load.split(":"));
    }
    System.exit(0);
  }

  private void run(String[] load) throws Exception {
    switch (load[0]) {
      case "warm" -> {
        produce(100, "all", "default", number(load[1]), false);
        produce(1024, "all", "large", number(load[1]) / 2, false);
      }
      case "produce" -> {
        renew(number(load[1]));
        produce(number(load[1]), load[2], load[3], number(load[4]), true);
      }
      case "latency" -> latency(load[1], number(load[2]));
      case "consume" -> consume(number(load[1]), number(load[2]));
      default -> throw new IllegalArgumentException(load[0]);
    }
  }

  private static int number(String text) {
    return Integer.parseInt(text);
  }

  private Map<String, Object> config(Object... more) {
    Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", servers));
    for (int i = 0; i < more.length; i += 2) {
      config.put((String) more[i], more[i + 1]);
    }
    return config;
  }

  private void createTopics() throws Exception {
    try (Admin admin = Admin.create(config())) {
      // Or those that are up first lead more partitions than the others.
      while (admin.describeCluster().nodes().get().size() < nodes) {
        Thread.sleep(100);
      }
      for (int bytes : new int[] {100, 1024}) {
        create(admin, bytes);
      }
    }
    Thread.sleep(1000);
  }

  private void create(Admin admin, int bytes) throws Exception {
    String topic = "steady-" + bytes + "-" + System.nanoTime();
    topics.put(bytes, topic);
    boolean there = false;
    while (!there) {
      try {
        admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 3))).all().get();
        there = true;
      } catch (ExecutionException e) {
        there = e.getCause() instanceof TopicExistsException;
        Thread.sleep(100);
      }
    }
  }

  /** An empty topic in the place of the one of this size. */
  private void renew(int bytes) throws Exception {
    try (Admin admin = Admin.create(config())) {
      admin.deleteTopics(List.of(topics.get(bytes))).all().get();
      create(admin, bytes);
    }
    Thread.sleep(2000);
  }

  private void row(String name, String figures) {
    System.out.printf(
        "{\"system\":\"%s\",\"row\":\"three nodes: %s\",%s}%n", system, name, figures);
  }

  private void produce(int bytes, String acks, String batching, int seconds, boolean measured)
      throws IOException {
    Map<String, Object> config = config("acks", acks);
    if (batching.equals("large")) {
      config.put("batch.size", 256 << 10);
      config.put("linger.ms", 20);
    }
    byte[] value = new byte[bytes];
    new Random(1).nextBytes(value);
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topics.get(bytes), value);
    AtomicLong acked = new AtomicLong();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      Runnable send =
          () ->
              producer.send(
                  record, (metadata, failure) -> acked.addAndGet(failure == null ? 1 : 0));
      sendFor(1, send);
      long begun = System.nanoTime();
      long before = acked.get();
      double cpuBefore = brokers.cpu();
      sendFor(seconds, send);
      long count = acked.get() - before;
      double took = (System.nanoTime() - begun) / NANOS;
      if (measured) {
        row(
            "produce " + bytes + " B, acks=" + acks + ", " + batching + " batches",
            rates(count, took, bytes, brokers.cpu() - cpuBefore));
      }
    }
  }

  private static void sendFor(int seconds, Runnable send) {
    long end = System.nanoTime() + (long) (seconds * NANOS);
    while (System.nanoTime() < end) {
      for (int i = 0; i < 64; i++) {
        send.run();
      }
    }
  }

  private static String rates(long count, double seconds, int bytes, double cpu) {
    return String.format(
        "\"records_per_s\":%.0f,\"cpu_s_per_gb\":%.4g",
        count / seconds, cpu / (count * (double) bytes / 1e9));
  }

  private void latency(String linger, int seconds) throws IOException {
    int rate = 5000;
    int warm = rate * 3 / 2;
    long[] took = new long[rate * seconds];
    byte[] value = new byte[1024];
    double cpuBefore = 0;
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config("acks", "all", "linger.ms", linger),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.partitionsFor(topics.get(1024));
      long start = System.nanoTime();
      for (int i = -warm; i < took.length; i++) {
        if (i == 0) {
          cpuBefore = brokers.cpu();
        }
        long due = start + (i + warm) * 1_000_000_000L / rate;
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        int index = i;
        long sent = System.nanoTime();
        producer.send(
            new ProducerRecord<>(topics.get(1024), value),
            (metadata, failure) -> {
              if (index >= 0) {
                took[index] = failure == null ? System.nanoTime() - sent : Long.MAX_VALUE;
              }
            });
      }
      producer.flush();
    }
    double cpu = brokers.cpu() - cpuBefore;
    Arrays.sort(took);
    row(
        "latency 5,000/s of 1 KiB, acks=all, linger " + linger,
        String.format(
            "\"p50_us\":%d,\"p99_us\":%d,\"p999_us\":%d,\"cpu_s\":%.3g",
            took[took.length / 2] / 1000,
            took[(int) (took.length * 0.99)] / 1000,
            took[(int) (took.length * 0.999)] / 1000,
            cpu));
  }

  private void consume(int bytes, int records) throws IOException {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (int i = 0; i < PARTITIONS; i++) {
        partitions.add(new TopicPartition(topics.get(bytes), i));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      partitions.forEach(consumer::position);
      double cpuBefore = brokers.cpu();
      long begun = System.nanoTime();
      long got = 0;
      int last = 1;
      while (got < records && last > 0) {
        last = consumer.poll(Duration.ofSeconds(2)).count();
        got += last;
      }
      row(
          "consume " + bytes + " B",
          rates(got, (System.nanoTime() - begun) / NANOS, bytes, brokers.cpu() - cpuBefore));
    }
  }
}
