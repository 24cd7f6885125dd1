package milena.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import milena.broker.raft.RaftSettings;
import milena.testing.EachBroker;
import milena.testkit.MilenaCluster;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/**
 * A voter whose part of the metadata log is damaged before its end does not start, though the
 * others could give it what it lacks: it may have acknowledged what it can't read any more.
 */
public class DamagedMetadataIT extends JUnitSuite {
  /** In the first entry. */
  private static final int DAMAGED_BYTE = 14;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void aVoterSaysSoAndIsLetInAgainWhenItsDirectoryIsRemoved() throws Exception {
    Path root = folder.getRoot().toPath();
    try (MilenaCluster cluster = MilenaCluster.builder().nodes(3).directory(root).start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
      for (int i = 0; i < 5; i++) {
        make(admin, "before" + i);
      }
      int damaged = 1 + EachBroker.controller(cluster) % 3;
      cluster.killNode(damaged);
      Path log = root.resolve(damaged + "/" + RaftSettings.DIRECTORY);
      damage(log);
      CannotStart refusal =
          Assert.assertThrows(CannotStart.class, () -> cluster.startNode(damaged));
      assertTrue(
          refusal.getMessage(), refusal.getMessage().contains("The metadata log is damaged"));
      assertEquals(refusal.getMessage(), 1, refusal.getMessage().lines().count());
      make(admin, "without");

      delete(log);
      cluster.startNode(damaged);
      ImageWait.until(
          cluster.node(damaged).run().core().images(), now -> now.topic("without") != null);
    }
  }

  private static void make(Admin admin, String topic) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 2))).all().get(180, TimeUnit.SECONDS);
  }

  private static void damage(Path log) throws IOException {
    try (Stream<Path> files = Files.walk(log)) {
      Path segment =
          files
              .filter(file -> file.getFileName().toString().startsWith("log_inprogress"))
              .findFirst()
              .orElseThrow();
      try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
        file.seek(DAMAGED_BYTE);
        int was = file.read();
        file.seek(DAMAGED_BYTE);
        file.write(~was);
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
