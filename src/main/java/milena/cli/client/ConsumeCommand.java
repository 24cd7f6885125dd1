package milena.cli.client;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads records. */
@Command(
    name = "consume",
    description = {
      "Prints the records of topics, a line each: those that are there, or with --follow also those"
          + " that come. Reads as nobody in particular, or as a member of a group."
    },
    footer = {
      "",
      "Examples:",
      "  milena consume orders",
      "  milena consume orders --follow --from end --format full",
      "  milena consume orders --from 15m --format '%%p@%%o %%k = %%v'",
      "  milena consume orders --partition 2 --from -5",
      "  milena consume orders --group billing --follow"
    })
public final class ConsumeCommand extends ClientCommand {
  private static final Duration POLL = Duration.ofMillis(200);

  @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "Which.")
  private List<String> topics;

  @Option(
      names = "--from",
      paramLabel = "PLACE",
      description = {
        "Where to begin (default: beginning; with --follow: end; in a group: where it was).",
        "It can be " + StartingPoint.SYNTAX + "."
      })
  private String from;

  @Option(
      names = {"-p", "--partition"},
      paramLabel = "N",
      split = ",",
      description = "Only these partitions.")
  private Set<Integer> partitions = Set.of();

  @Option(
      names = {"-n", "--max"},
      paramLabel = "COUNT",
      description = "End after so many records.")
  private long max = Long.MAX_VALUE;

  @Option(
      names = {"-F", "--follow"},
      description = "Go on with what comes, until Ctrl-C.")
  private boolean follow;

  @Option(
      names = {"-g", "--group"},
      paramLabel = "GROUP",
      description = "Read as a member of this group and commit what was printed.")
  private String group;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "How a record is shown: " + RecordFormat.SYNTAX + " (default value).")
  private String format;

  @Option(
      names = "--committed",
      description = "Leave out what belongs to no committed transaction.")
  private boolean committed;

  /** Written out after each poll; System.out would do so after each line. */
  private final PrintStream lines =
      new PrintStream(
          new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
          false,
          StandardCharsets.UTF_8);

  @Override
  int run() throws Exception {
    RecordFormat shape = RecordFormat.parse(format == null ? (json ? "json" : "value") : format);
    Properties config = cluster.properties();
    config.put("enable.auto.commit", "false");
    // Who misspells a topic wants to hear of it, not to have it.
    config.put("allow.auto.create.topics", "false");
    config.put("isolation.level", committed ? "read_committed" : "read_uncommitted");
    config.put("auto.offset.reset", follow && from == null ? "latest" : "earliest");
    if (group != null) {
      config.put("group.id", group);
    }
    CountDownLatch done = new CountDownLatch(1);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Thread onInterrupt = new Thread(() -> wake(consumer, done));
      Runtime.getRuntime().addShutdownHook(onInterrupt);
      try {
        if (group == null) {
          assign(consumer);
        } else {
          join(consumer);
        }
        read(consumer, shape);
      } catch (org.apache.kafka.common.errors.WakeupException e) {
        // Ctrl-C: what was printed is printed.
      } finally {
        lines.flush();
        removeHook(onInterrupt);
      }
    } finally {
      done.countDown();
    }
    return 0;
  }

  private void join(KafkaConsumer<byte[], byte[]> consumer) {
    if (from != null || !partitions.isEmpty()) {
      throw new Complaint(
          "A group decides itself where it reads: leave out --from and --partition, or use"
              + " 'milena groups reset-offsets'.");
    }
    consumer.subscribe(topics);
  }

  private void assign(KafkaConsumer<byte[], byte[]> consumer) throws Exception {
    List<TopicPartition> mine = new ArrayList<>();
    for (String topic : topics) {
      for (TopicPartition partition : Positions.partitionsOf(consumer, topic)) {
        if (partitions.isEmpty() || partitions.contains(partition.partition())) {
          mine.add(partition);
        }
      }
    }
    if (mine.isEmpty()) {
      throw new Complaint("There is no such partition.");
    }
    consumer.assign(mine);
    String place = from == null ? (follow ? "end" : "beginning") : from;
    StartingPoint point =
        StartingPoint.parse(place, System.currentTimeMillis(), ZoneId.systemDefault());
    try (Admin admin = admin()) {
      Positions.resolve(admin, point, Positions.ranges(admin, mine)).forEach(consumer::seek);
    }
  }

  private void read(KafkaConsumer<byte[], byte[]> consumer, RecordFormat shape) {
    Map<TopicPartition, Long> ends = new HashMap<>();
    Progress progress = new Progress(err(), "records");
    while (progress.count() < max) {
      ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
      for (ConsumerRecord<byte[], byte[]> record : polled) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        if (progress.count() >= max) {
          // Not printed, so not read: a group goes on with it.
          consumer.seek(partition, Math.min(consumer.position(partition), record.offset()));
          continue;
        }
        lines.println(shape.line(record));
        progress.step(0);
      }
      if (lines.checkError()) {
        // Whoever read our output has gone (head, less).
        break;
      }
      if (group != null && !polled.isEmpty()) {
        consumer.commitSync();
      }
      if (!follow && isAtEnd(consumer, ends)) {
        break;
      }
    }
    progress.end();
  }

  /** Whether all that was there when a partition was first seen has been read. */
  private static boolean isAtEnd(
      KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    Collection<TopicPartition> assigned = consumer.assignment();
    if (assigned.isEmpty()) {
      return false;
    }
    if (!ends.keySet().containsAll(assigned)) {
      ends.putAll(consumer.endOffsets(assigned));
    }
    return assigned.stream().allMatch(p -> consumer.position(p) >= ends.get(p));
  }

  /** The reader's thread is no sign of its end: it then waits in System.exit for this one. */
  private static void wake(KafkaConsumer<?, ?> consumer, CountDownLatch done) {
    consumer.wakeup();
    try {
      done.await(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and with it the hook.
    }
  }
}
