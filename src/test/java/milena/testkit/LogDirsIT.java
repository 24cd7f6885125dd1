package milena.testkit;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import milena.node.MilenaNode;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.errors.LogDirNotFoundException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Replicas move between the log directories of a node while producers write (KIP-113). */
public class LogDirsIT extends JUnitSuite {
  private static final TopicPartition PARTITION = new TopicPartition("moved", 0);
  private static final TopicPartitionReplica REPLICA =
      new TopicPartitionReplica(PARTITION.topic(), PARTITION.partition(), 1);
  private static final int MOVES = 4;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void aReplicaMovesBackAndForthUnderAProducerAndIsFoundAgain() throws Exception {
    Path first = folder.newFolder("first").toPath();
    Path second = folder.newFolder("second").toPath();
    List<String> sent = new ArrayList<>();
    MilenaNode node = start(first, second);
    try {
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrapServers()));
          KafkaProducer<String, String> producer =
              new KafkaProducer<>(
                  Map.of("bootstrap.servers", node.bootstrapServers()),
                  new StringSerializer(),
                  new StringSerializer())) {
        admin
            .createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
            .all()
            .get(180, TimeUnit.SECONDS);
        Path here = where(admin);
        for (int move = 0; move < MOVES; move++) {
          for (int i = 0; i < 1000; i++) {
            send(producer, sent);
          }
          Path there = here.equals(first) ? second : first;
          admin
              .alterReplicaLogDirs(Map.of(REPLICA, there.toString()))
              .all()
              .get(180, TimeUnit.SECONDS);
          long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
          while (!where(admin).equals(there)) {
            send(producer, sent);
            assertTrue("never arrives in " + there, System.nanoTime() < deadline);
          }
          here = there;
        }
        producer.flush();
        assertEquals(sent, read(node, sent.size()));
        ExecutionException unknown =
            Assert.assertThrows(
                ExecutionException.class,
                () ->
                    admin
                        .alterReplicaLogDirs(Map.of(REPLICA, folder.getRoot().toString()))
                        .all()
                        .get(180, TimeUnit.SECONDS));
        assertEquals(LogDirNotFoundException.class, unknown.getCause().getClass());
        assertTrue(Files.exists(here.resolve("moved-0")));
        Path left = (here.equals(first) ? second : first).resolve("moved-0");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
        while (Files.exists(left)) {
          assertTrue("where it was it stays", System.nanoTime() < deadline);
        }
      }
      node.stop();
      Path left = Files.createDirectory(first.resolve("moved-0.0123456789abcdef-future"));
      node = start(first, second);
      assertEquals(sent, read(node, sent.size()));
      assertFalse("an unfinished copy stays", Files.exists(left));
    } finally {
      node.stop();
    }
  }

  @Test
  public void aMoveThatACrashInterruptsGoesOnAfterwards() throws Exception {
    goesOnAfter(MilenaNode::kill);
  }

  @Test
  public void aMoveThatAStopInterruptsGoesOnAfterwards() throws Exception {
    goesOnAfter(MilenaNode::stop);
  }

  private void goesOnAfter(Consumer<MilenaNode> end) throws Exception {
    Path first = folder.newFolder("first").toPath();
    Path second = folder.newFolder("second").toPath();
    List<String> sent = new ArrayList<>();
    Path there;
    MilenaNode slow =
        builder(first, second)
            .config("replica.alter.log.dirs.io.max.bytes.per.second", "1000")
            .start();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", slow.bootstrapServers()));
        KafkaProducer<String, String> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", slow.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
      admin
          .createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
          .all()
          .get(180, TimeUnit.SECONDS);
      for (int i = 0; i < 300; i++) {
        sent.add("v" + i + "x".repeat(10_000));
        producer.send(new ProducerRecord<>(PARTITION.topic(), sent.get(i)));
      }
      producer.flush();
      there = where(admin).equals(first) ? second : first;
      admin.alterReplicaLogDirs(Map.of(REPLICA, there.toString())).all().get(180, TimeUnit.SECONDS);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
      while (copied(there) == 0) {
        assertTrue("nothing is copied", System.nanoTime() < deadline);
      }
      assertFalse(where(admin).equals(there));
    } finally {
      end.accept(slow);
    }
    assertTrue("what was copied stays", copied(there) > 0);
    MilenaNode node = builder(first, second).start();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrapServers()))) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
      while (!where(admin).equals(there)) {
        assertTrue("the move does not go on", System.nanoTime() < deadline);
      }
      assertEquals(sent, read(node, sent.size()));
    } finally {
      node.stop();
    }
  }

  /** The bytes that are in the copy in this directory. */
  private static long copied(Path directory) {
    // Not a walk, which fails when another file goes while it is looked at.
    long bytes = 0;
    for (File copy : filesIn(directory.toFile(), "-future")) {
      for (File segment : filesIn(copy, ".log")) {
        bytes += segment.length();
      }
    }
    return bytes;
  }

  private static File[] filesIn(File directory, String suffix) {
    File[] files = directory.listFiles((in, name) -> name.endsWith(suffix));
    return files == null ? new File[0] : files;
  }

  private static MilenaNode.Builder builder(Path first, Path second) {
    return MilenaNode.builder().config("log.dirs", first + "," + second).config("node.id", "1");
  }

  private static MilenaNode start(Path first, Path second) {
    return builder(first, second).start();
  }

  private static void send(KafkaProducer<String, String> producer, List<String> sent) {
    String value = "v" + sent.size();
    sent.add(value);
    producer.send(new ProducerRecord<>(PARTITION.topic(), value));
  }

  private static Path where(Admin admin) throws Exception {
    for (Map.Entry<String, LogDirDescription> directory :
        admin
            .describeLogDirs(List.of(1))
            .allDescriptions()
            .get(180, TimeUnit.SECONDS)
            .get(1)
            .entrySet()) {
      var replica = directory.getValue().replicaInfos().get(PARTITION);
      if (replica != null && !replica.isFuture()) {
        return Path.of(directory.getKey());
      }
    }
    throw new AssertionError("The replica is nowhere");
  }

  private static List<String> read(MilenaNode node, int count) {
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", node.bootstrapServers(), "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
      while (values.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }
}
