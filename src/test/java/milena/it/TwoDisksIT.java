package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import milena.node.MilenaNode;
import milena.testing.Described;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.Assume;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Two log directories as Kafka's own tools see them, and what is left when one disk is full. */
public class TwoDisksIT extends JUnitSuite {
  private static final String LOG_DIRS = "org.apache.kafka.tools.LogDirsCommand";
  private static final String REASSIGN =
      "org.apache.kafka.tools.reassign.ReassignPartitionsCommand";
  private static final int PARTITIONS = 4;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Path first;
  private Path second;

  private MilenaNode start() throws Exception {
    first = folder.newFolder("first").toPath();
    second = folder.newFolder("second").toPath();
    return startAgain();
  }

  private MilenaNode startAgain() {
    return MilenaNode.builder()
        .config("log.dirs", first + "," + second)
        .config("metadata.log.dir", first.toString())
        .config("node.id", "1")
        .start();
  }

  private static void create(Admin admin) throws Exception {
    admin
        .createTopics(List.of(new NewTopic("spread", PARTITIONS, (short) 1)))
        .all()
        .get(180, TimeUnit.SECONDS);
  }

  private static String describe(MilenaNode node) {
    return StockTool.kafka(
            LOG_DIRS,
            "--bootstrap-server",
            node.bootstrapServers(),
            "--describe",
            "--broker-list",
            "1",
            "--topic-list",
            "spread")
        .succeeded();
  }

  @Test
  public void theToolsShowBothAndMoveBetweenThem() throws Exception {
    MilenaNode node = start();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrapServers()))) {
      create(admin);
      String described = describe(node);
      assertTrue(described, described.contains("\"error\":null,\"logDir\":\"" + first + "\""));
      assertTrue(described, described.contains("\"error\":null,\"logDir\":\"" + second + "\""));
      for (int i = 0; i < PARTITIONS; i++) {
        assertTrue(described, described.contains("\"partition\":\"spread-" + i + "\",\"size\":0"));
      }
      Path plan = folder.newFile("plan.json").toPath();
      Path target = Files.exists(first.resolve("spread-0")) ? second : first;
      Files.writeString(
          plan,
          "{\"version\":1,\"partitions\":[{\"topic\":\"spread\",\"partition\":0,\"replicas\":[1],"
              + "\"log_dirs\":[\""
              + target
              + "\"]}]}");
      String[] arguments = {
        "--bootstrap-server",
        node.bootstrapServers(),
        "--reassignment-json-file",
        plan.toString(),
        "--execute",
        "--replica-alter-log-dirs-throttle",
        "1000000"
      };
      StockTool.kafka(REASSIGN, arguments).printed("Successfully started moving log directory");
      Await.until("it is there", () -> Files.exists(target.resolve("spread-0")));
      Await.until(
          "the tool sees it",
          () ->
              StockTool.kafka(
                      REASSIGN,
                      "--bootstrap-server",
                      node.bootstrapServers(),
                      "--reassignment-json-file",
                      plan.toString(),
                      "--verify")
                  .succeeded()
                  .contains("Reassignment of replica spread-0-1 completed successfully"));
    } finally {
      node.stop();
    }
  }

  @Test
  public void aFullDiskTakesOnlyItsOwnReplicasWithIt() throws Exception {
    first = folder.newFolder("first").toPath();
    second = folder.newFolder("second").toPath();
    Assume.assumeTrue(
        "a file system of its own can't be mounted here",
        StockTool.run("", List.of("mount", "-t", "tmpfs", "-o", "size=6m", "it", "" + second))
                .exitCode()
            == 0);
    try {
      fillTheSecond();
    } finally {
      StockTool.run("", List.of("umount", "-l", second.toString()));
    }
  }

  private void fillTheSecond() throws Exception {
    MilenaNode node = startAgain();
    String servers = node.bootstrapServers();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers));
        KafkaProducer<byte[], byte[]> producer = producer(Map.of("bootstrap.servers", servers));
        KafkaProducer<byte[], byte[]> impatient =
            producer(
                Map.of(
                    "bootstrap.servers", servers,
                    "delivery.timeout.ms", "3000",
                    "request.timeout.ms", "2000"))) {
      create(admin);
      int onFull = -1;
      int onOther = -1;
      for (int i = 0; i < PARTITIONS; i++) {
        if (Files.exists(second.resolve("spread-" + i))) {
          onFull = i;
        } else {
          onOther = i;
        }
      }
      int full = onFull;
      // A machine that is busy refuses some in time, too: on until the disk is given up.
      Await.until(
          "the full disk is given up",
          () -> {
            try {
              send(impatient, full);
              return false;
            } catch (ExecutionException refused) {
              return isGivenUp(admin, second);
            }
          });
      for (int i = 0; i < 10; i++) {
        send(producer, onOther);
      }
      String described = describe(node);
      assertTrue(
          described, described.contains("KafkaStorageException\",\"logDir\":\"" + second + "\""));
      assertTrue(described, described.contains("\"error\":null,\"logDir\":\"" + first + "\""));
      Await.until("it leads no more", () -> partition(admin, full).leader() == null);
      assertEquals(1, partition(admin, onOther).leader().id());
      assertEquals(
          10L,
          admin
              .listOffsets(Map.of(new TopicPartition("spread", onOther), OffsetSpec.latest()))
              .all()
              .get(180, TimeUnit.SECONDS)
              .get(new TopicPartition("spread", onOther))
              .offset());
    } finally {
      node.kill();
    }
  }

  private static boolean isGivenUp(Admin admin, Path directory) throws Exception {
    return admin
            .describeLogDirs(List.of(1))
            .allDescriptions()
            .get()
            .get(1)
            .get(directory.toString())
            .error()
        != null;
  }

  private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> config) {
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static TopicPartitionInfo partition(Admin admin, int partition) throws Exception {
    return Described.partition(admin, new TopicPartition("spread", partition));
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, int partition) throws Exception {
    producer
        .send(new ProducerRecord<>("spread", partition, null, new byte[500_000]))
        .get(180, TimeUnit.SECONDS);
  }
}
