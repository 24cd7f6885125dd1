package milena.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Three controllers (1, 2, 3) and three brokers (4, 5, 6), set up as Kafka's own files would, form
 * a cluster and outlive the loss of one of each.
 */
public class RolesIT extends JUnitSuite {
  private static final String HOST = "127.0.0.1";
  private static final List<Integer> CONTROLLERS = List.of(1, 2, 3);
  private static final List<Integer> BROKERS = List.of(4, 5, 6);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private final Map<Integer, Integer> ports = new TreeMap<>();
  private final Map<Integer, MilenaNode> nodes = new TreeMap<>();

  @Before
  public void choosePorts() {
    List<Integer> free = FreePorts.some(6);
    for (int id = 1; id <= 6; id++) {
      ports.put(id, free.get(id - 1));
    }
  }

  @After
  public void killAll() {
    nodes.values().forEach(MilenaNode::kill);
  }

  private MilenaNode.Builder builder(int id) throws IOException {
    String voters =
        CONTROLLERS.stream()
            .map(each -> each + "@" + HOST + ":" + ports.get(each))
            .collect(Collectors.joining(","));
    List<String> lines = new ArrayList<>();
    lines.add("node.id=" + id);
    lines.add("controller.quorum.voters=" + voters);
    lines.add("controller.listener.names=CONTROLLER");
    lines.add("log.dirs=" + folder.getRoot().toPath().resolve("" + id));
    if (CONTROLLERS.contains(id)) {
      lines.add("process.roles=controller");
      lines.add("listeners=CONTROLLER://" + HOST + ":" + ports.get(id));
    } else {
      lines.add("process.roles=broker");
      lines.add("listeners=PLAINTEXT://" + HOST + ":" + ports.get(id));
    }
    Path file = folder.getRoot().toPath().resolve(id + ".properties");
    Files.write(file, lines);
    return MilenaNode.builder().configFile(file);
  }

  private void start(Integer... ids) throws Exception {
    Map<Integer, CompletableFuture<MilenaNode>> starting = new LinkedHashMap<>();
    for (int id : ids) {
      MilenaNode.Builder builder = builder(id);
      starting.put(id, Aside.run("test-" + id, builder::start));
    }
    for (Map.Entry<Integer, CompletableFuture<MilenaNode>> each : starting.entrySet()) {
      nodes.put(each.getKey(), each.getValue().get(180, TimeUnit.SECONDS));
    }
  }

  private String bootstrap() {
    return BROKERS.stream().map(id -> HOST + ":" + ports.get(id)).collect(Collectors.joining(","));
  }

  @Test
  public void controllersAndBrokersFormAClusterAndOutliveLosses() throws Exception {
    start(4, 5, 6, 1, 2, 3);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
      admin.createTopics(List.of(new NewTopic("places", 12, (short) 3))).all().get();
      awaitBrokers(admin, Set.copyOf(BROKERS));
      var quorum = admin.describeMetadataQuorum().quorumInfo().get();
      assertTrue(CONTROLLERS.contains(quorum.leaderId()));
      assertEquals(3, quorum.voters().size());
    }
    produce(0, 50);
    int leader = nodes.get(4).controllerId();
    nodes.remove(leader).kill();
    nodes.remove(5).kill();
    produce(50, 100);
    start(leader, 5);
    produce(100, 150);
    nodes.remove(4).stop();
    produce(150, 200);
    start(4);
    ClusterImage image = nodes.get(leader).run().core().images().current();
    awaitSame(nodes.get(4).run().core().images(), image);
    assertEquals(
        IntStream.range(0, 200).boxed().collect(Collectors.toSet()), Set.copyOf(consume(200)));
    assertTrue(!Files.exists(folder.getRoot().toPath().resolve("1/places-0")));
  }

  /** The broker that is asked may hear of the others a moment after the controller let them in. */
  private static void awaitBrokers(Admin admin, Set<Integer> expected) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
    Set<Integer> told = Set.of();
    while (!told.equals(expected)) {
      assertTrue("The brokers are " + told, System.nanoTime() < deadline);
      told =
          admin.describeCluster().nodes().get().stream().map(Node::id).collect(Collectors.toSet());
    }
  }

  private void produce(int from, int until) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap()),
            new StringSerializer(),
            new StringSerializer())) {
      for (int i = from; i < until; i++) {
        producer
            .send(new ProducerRecord<>("places", i % 12, "k", "" + i))
            .get(180, TimeUnit.SECONDS);
      }
    }
  }

  private List<Integer> consume(int count) {
    List<Integer> read = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrap()),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(
          IntStream.range(0, 12).mapToObj(i -> new TopicPartition("places", i)).toList());
      consumer.seekToBeginning(consumer.assignment());
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
      while (read.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
          read.add(Integer.parseInt(each.value()));
        }
      }
    }
    return read;
  }

  private static void awaitSame(ImageSource images, ClusterImage goal) throws Exception {
    CompletableFuture<Void> met = new CompletableFuture<>();
    images.subscribe(
        (old, now) -> {
          if (now.lastSequence() >= goal.lastSequence()) {
            met.complete(null);
          }
        });
    met.get(180, TimeUnit.SECONDS);
  }
}
