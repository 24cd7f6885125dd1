package milena.chaos;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import milena.node.FreePorts;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/**
 * The settings in {@code deploy/three-nodes}, with addresses of this machine in place of names,
 * make a cluster: in any order, and again after all have stopped.
 */
public class DeploymentIT extends JUnitSuite {
  private static final Path SET = NodeProcess.PROJECT.resolve("deploy/three-nodes");

  @Test
  public void theSetMakesAClusterInAnyOrder() throws Exception {
    Path home = Path.of(System.getProperty("chaos.home", "target/chaos")).toAbsolutePath();
    home = Files.createTempDirectory(Files.createDirectories(home), "deployed-");
    Map<String, String> places = new TreeMap<>();
    List<Integer> ports = FreePorts.some(6);
    for (int id = 1; id <= 3; id++) {
      places.put("milena-" + id + ":9092", "127.0.0.1:" + ports.get(2 * id - 2));
      places.put("milena-" + id + ":9093", "127.0.0.1:" + ports.get(2 * id - 1));
    }
    List<NodeProcess> nodes = new ArrayList<>();
    for (int id = 1; id <= 3; id++) {
      Path settings = home.resolve("node-" + id + ".properties");
      Files.writeString(settings, local(SET.resolve("node-" + id + ".properties"), places, home));
      nodes.add(
          new NodeProcess(id, new Loopback(home), settings, home.resolve("node-" + id + ".log")));
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", places.get("milena-2:9092")))) {
      start(nodes.get(2), nodes.get(0), nodes.get(1));
      admin.createTopics(List.of(new NewTopic("t", 3, (short) -1))).all().get();
      assertTrue("in sync", areThreeInSync(admin));
      for (NodeProcess node : nodes) {
        node.terminate();
      }
      for (NodeProcess node : nodes) {
        assertEquals("exit code of node " + node.id, 0, node.stop());
      }
      start(nodes.get(1), nodes.get(2), nodes.get(0));
      assertTrue("in sync again", areThreeInSync(admin));
    } finally {
      nodes.stream().filter(NodeProcess::isAlive).forEach(NodeProcess::kill);
    }
  }

  private static String local(Path file, Map<String, String> places, Path home) throws Exception {
    String text = Files.readString(file);
    for (Map.Entry<String, String> place : places.entrySet()) {
      text = text.replace(place.getKey(), place.getValue());
    }
    Path data = home.resolve(file.getFileName() + ".data");
    try (Stream<String> lines = text.lines()) {
      assertTrue("nothing is left to replace", lines.noneMatch(l -> l.contains("milena-")));
    }
    return text.replace("/var/lib/milena/data", data.toString());
  }

  private static void start(NodeProcess... nodes) {
    for (NodeProcess node : nodes) {
      node.start();
    }
    for (NodeProcess node : nodes) {
      assertTrue("node " + node.id + " is up", ProcessCluster.await(180, node::isUp));
    }
  }

  private static boolean areThreeInSync(Admin admin) {
    Replicas replicas = new Replicas(admin, List.of(new TopicPartition("t", 0)));
    return ProcessCluster.await(180, () -> replicas.areTogether(3));
  }
}
