package milena.node;

import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import milena.broker.raft.RatisMetadataLog;
import milena.testing.EachBroker;
import milena.testkit.MilenaCluster;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/**
 * A node that has lost everything comes back as the same, and counts again when it has caught up.
 */
public class WipedNodeIT extends JUnitSuite {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void itJoinsLearnsAndVotesAgain() throws Exception {
    Path directory = folder.getRoot().toPath();
    try (MilenaCluster cluster = MilenaCluster.builder().nodes(3).directory(directory).start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic("before", 3, (short) 3))).all().get();
      int leader = EachBroker.controller(cluster);
      int wiped = leader == 2 ? 3 : 2;
      int third = 6 - leader - wiped;
      cluster.killNode(wiped);
      delete(directory.resolve("" + wiped));
      cluster.startNode(wiped);
      RatisMetadataLog log = (RatisMetadataLog) cluster.node(wiped).run().core().log();
      assertTrue(log.mayVote());
      cluster.killNode(third);
      admin
          .createTopics(List.of(new NewTopic("after", 1, (short) 2)))
          .all()
          .get(180, TimeUnit.SECONDS);
    }
  }

  private static void delete(Path directory) throws Exception {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
