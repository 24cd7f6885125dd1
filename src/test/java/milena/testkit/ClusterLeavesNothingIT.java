package milena.testkit;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import milena.node.MilenaNode;
import milena.testing.OwnThreads;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/**
 * A cluster that was closed leaves no thread, no file and no open file, whatever befell its nodes.
 */
public class ClusterLeavesNothingIT extends JUnitSuite {
  private static final String PREFIX = "milena-cluster";
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  @ClassRule public static final TemporaryFolder FIRST = new TemporaryFolder();

  /** Netty, Akka and the JVM start a few threads once, which are the JVM's from then on. */
  @BeforeClass
  public static void warmUp() {
    MilenaNode.builder().dataDir(FIRST.getRoot().toPath()).start().stop();
  }

  @Test
  public void afterStopsAndKills() throws Exception {
    Set<Thread> threads = OwnThreads.now();
    Set<Path> directories;
    try (MilenaCluster cluster = MilenaCluster.builder().nodes(3).start()) {
      directories = directoriesInUse();
      use(cluster);
      cluster.stopNode(2);
      cluster.killNode(3);
      cluster.startNode(2);
    }
    assertNothingIsLeft(threads, directories);
  }

  @Test
  public void whileOneIsPausedAndOneIsCutOff() throws Exception {
    Set<Thread> threads = OwnThreads.now();
    Set<Path> directories;
    try (MilenaCluster cluster = MilenaCluster.builder().nodes(3).start()) {
      directories = directoriesInUse();
      use(cluster);
      cluster.pauseNode(1);
      cluster.cutNode(2);
    }
    assertNothingIsLeft(threads, directories);
  }

  private static void use(MilenaCluster cluster) throws Exception {
    Map<String, Object> servers = Map.of("bootstrap.servers", cluster.bootstrapServers());
    try (Admin admin = Admin.create(servers);
        KafkaProducer<String, String> producer =
            new KafkaProducer<>(servers, new StringSerializer(), new StringSerializer())) {
      admin.createTopics(List.of(new NewTopic("brief", 6, (short) 3))).all().get();
      producer.send(new ProducerRecord<>("brief", "value")).get(180, TimeUnit.SECONDS);
    }
  }

  private static void assertNothingIsLeft(Set<Thread> threads, Set<Path> directories)
      throws Exception {
    assertEquals(List.of(), OwnThreads.leftSince(threads));
    for (Path directory : directories) {
      assertFalse(directory + " is left", Files.exists(directory));
    }
    assertEquals(List.of(), openFiles());
  }

  /**
   * The directories of clusters in which this process has files open: others of the machine may
   * have clusters as well.
   */
  private static Set<Path> directoriesInUse() throws IOException {
    Set<Path> directories = new HashSet<>();
    for (String file : openFiles()) {
      Path path = Path.of(file);
      while (!path.getFileName().toString().startsWith(PREFIX)) {
        path = path.getParent();
      }
      directories.add(path);
    }
    assertEquals(Files.isDirectory(DESCRIPTORS) ? 1 : 0, directories.size());
    return directories;
  }

  /** As Linux tells; elsewhere nothing is told. */
  private static List<String> openFiles() throws IOException {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return List.of();
    }
    List<String> open = new ArrayList<>();
    try (Stream<Path> all = Files.list(DESCRIPTORS)) {
      for (Path descriptor : all.toList()) {
        try {
          open.add(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException closedMeanwhile) {
          // It is not left, then.
        }
      }
    }
    open.removeIf(target -> !target.contains("/" + PREFIX));
    return open;
  }
}
