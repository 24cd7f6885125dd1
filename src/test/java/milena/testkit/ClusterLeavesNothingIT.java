package milena.testkit;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import milena.node.MilenaNode;
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
  private static final List<String> JVMS =
      List.of("ForkJoinPool.commonPool", "CompletableFutureDelayScheduler");

  @ClassRule public static final TemporaryFolder FIRST = new TemporaryFolder();

  /** Netty, Akka and the JVM start a few threads once, which are the JVM's from then on. */
  @BeforeClass
  public static void warmUp() {
    MilenaNode.builder().dataDir(FIRST.getRoot().toPath()).start().stop();
  }

  @Test
  public void afterStopsAndKills() throws Exception {
    Set<Thread> threads = threads();
    Set<Path> directories = directories();
    try (MilenaCluster cluster = MilenaCluster.builder().nodes(3).start()) {
      use(cluster);
      cluster.stopNode(2);
      cluster.killNode(3);
      cluster.startNode(2);
    }
    assertNothingIsLeft(threads, directories);
  }

  @Test
  public void whileOneIsPausedAndOneIsCutOff() throws Exception {
    Set<Thread> threads = threads();
    Set<Path> directories = directories();
    try (MilenaCluster cluster = MilenaCluster.builder().nodes(3).start()) {
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
      producer.send(new ProducerRecord<>("brief", "value")).get(30, TimeUnit.SECONDS);
    }
  }

  private static void assertNothingIsLeft(Set<Thread> threads, Set<Path> directories)
      throws Exception {
    Set<Thread> left = threads();
    left.removeAll(threads);
    for (Thread thread : left) {
      thread.join(10_000);
    }
    assertEquals(
        List.of(), left.stream().filter(Thread::isAlive).map(Thread::getName).sorted().toList());
    assertEquals(directories, directories());
    assertEquals(List.of(), openFiles());
  }

  /** Without those of the JVM's own pools, which come when they are needed. */
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> JVMS.stream().noneMatch(thread.getName()::startsWith))
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static Set<Path> directories() throws IOException {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(path -> path.getFileName().toString().startsWith(PREFIX))
          .collect(Collectors.toSet());
    }
  }

  /** As Linux tells; elsewhere nothing is told. */
  private static List<String> openFiles() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return List.of();
    }
    List<String> open = new ArrayList<>();
    try (Stream<Path> all = Files.list(descriptors)) {
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
