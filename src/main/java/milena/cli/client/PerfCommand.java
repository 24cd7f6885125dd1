package milena.cli.client;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measuring a cluster with one client. */
@Command(
    name = "perf",
    description = "Measures producing, consuming, and the time from one to the other.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel = "(produce | consume | latency)",
    footer = {
      "",
      "Examples:",
      "  milena perf produce bench --records 5000000 --size 100",
      "  milena perf consume bench --records 5000000",
      "  milena perf latency bench --rate 1000 --records 30000"
    },
    subcommands = {PerfCommand.Produce.class, PerfCommand.Consume.class, PerfCommand.Latency.class})
public final class PerfCommand extends ClusterCommandGroup {
  private static final long SEED = 42;
  private static final long LINE_EVERY_NS = TimeUnit.SECONDS.toNanos(1);

  /** What all measurements have in common. */
  abstract static class Measurement extends ClientCommand {
    @Parameters(paramLabel = "TOPIC", description = "It must exist.")
    String topic;

    @Option(
        names = {"-n", "--records"},
        paramLabel = "COUNT",
        defaultValue = "1000000",
        description = "How many (default ${DEFAULT-VALUE}).")
    long records;

    @Option(
        names = "--set",
        paramLabel = "NAME=VALUE",
        description = "A setting of the client. May be given more than once.")
    Map<String, String> settings = new LinkedHashMap<>();

    Properties config() {
      Properties config = cluster.properties();
      config.putAll(settings);
      return config;
    }

    void report(Latencies latencies, int size) {
      Map<String, Object> whole = latencies.asMap(size);
      if (json) {
        showJson(whole);
      } else {
        latencies.print(out(), whole);
      }
    }
  }

  /** A measurement that writes. */
  abstract static class Writing extends Measurement {
    @Option(
        names = {"-s", "--size"},
        paramLabel = "BYTES",
        defaultValue = "1024",
        description = "The payload of a record (default ${DEFAULT-VALUE}).")
    int size;

    @Option(
        names = "--acks",
        paramLabel = "0|1|all",
        defaultValue = "all",
        description = "Who must have a record (default ${DEFAULT-VALUE}).")
    String acks;

    KafkaProducer<byte[], byte[]> producer() {
      Properties config = config();
      config.put("acks", acks);
      if (!acks.equals("all") && !acks.equals("-1")) {
        config.put("enable.idempotence", "false");
      }
      return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    byte[] payload() {
      if (size < Long.BYTES) {
        throw new Complaint("A record must have " + Long.BYTES + " bytes at least.");
      }
      byte[] payload = new byte[size];
      new Random(SEED).nextBytes(payload);
      return payload;
    }
  }

  @Command(
      name = "produce",
      description = "Writes records as fast as it can, or at a rate; tells the time to the ack.")
  static final class Produce extends Writing {
    @Option(
        names = {"-r", "--rate"},
        paramLabel = "PER-SECOND",
        description = "No more than so many (default: as fast as it can).")
    private Double rate;

    @Override
    int run() throws Exception {
      byte[] payload = payload();
      AtomicReference<Exception> failure = new AtomicReference<>();
      Latencies latencies = new Latencies();
      try (KafkaProducer<byte[], byte[]> producer = producer()) {
        long start = System.nanoTime();
        long nextLine = start + LINE_EVERY_NS;
        for (long i = 0; i < records && failure.get() == null; i++) {
          long now = rate == null ? System.nanoTime() : awaitTurn(start, i, rate);
          producer.send(
              new ProducerRecord<>(topic, payload),
              (metadata, problem) -> {
                if (problem == null) {
                  latencies.record(System.nanoTime() - now);
                } else {
                  failure.compareAndSet(null, problem);
                }
              });
          if (now >= nextLine) {
            latencies.tick(err(), size);
            nextLine = now + LINE_EVERY_NS;
          }
        }
        producer.flush();
      }
      if (failure.get() != null) {
        throw failure.get();
      }
      report(latencies, size);
      return 0;
    }
  }

  @Command(name = "consume", description = "Reads records from the beginning, as fast as it can.")
  static final class Consume extends Measurement {
    @Override
    int run() throws Exception {
      long read = 0;
      long bytes = 0;
      try (KafkaConsumer<byte[], byte[]> consumer = consumer(config(), topic, true)) {
        consumer.poll(Duration.ZERO);
        long start = System.nanoTime();
        long nextLine = start + LINE_EVERY_NS;
        long lastRead = start;
        while (read < records) {
          ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofMillis(100));
          for (ConsumerRecord<byte[], byte[]> record : polled) {
            bytes += Math.max(0, record.serializedKeySize()) + record.serializedValueSize();
          }
          read += polled.count();
          long now = System.nanoTime();
          if (!polled.isEmpty()) {
            lastRead = now;
          } else if (now - lastRead > TimeUnit.SECONDS.toNanos(cluster.timeoutSeconds())) {
            throw new Complaint(
                "There are only " + read + " records in " + topic + ": say --records.");
          }
          if (now >= nextLine) {
            err()
                .printf(
                    Locale.ROOT,
                    "%4d s  %,12d records  %,10.0f/s%n",
                    (now - start) / LINE_EVERY_NS,
                    read,
                    read * 1e9 / (now - start));
            err().flush();
            nextLine = now + LINE_EVERY_NS;
          }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("records", read);
        answer.put("seconds", seconds);
        answer.put("records_per_s", read / seconds);
        answer.put("mb_per_s", bytes / 1e6 / seconds);
        tell(
            String.format(
                Locale.ROOT,
                "%,d records in %.1f s: %,.0f/s, %.1f MB/s",
                read,
                seconds,
                read / seconds,
                bytes / 1e6 / seconds),
            answer);
        return 0;
      }
    }
  }

  @Command(
      name = "latency",
      description = "Writes at a rate and reads beside; tells the time from send to read.")
  static final class Latency extends Writing {
    @Option(
        names = {"-r", "--rate"},
        paramLabel = "PER-SECOND",
        defaultValue = "1000",
        description = "How many records a second (default ${DEFAULT-VALUE}).")
    private double rate;

    @Override
    int run() throws Exception {
      byte[] payload = payload();
      Latencies latencies = new Latencies();
      AtomicReference<Exception> failure = new AtomicReference<>();
      Properties reading = config();
      reading.put("fetch.min.bytes", "1");
      try (KafkaConsumer<byte[], byte[]> consumer = consumer(reading, topic, false);
          KafkaProducer<byte[], byte[]> producer = producer()) {
        // Positions are taken before the first record, so that none is missed.
        consumer.assignment().forEach(consumer::position);
        Thread writer = new Thread(() -> write(producer, payload, failure), "milena-perf-writer");
        writer.setDaemon(true);
        writer.start();
        long nextLine = System.nanoTime() + LINE_EVERY_NS;
        long patienceEnds = System.nanoTime() + TimeUnit.SECONDS.toNanos(cluster.timeoutSeconds());
        for (long seen = 0; seen < records; ) {
          ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofMillis(100));
          long now = System.nanoTime();
          for (ConsumerRecord<byte[], byte[]> record : polled) {
            latencies.record(now - ByteBuffer.wrap(record.value()).getLong());
            seen++;
          }
          if (failure.get() != null) {
            throw failure.get();
          }
          if (!polled.isEmpty()) {
            patienceEnds = now + TimeUnit.SECONDS.toNanos(cluster.timeoutSeconds());
          } else if (now > patienceEnds) {
            throw new Complaint("Nothing has come for " + cluster.timeoutSeconds() + " s.");
          }
          if (now >= nextLine) {
            latencies.tick(err(), size);
            nextLine = now + LINE_EVERY_NS;
          }
        }
      }
      report(latencies, size);
      return 0;
    }

    private void write(
        KafkaProducer<byte[], byte[]> producer,
        byte[] payload,
        AtomicReference<Exception> failure) {
      long start = System.nanoTime();
      for (long i = 0; i < records && failure.get() == null; i++) {
        byte[] value = payload.clone();
        ByteBuffer.wrap(value).putLong(awaitTurn(start, i, rate));
        producer.send(
            new ProducerRecord<>(topic, value),
            (metadata, problem) -> {
              if (problem != null) {
                failure.compareAndSet(null, problem);
              }
            });
      }
    }
  }

  /**
   * Waits until the record's turn at this rate and gives that moment, not the one after a late
   * awakening: a wait is part of the latency that is measured.
   */
  private static long awaitTurn(long startNs, long index, double perSecond) {
    long turn = startNs + (long) (index * 1e9 / perSecond);
    for (long left = turn - System.nanoTime(); left > 0; left = turn - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    return turn;
  }

  private static KafkaConsumer<byte[], byte[]> consumer(
      Properties config, String topic, boolean fromBeginning) {
    config.put("enable.auto.commit", "false");
    config.put("allow.auto.create.topics", "false");
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions;
    try {
      partitions = Positions.partitionsOf(consumer, topic);
    } catch (Complaint e) {
      consumer.close();
      throw e;
    }
    consumer.assign(partitions);
    if (fromBeginning) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
    }
    return consumer;
  }
}
