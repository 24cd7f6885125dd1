package milena.cli.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes records. */
@Command(
    name = "produce",
    description = {
      "Writes records to a topic: those given, or a line each from files or standard input. Says at"
          + " the end where they went."
    },
    footer = {
      "",
      "Examples:",
      "  milena produce greetings hello 'how are you'",
      "  milena produce orders --key-separator : < orders.txt",
      "  milena produce orders --key 17 --header source=cli '{\"state\":\"paid\"}'",
      "  milena consume orders --format json | milena produce copy --format json"
    })
public final class ProduceCommand extends ClientCommand {
  /** What a line is. */
  enum LineFormat {
    lines,
    json
  }

  @Parameters(index = "0", paramLabel = "TOPIC", description = "Where to.")
  private String topic;

  @Parameters(index = "1..*", paramLabel = "VALUE", description = "A record each.")
  private List<String> values = List.of();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "Reads lines from it. May be given more than once.")
  private List<Path> files = List.of();

  @Option(
      names = {"-k", "--key"},
      paramLabel = "KEY",
      description = "The key of each record.")
  private String key;

  @Option(
      names = "--key-separator",
      paramLabel = "TEXT",
      description = "What stands between key and value in a line.")
  private String separator;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME=VALUE",
      description = "A header of each record. May be given more than once.")
  private Map<String, String> headers = new LinkedHashMap<>();

  @Option(
      names = {"-p", "--partition"},
      paramLabel = "N",
      description = "Where to, not by the key.")
  private Integer partition;

  @Option(
      names = "--format",
      defaultValue = "lines",
      description = "lines: a value each; json: an object each, as 'consume --format json' prints.")
  private LineFormat format;

  @Option(
      names = "--acks",
      paramLabel = "0|1|all",
      defaultValue = "all",
      description = "Who must have it before it counts as written (default ${DEFAULT-VALUE}).")
  private String acks;

  @Option(
      names = "--compression",
      paramLabel = "TYPE",
      description = "none, gzip, snappy, lz4, zstd.")
  private String compression;

  private final Map<Integer, Part> written = new TreeMap<>();
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  /** What went to one partition; offsets are -1 when the broker did not tell them (acks=0). */
  private record Part(long records, long first, long last) {
    Part and(long offset) {
      return new Part(
          records + 1, records == 0 ? offset : Math.min(first, offset), Math.max(last, offset));
    }
  }

  @Override
  int run() throws Exception {
    Properties config = cluster.properties();
    config.put("acks", acks);
    config.putIfAbsent("linger.ms", "5");
    config.putIfAbsent("batch.size", "131072");
    config.putIfAbsent(
        "delivery.timeout.ms", Integer.toString(cluster.timeoutSeconds() * 1000 + 5));
    config.put("max.block.ms", Integer.toString(cluster.timeoutSeconds() * 1000));
    if (!acks.equals("all") && !acks.equals("-1")) {
      config.put("enable.idempotence", "false");
    }
    if (compression != null) {
      config.put("compression.type", compression);
    }
    List<Header> all = new ArrayList<>();
    headers.forEach(
        (name, value) -> all.add(new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8))));
    InputRecord input =
        format == LineFormat.json
            ? InputRecord.json(topic, partition, all)
            : InputRecord.lines(topic, partition, key, separator, all);
    Progress progress = new Progress(err(), "records");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      if (partition != null) {
        // The producer would wait as long as it may for the partition to come about.
        int count = producer.partitionsFor(topic).size();
        if (partition < 0 || partition >= count) {
          throw noPartition("" + partition, topic, "" + count);
        }
      }
      for (String value : values) {
        send(producer, input, value, progress);
      }
      for (Path file : files) {
        try (InputStream in = Files.newInputStream(file)) {
          sendLines(producer, input, file.toString(), in, progress);
        } catch (NoSuchFileException e) {
          throw new Complaint("There is no file " + file + ".");
        } catch (IOException e) {
          throw new Complaint("The file " + file + " can't be read: " + e.getMessage());
        }
      }
      if (values.isEmpty() && files.isEmpty()) {
        sendLines(producer, input, "standard input", System.in, progress);
      }
      producer.flush();
    } catch (Complaint e) {
      // What stands before the mistake is written by now: say so, or it would be written twice.
      progress.end();
      if (!written.isEmpty()) {
        report();
      }
      throw e;
    }
    progress.end();
    report();
    return 0;
  }

  private void sendLines(
      KafkaProducer<byte[], byte[]> producer,
      InputRecord input,
      String name,
      InputStream in,
      Progress progress)
      throws Exception {
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
    long number = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      number++;
      try {
        send(producer, input, line, progress);
      } catch (Complaint e) {
        throw new Complaint("Line %d of %s: %s".formatted(number, name, e.getMessage()));
      }
    }
  }

  private void send(
      KafkaProducer<byte[], byte[]> producer, InputRecord input, String line, Progress progress)
      throws Exception {
    if (failure.get() != null) {
      throw failure.get();
    }
    producer.send(
        input.of(line),
        (metadata, problem) -> {
          if (problem != null) {
            failure.compareAndSet(null, problem);
          } else {
            count(metadata);
          }
        });
    progress.step(0);
  }

  /** Called by the producer's own thread, and read after its end. */
  private void count(RecordMetadata metadata) {
    written.merge(
        metadata.partition(),
        new Part(1, metadata.offset(), metadata.offset()),
        (part, one) -> part.and(one.first()));
  }

  private void report() throws Exception {
    if (failure.get() != null) {
      throw failure.get();
    }
    Rows rows = new Rows("topic", "partition", "records", "first_offset", "last_offset");
    written.forEach((p, part) -> rows.add(topic, p, part.records(), part.first(), part.last()));
    if (json) {
      show(rows);
    } else {
      rows.print(err());
    }
  }
}
