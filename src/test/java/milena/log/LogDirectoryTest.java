package milena.log;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import milena.common.config.LogConfig;
import milena.log.LogDirectory.Checkpoint;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.Assert;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

public class LogDirectoryTest extends JUnitSuite {
  private static final TopicPartition NAME = new TopicPartition("a-topic", 12);
  private static final Uuid TOPIC_ID = new Uuid(3, 4);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private Path path;

  @Before
  public void setUp() {
    path = folder.getRoot().toPath().resolve("data");
  }

  @Test
  public void oneNodeAtATime() throws Exception {
    LogDirectory first = LogDirectory.open(path);
    IOException refused = Assert.assertThrows(IOException.class, () -> LogDirectory.open(path));
    assertEquals("The log directory " + path + " is in use by another node", refused.getMessage());
    first.close();
    LogDirectory.open(path).close();
  }

  @Test
  public void theIdentityStaysAsKafkaWritesIt() throws Exception {
    try (LogDirectory directory = LogDirectory.open(path)) {
      assertNull(directory.identity());
      LogDirectory.Identity identity =
          new LogDirectory.Identity("MkU3OEVBNTcwNTJENDM2Qg", 4, new Uuid(5, 6));
      directory.writeIdentity(identity);
      assertEquals(identity, directory.identity());
      assertEquals(
          "#\ncluster.id=MkU3OEVBNTcwNTJENDM2Qg\ndirectory.id="
              + new Uuid(5, 6)
              + "\nnode.id=4\nversion=1\n",
          Files.readString(path.resolve("meta.properties")));
      Files.writeString(path.resolve("meta.properties"), "#Mon\n#x\nversion=0\nbroker.id=1\n");
      Assert.assertThrows(IOException.class, directory::identity);
    }
  }

  @Test
  public void theMarkOfACleanStopIsGoodForOneStart() throws Exception {
    try (LogDirectory directory = LogDirectory.open(path)) {
      assertEquals(OptionalLong.empty(), directory.takeCleanShutdownMark());
      directory.markCleanShutdown(42);
      assertEquals(
          "{\"version\":0,\"brokerEpoch\":42}",
          Files.readString(path.resolve(".kafka_cleanshutdown")));
      assertEquals(OptionalLong.of(42), directory.takeCleanShutdownMark());
      assertEquals(OptionalLong.empty(), directory.takeCleanShutdownMark());
    }
  }

  @Test
  public void whatIsNotOursIsLeftAlone() throws Exception {
    try (LogDirectory directory = LogDirectory.open(path)) {
      for (String name : List.of("backup-delete", "x-1-delete", "t-007", "t-x", "-5", "t-")) {
        Files.createDirectories(path.resolve(name));
        Files.writeString(path.resolve(name).resolve("precious"), "x");
      }
      Path elsewhere = Files.createDirectories(path.resolve("elsewhere"));
      Files.writeString(elsewhere.resolve("precious"), "x");
      Path marked = Files.createDirectories(path.resolve("t-1.abc-delete"));
      Files.createSymbolicLink(marked.resolve("link"), elsewhere);
      assertEquals(List.of(), directory.partitions());
      assertFalse(Files.exists(marked));
      for (String name : List.of("backup-delete", "x-1-delete", "t-007", "elsewhere")) {
        assertTrue(name, Files.exists(path.resolve(name).resolve("precious")));
      }
    }
  }

  @Test
  public void checkpointsAreKafkasAndGarbageReadsAsNothing() throws Exception {
    try (LogDirectory directory = LogDirectory.open(path)) {
      Map<TopicPartition, Long> offsets = Map.of(NAME, 77L, new TopicPartition("b", 0), 1L);
      directory.writeCheckpoint(Checkpoint.RECOVERY_POINT, offsets);
      assertEquals(offsets, directory.readCheckpoint(Checkpoint.RECOVERY_POINT));
      assertEquals(Map.of(), directory.readCheckpoint(Checkpoint.HIGH_WATERMARK));
      Path file = path.resolve("recovery-point-offset-checkpoint");
      assertTrue(Files.readString(file).startsWith("0\n2\n"));
      assertTrue(Files.readString(file).contains("a-topic 12 77\n"));
      Files.writeString(file, "0\n2\na-topic 12 77\n");
      assertEquals(Map.of(), directory.readCheckpoint(Checkpoint.RECOVERY_POINT));
    }
  }

  @Test
  public void partitionsAreFoundAndDeletionsCompleted() throws Exception {
    try (LogDirectory directory = LogDirectory.open(path)) {
      Path log = directory.partitionPath(NAME);
      PartitionLog.open(log, NAME, TOPIC_ID, LogConfig.DEFAULT, PartitionLog.OpenOptions.NEW, 0)
          .close();
      Files.createDirectory(path.resolve("not a partition"));
      Files.createDirectory(path.resolve("b-0"));
      assertEquals(
          List.of(
              new LogDirectory.PartitionDirectory(log, NAME, TOPIC_ID),
              new LogDirectory.PartitionDirectory(
                  path.resolve("b-0"), new TopicPartition("b", 0), Uuid.ZERO_UUID)),
          directory.partitions());
      Path marked = directory.markDeleted(NAME);
      assertTrue(marked.getFileName().toString().matches("a-topic-12\\..*-delete"));
      assertFalse(Files.exists(log));
      assertEquals(1, directory.partitions().size());
      assertFalse("left by a crash", Files.exists(marked));
    }
  }
}
