package milena.chaos;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import akka.Done;
import akka.actor.ActorSystem;
import akka.japi.Pair;
import akka.stream.KillSwitches;
import akka.stream.UniqueKillSwitch;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.testkit.javadsl.TestKit;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import milena.streams.ConsumerSettings;
import milena.streams.MilenaClient;
import milena.streams.ProducerMessage;
import milena.streams.ProducerMessage.Envelope;
import milena.streams.ProducerSettings;
import milena.streams.Subscriptions;
import milena.streams.javadsl.Consumer;
import milena.streams.javadsl.Consumer.Control;
import milena.streams.javadsl.Producer;
import milena.testing.Described;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.After;
import org.junit.AfterClass;
import org.junit.Before;
import org.junit.BeforeClass;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Programs that are members of a cluster, whose nodes are processes that are killed. */
public class ClientProgramsIT extends JUnitSuite {
  private static final long SOON_MS = 4_000;

  private static final int PATIENCE_SECONDS = 180;

  /** Beyond all patience: who dies is known by a port that is refused, or never. */
  private static final int SESSION_SECONDS = 2 * PATIENCE_SECONDS;

  private static Path home;
  private static ProcessCluster cluster;
  private static MilenaClient client;
  private static Admin admin;
  private static ActorSystem system;

  private final List<Process> programs = new ArrayList<>();
  private final Queue<Integer> acknowledged = new ConcurrentLinkedQueue<>();
  private final Queue<Long> acknowledgedNanos = new ConcurrentLinkedQueue<>();
  private final Queue<Integer> seen = new ConcurrentLinkedQueue<>();
  private final Queue<Long> seenNanos = new ConcurrentLinkedQueue<>();
  private UniqueKillSwitch stopWriting;
  private CompletionStage<Done> written;
  private Control reading;

  @BeforeClass
  public static void start() throws IOException {
    home = Path.of(System.getProperty("chaos.home", "target/chaos")).toAbsolutePath();
    home = Files.createTempDirectory(Files.createDirectories(home), "programs-");
    cluster =
        new ProcessCluster(
            3,
            new Loopback(home),
            home,
            Map.of("broker.session.timeout.ms", "" + 1000 * SESSION_SECONDS));
    cluster.startAll();
    admin = cluster.admin();
    system =
        ActorSystem.create(
            "program",
            ConfigFactory.parseString("akka.actor.provider = local, akka.loglevel = WARNING")
                .withFallback(ConfigFactory.load()));
    client = MilenaClient.join(cluster.memberAddresses());
  }

  @AfterClass
  public static void stop() {
    if (client != null) {
      client.close(); // it never joined where the nodes did not start
    }
    TestKit.shutdownActorSystem(system);
    admin.close();
    cluster.close();
  }

  @Before
  public void allAreThere() {
    for (NodeProcess node : cluster.nodes()) {
      if (!node.isAlive()) {
        node.start();
      }
    }
    assertTrue(
        "all nodes are up",
        ProcessCluster.await(
            PATIENCE_SECONDS, () -> cluster.nodes().stream().allMatch(NodeProcess::isUp)));
  }

  @After
  public void end() {
    programs.forEach(Process::destroyForcibly);
    if (reading != null) {
      reading.shutdown();
    }
    stopWriting.shutdown();
  }

  @Test
  public void streamsGoOnAfterTheDeathOfTheLeaderBeforeAnybodyMissesIt() throws Exception {
    topic("kept", 1);
    read("kept", 1);
    write("kept");
    until("it flows", () -> seen.size() > 200);
    long struck = System.nanoTime();
    cluster.node(leader("kept")).kill();
    int before = seen.size();
    until("it flows again", () -> seen.size() > before + 500);
    assertExactlyTheAcknowledgedArrive();
    // Without the controller's word, what Akka's members agree on takes five seconds and more.
    long written = gapMs(acknowledgedNanos, struck);
    long read = gapMs(seenNanos, struck);
    System.out.println("longest pauses after a kill, ms: " + written + ", " + read);
    assertTrue("the longest pause between acknowledgements, ms: " + written, written < SOON_MS);
    assertTrue("the longest pause between records read, ms: " + read, read < SOON_MS);
  }

  @Test
  public void streamsGoOnWhenTheWholeClusterHasBegunAnew() throws Exception {
    topic("again", 2);
    read("again", 2);
    write("again");
    until("it flows", () -> seen.size() > 200);
    long struck = System.nanoTime();
    cluster.nodes().forEach(NodeProcess::kill);
    cluster.nodes().forEach(NodeProcess::start);
    int before = acknowledged.size();
    until("it flows again", () -> acknowledged.size() > before + 500);
    System.out.println("pause of a whole restart, ms: " + gapMs(acknowledgedNanos, struck));
    assertExactlyTheAcknowledgedArrive();
  }

  @Test
  public void otherProgramsTakeOverFromOneThatIsKilled() throws Exception {
    topic("shared", 6);
    Path[] outputs = new Path[3];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = home.resolve("program-" + i + ".out");
      programs.add(program(outputs[i], "shared", "readers"));
    }
    write("shared");
    until("all read", () -> Stream.of(outputs).allMatch(output -> !valuesOf(output).isEmpty()));
    programs.get(1).destroyForcibly().waitFor();
    int last = acknowledged.size();
    until("more is written", () -> acknowledged.size() > last + 500);
    stopWriting();
    Set<Integer> expected = Set.copyOf(acknowledged);
    until(
        "all is read",
        () -> {
          Set<Integer> read = new HashSet<>();
          Stream.of(outputs).forEach(output -> read.addAll(valuesOf(output)));
          return read.containsAll(expected);
        });
    until("all is committed", () -> committed("readers") == expected.size());
    assertTrue("the others live", programs.get(0).isAlive() && programs.get(2).isAlive());
  }

  private static void topic(String name, int partitions) throws Exception {
    admin.createTopics(List.of(new NewTopic(name, partitions, (short) 3))).all().get();
  }

  private static int leader(String topic) throws Exception {
    return Described.partition(admin, new TopicPartition(topic, 0)).leader().id();
  }

  private static Process program(Path output, String topic, String group) throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath,
            StreamReader.class.getName(),
            cluster.memberAddresses(),
            topic,
            group)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  private static Collection<Integer> valuesOf(Path output) {
    try {
      String text = Files.readString(output);
      return text.substring(0, text.lastIndexOf('\n') + 1)
          .lines()
          .filter(line -> line.startsWith("read "))
          .map(line -> Integer.parseInt(line.substring(5)))
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long committed(String group) {
    try {
      return admin
          .listConsumerGroupOffsets(group)
          .partitionsToOffsetAndMetadata()
          .get()
          .values()
          .stream()
          .mapToLong(offset -> offset.offset())
          .sum();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** 500 records a second, with the numbers from 1. */
  private void write(String topic) {
    ProducerSettings<String, String> settings =
        ProducerSettings.create(client.brokers(), new StringSerializer(), new StringSerializer());
    Pair<UniqueKillSwitch, CompletionStage<Done>> running =
        Source.range(1, Integer.MAX_VALUE)
            .throttle(500, Duration.ofSeconds(1))
            .viaMat(KillSwitches.single(), Keep.right())
            .map(
                i -> {
                  Envelope<String, String, Integer> envelope =
                      ProducerMessage.single(new ProducerRecord<>(topic, "k" + i % 64, "" + i), i);
                  return envelope;
                })
            .via(Producer.flexiFlow(settings))
            .toMat(
                Sink.foreach(
                    result -> {
                      acknowledged.add(result.passThrough());
                      acknowledgedNanos.add(System.nanoTime());
                    }),
                Keep.both())
            .run(system);
    stopWriting = running.first();
    written = running.second();
  }

  private void read(String topic, int partitions) {
    ConsumerSettings<String, String> settings =
        ConsumerSettings.create(
                client.brokers(), new StringDeserializer(), new StringDeserializer())
            .withProperty("auto.offset.reset", "earliest");
    Set<TopicPartition> all =
        IntStream.range(0, partitions)
            .mapToObj(i -> new TopicPartition(topic, i))
            .collect(Collectors.toSet());
    reading =
        Consumer.plainSource(settings, Subscriptions.assignment(all))
            .to(
                Sink.foreach(
                    record -> {
                      seen.add(Integer.valueOf(record.value()));
                      seenNanos.add(System.nanoTime());
                    }))
            .run(system);
  }

  private void stopWriting() throws Exception {
    stopWriting.shutdown();
    written.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private void assertExactlyTheAcknowledgedArrive() throws Exception {
    stopWriting();
    until("all is read", () -> seen.size() >= acknowledged.size());
    reading.shutdown().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertEquals(List.copyOf(acknowledged), seen.stream().sorted().toList());
  }

  private static long gapMs(Collection<Long> nanos, long since) {
    long longest = 0;
    long last = since;
    for (long each : nanos) {
      if (each - since > 0) {
        longest = Math.max(longest, each - last);
        last = each;
      }
    }
    return TimeUnit.NANOSECONDS.toMillis(longest);
  }

  private void until(String what, BooleanSupplier holds) {
    boolean held =
        ProcessCluster.await(
            PATIENCE_SECONDS,
            () -> {
              if (written != null && written.toCompletableFuture().isCompletedExceptionally()) {
                written.toCompletableFuture().join();
              }
              return holds.getAsBoolean();
            });
    assertTrue("In time: " + what, held);
  }
}
