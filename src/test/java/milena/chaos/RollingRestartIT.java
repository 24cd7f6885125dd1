package milena.chaos;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import milena.testing.SeedRule;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** All nodes are restarted one after the other under load, and no client is told of it. */
public class RollingRestartIT extends JUnitSuite {
  private static final String TOPIC = "rolling";
  private static final int PARTITIONS = 6;
  private static final int NODES = 3;

  @Rule public final SeedRule seeds = new SeedRule();

  private final History history = new History();
  private final List<TopicPartition> partitions = new ArrayList<>();

  @Test
  public void noProducerIsToldAndNoRecordIsLost() throws Exception {
    Path home = Path.of(System.getProperty("chaos.home", "target/chaos")).toAbsolutePath();
    home = Files.createTempDirectory(Files.createDirectories(home), "rolling-");
    for (int partition = 0; partition < PARTITIONS; partition++) {
      partitions.add(new TopicPartition(TOPIC, partition));
    }
    try (ProcessCluster cluster = new ProcessCluster(NODES, new Loopback(home), home, Map.of())) {
      cluster.startAll();
      try (Admin admin = cluster.admin()) {
        admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) NODES))).all().get();
        Clients clients = new Clients(cluster.bootstrapServers(), history, partitions);
        clients.startProducer(seeds.seed(), 200);
        clients.startMember("rollers", "member", seeds.seed());
        Replicas replicas = new Replicas(admin, partitions);
        awaitRecords(replicas);
        for (NodeProcess node : cluster.nodes()) {
          assertEquals("exit code of node " + node.id, 0, node.stop());
          node.start();
          assertTrue("node " + node.id + " is up", ProcessCluster.await(180, node::isUp));
          awaitRecords(replicas);
        }
        clients.stopProducers();
        boolean all =
            ProcessCluster.await(
                180,
                () ->
                    partitions.stream()
                        .allMatch(
                            p -> history.deliveries("rollers", p) >= history.acknowledgements(p)));
        assertTrue("the group read all", all);
        clients.stopMembers();
        long there = clients.readAll();
        assertEquals(List.of(), history.finish());
        assertEquals("errors told to producers", 0, clients.errorsOfProducers());
        assertEquals("records", history.acknowledgements(), there);
      }
    }
  }

  /** All are in sync, and have taken records since. */
  private void awaitRecords(Replicas replicas) {
    boolean together = ProcessCluster.await(180, replicas::areTogether);
    assertTrue("in sync: " + replicas.apart(), together);
    List<Long> before = partitions.stream().map(history::acknowledgements).toList();
    boolean went =
        ProcessCluster.await(
            180,
            () ->
                partitions.stream()
                    .allMatch(
                        p -> history.acknowledgements(p) > before.get(partitions.indexOf(p))));
    assertTrue("records are taken", went);
  }
}
