package milena.it;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A JVM with a class path of its own, in which tools run one after another: a tool of Kafka's takes
 * a second and more to start from nothing, and a tenth of that here. What a tool leaves to the end
 * of its process (shutdown hooks, an exit code) it gets.
 */
final class ToolProcess {
  private static final int START_LIMIT_MS = (int) Await.LIMIT.toMillis();
  private static final ToolProcess KAFKA = new ToolProcess(ToolProcess::kafkaCommand);
  private static final ToolProcess MILENA = new ToolProcess(ToolProcess::milenaCommand);

  private final Command command;
  private Process process;
  private Socket socket;
  private Path out;
  private Path err;

  private interface Command {
    /** How the loop is started that asks at this port what to do. */
    List<String> of(Path loop, int port) throws IOException;
  }

  private ToolProcess(Command command) {
    this.command = command;
  }

  /** A tool of Kafka's, in a JVM with Kafka's class path. */
  static StockTool kafka(String input, String mainClass, String... arguments) {
    return KAFKA.run(input, mainClass, "main", arguments);
  }

  /** A command of {@code bin/milena}, in a JVM with the built jar. */
  static StockTool milena(String input, String... arguments) {
    return MILENA.run(input, "milena.cli.Main", "run", arguments);
  }

  private synchronized StockTool run(
      String input, String mainClass, String method, String... arguments) {
    String name = mainClass + " " + String.join(" ", arguments);
    try {
      if (process == null) {
        start();
      }
      long outBefore = Files.size(out);
      long errBefore = Files.size(err);
      int exitCode = ask(name, input, mainClass, method, arguments);
      StockTool run = new StockTool(name, exitCode, since(out, outBefore), since(err, errBefore));
      if (!process.isAlive()) {
        end();
      }
      return run;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(name, e);
    }
  }

  private int ask(String name, String input, String mainClass, String method, String... arguments)
      throws IOException, InterruptedException {
    try {
      DataOutputStream question = new DataOutputStream(socket.getOutputStream());
      question.writeUTF(mainClass);
      question.writeUTF(method);
      question.writeInt(arguments.length);
      for (String argument : arguments) {
        question.writeUTF(argument);
      }
      byte[] bytes = input.getBytes(StandardCharsets.UTF_8);
      question.writeInt(bytes.length);
      question.write(bytes);
      return new DataInputStream(socket.getInputStream()).readInt();
    } catch (SocketTimeoutException e) {
      String said = Files.readString(out) + Files.readString(err);
      end();
      throw new AssertionError("Not done in time: " + name + "\n" + said);
    } catch (EOFException e) {
      // The tool has ended its process, as it may: the next one gets another.
      return process.waitFor();
    }
  }

  private void start() throws IOException {
    Path directory = Files.createDirectories(TestBroker.PROJECT.resolve("target/it"));
    Path loop = directory.resolve("tool-loop");
    Path file = loop.resolve(ToolLoop.class.getName().replace('.', '/') + ".class");
    Files.createDirectories(file.getParent());
    try (var bytes = ToolLoop.class.getResourceAsStream("ToolLoop.class")) {
      Files.copy(bytes, file, StandardCopyOption.REPLACE_EXISTING);
    }
    out = Files.createTempFile(directory, "tools-", ".out");
    err = Files.createTempFile(directory, "tools-", ".err");
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      server.setSoTimeout(START_LIMIT_MS);
      process =
          new ProcessBuilder(command.of(loop, server.getLocalPort()))
              .directory(TestBroker.PROJECT.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(this::end));
      socket = server.accept();
    }
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(StockTool.LIMIT_SECONDS));
  }

  private synchronized void end() {
    if (process == null) {
      return;
    }
    process.destroyForcibly();
    process = null;
    try {
      if (socket != null) {
        socket.close();
      }
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String since(Path file, long position) throws IOException {
    byte[] all = Files.readAllBytes(file);
    return new String(all, (int) position, (int) (all.length - position), StandardCharsets.UTF_8);
  }

  private static List<String> kafkaCommand(Path loop, int port) throws IOException {
    // Those that hold the tools keep static state; the others are the libraries of them.
    Predicate<Path> isTool =
        jar -> jar.getFileName().toString().matches("kafka(-tools|_2\\.13)-\\d.*");
    List<String> tools = new ArrayList<>();
    List<String> libraries = new ArrayList<>(List.of(loop.toString()));
    try (Stream<Path> jars = Files.list(TestBroker.KAFKA_JARS)) {
      jars.sorted().forEach(jar -> (isTool.test(jar) ? tools : libraries).add(jar.toString()));
    }
    List<String> arguments = new ArrayList<>(List.of("" + port));
    arguments.addAll(tools);
    return TestBroker.kafkaCommand(
        List.of("-Xmx512m"),
        String.join(":", libraries),
        ToolLoop.class.getName(),
        arguments.toArray(String[]::new));
  }

  private static List<String> milenaCommand(Path loop, int port) {
    return Arrays.asList(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx512m",
        "-Dslf4j.provider=milena.node.LogbackProvider",
        "-cp",
        loop + ":" + TestBroker.PROJECT.resolve("target/milena.jar"),
        ToolLoop.class.getName(),
        "" + port);
  }
}
