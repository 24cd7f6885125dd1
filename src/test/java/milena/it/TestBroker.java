package milena.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import milena.node.FreePorts;
import org.apache.kafka.clients.admin.Admin;

/**
 * A broker in a process of its own, on free ports of 127.0.0.1 and a data directory that goes with
 * it: Milena by {@code bin/milena start}, or with {@code -Dbroker=kafka} Apache Kafka. Both are
 * given the same {@code server.properties}.
 */
final class TestBroker implements AutoCloseable {
  /** The directory of the project, where {@code bin/milena} and {@code target} are. */
  static final Path PROJECT =
      Path.of(System.getProperty("basedir", System.getProperty("user.dir")));

  /** The stock tools' jars, put there by the build before the integration tests. */
  static final Path KAFKA_JARS = PROJECT.resolve("target/kafka-tools");

  private static final Kind KIND =
      "kafka".equals(System.getProperty("broker")) ? Kind.APACHE_KAFKA : Kind.MILENA;
  private static final Duration STOP_LIMIT = Await.LIMIT;
  private static final String CLUSTER_ID = "4L6g3nShT-eMCtK--X86sw";

  /** Whose broker it is. */
  enum Kind {
    MILENA,
    APACHE_KAFKA
  }

  private final Kind kind;
  private final Path home;
  private final Path config;
  private final int port;
  private final Thread cleanUpOnExit = new Thread(this::cleanUp);
  private Process process;

  private TestBroker(Kind kind, Map<String, String> settings) throws IOException {
    this.kind = kind;
    Path parent = Files.createDirectories(PROJECT.resolve("target/it"));
    this.home = Files.createTempDirectory(parent, "broker-");
    this.config = home.resolve("server.properties");
    List<Integer> ports = FreePorts.some(2);
    this.port = ports.get(0);
    Map<String, String> all = new TreeMap<>();
    all.put("process.roles", "broker,controller");
    all.put("node.id", "1");
    all.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + ports.get(1));
    all.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    all.put("controller.listener.names", "CONTROLLER");
    all.put("controller.quorum.voters", "1@127.0.0.1:" + ports.get(1));
    all.put("log.dirs", logDir().toString());
    all.put("offsets.topic.replication.factor", "1");
    all.put("transaction.state.log.replication.factor", "1");
    all.put("transaction.state.log.min.isr", "1");
    all.put("share.coordinator.state.topic.replication.factor", "1");
    all.put("share.coordinator.state.topic.min.isr", "1");
    all.put("group.initial.rebalance.delay.ms", "0");
    all.put("group.min.session.timeout.ms", "1000");
    all.putAll(settings);
    Files.write(config, all.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    if (kind == Kind.APACHE_KAFKA) {
      formatStorage();
    }
  }

  /** Starts a broker with an empty data directory and waits until it serves. */
  static TestBroker start(Map<String, String> settings) {
    return start(KIND, settings);
  }

  /** The same, of one kind, whatever {@code -Dbroker} says. */
  static TestBroker start(Kind kind, Map<String, String> settings) {
    try {
      TestBroker broker = new TestBroker(kind, settings);
      Runtime.getRuntime().addShutdownHook(broker.cleanUpOnExit);
      broker.start();
      return broker;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the tests run against Apache Kafka, where a few things are its own. */
  static boolean isApacheKafka() {
    return KIND == Kind.APACHE_KAFKA;
  }

  /** Starts the process again, on the data that it left. */
  void start() throws IOException {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException("The broker is running already, as " + process.pid() + ".");
    }
    process =
        new ProcessBuilder(startCommand())
            .directory(PROJECT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(outputFile().toFile()))
            .start();
    Await.until("the broker accepts connections", this::isListening);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      Await.until(
          "the broker is in its own metadata",
          () -> !admin.describeCluster().nodes().get().isEmpty());
    }
  }

  /** As a crash: nothing is flushed, nobody is told. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("The broker survived being killed.");
    }
  }

  /** As an operator would: SIGTERM. Gives the exit code. */
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError(
          "The broker did not stop within " + STOP_LIMIT + ".\n" + outputTail());
    }
    return process.exitValue();
  }

  /** Kills the broker and deletes its data, which {@code -Dkeep=true} prevents. */
  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(cleanUpOnExit);
    cleanUp();
  }

  private void cleanUp() {
    try {
      if (process != null) {
        process.destroyForcibly().waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
      }
      if (!Boolean.getBoolean("keep")) {
        deleteRecursively(home);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  InetSocketAddress address() {
    return new InetSocketAddress("127.0.0.1", port);
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The one directory of {@code log.dirs}. */
  Path logDir() {
    return home.resolve("data");
  }

  /** A directory beside the broker's data that is deleted with it. */
  Path scratchDir() {
    return home;
  }

  /** The memory that the process holds, as the kernel counts it. */
  long residentBytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
      String line = lines.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The end of what the broker wrote on its standard output and error. */
  String outputTail() {
    try {
      List<String> lines = Files.readAllLines(outputFile());
      return lines.stream()
          .skip(Math.max(0, lines.size() - 40))
          .collect(Collectors.joining("\n", "--- the broker's output ends with:\n", "\n---"));
    } catch (IOException e) {
      return "The broker's output can't be read: " + e;
    }
  }

  private boolean isListening() {
    if (!process.isAlive()) {
      throw new AssertionError(
          "The broker exited with " + process.exitValue() + ".\n" + outputTail());
    }
    try (Socket socket = new Socket()) {
      socket.connect(address(), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private List<String> startCommand() {
    return kind == Kind.APACHE_KAFKA
        ? kafkaCommand(List.of("-Xmx512m", "-Dlevel=INFO"), "kafka.Kafka", config.toString())
        : List.of(PROJECT.resolve("bin/milena").toString(), "start", "--config", config.toString());
  }

  private void formatStorage() throws IOException {
    Process format =
        new ProcessBuilder(
                kafkaCommand(
                    List.of("-Xmx128m"),
                    "kafka.tools.StorageTool",
                    "format",
                    "-t",
                    CLUSTER_ID,
                    "-c",
                    config.toString()))
            .redirectErrorStream(true)
            .redirectOutput(outputFile().toFile())
            .start();
    try {
      if (format.waitFor() != 0) {
        throw new AssertionError("The data directory was not formatted.\n" + outputTail());
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The command line that runs a class of Kafka's jars in a JVM that is meant to be brief. */
  static List<String> kafkaCommand(List<String> jvmOptions, String mainClass, String... arguments) {
    return kafkaCommand(jvmOptions, KAFKA_JARS + "/*", mainClass, arguments);
  }

  /** The same, with a class path that is made of Kafka's jars. */
  static List<String> kafkaCommand(
      List<String> jvmOptions, String classPath, String mainClass, String[] arguments) {
    if (!Files.isDirectory(KAFKA_JARS)) {
      throw new AssertionError(
          "Kafka's tools are not in " + KAFKA_JARS + ": run 'mvn exec:exec@kafka-tools'.");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.addAll(jvmOptions);
    command.add(
        "-Dlog4j2.configurationFile="
            + PROJECT.resolve("src/test/kafka-tools/log4j2.properties").toUri());
    command.addAll(List.of("-cp", classPath, mainClass));
    command.addAll(List.of(arguments));
    return command;
  }

  private Path outputFile() {
    return home.resolve("broker.log");
  }

  private static void deleteRecursively(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
