package milena.cli;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import milena.node.FreePorts;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.rules.Timeout;
import org.scalatestplus.junit.JUnitSuite;

/** {@code bin/milena} as an operator sees it: what it says, and how it ends. */
public class CommandLineIT extends JUnitSuite {
  private static final Path SCRIPT =
      Path.of(System.getProperty("basedir", System.getProperty("user.dir")), "bin", "milena");

  /** For a test, with six starts of a JVM on a machine that does much else. */
  private static final int PATIENCE_SECONDS = 600;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  /** A process that goes on and never says what is waited for. */
  @Rule public final Timeout patience = Timeout.seconds(PATIENCE_SECONDS);

  private final List<Process> started = new ArrayList<>();

  @After
  public void killWhatIsLeft() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  public void aNodeStartsFromAPropertiesFileAndEndsWithZeroOnSigterm() throws Exception {
    int port = freePort();
    Process node = milena("start", "--config", properties(port).toString());
    String up = awaitLine(node, " is up ");
    assertTrue(up, up.contains("PLAINTEXT on 127.0.0.1:" + port));
    FirstWords.exchange("127.0.0.1:" + port, 1);
    assertTrue("bin/milena becomes the node", node.info().command().orElse("").endsWith("java"));
    node.destroy();
    assertTrue(node.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertEquals(0, node.exitValue());
    Process again = milena("start", "--config", properties(port).toString());
    awaitLine(again, " is up ");
  }

  @Test
  public void devTellsWhatToTry() throws Exception {
    int port = freePort();
    Process node = milena("dev", "--port", "" + port);
    awaitLine(node, "Milena is up");
    awaitLine(node, "bin/milena consume greetings -b 127.0.0.1:" + port);
    assertTrue(Files.isDirectory(folder.getRoot().toPath().resolve("data")));
    node.destroy();
    assertTrue(node.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertEquals(0, node.exitValue());
  }

  @Test
  public void devRunsAClusterThatEndsWithIt() throws Exception {
    int port = freePortsForThree();
    Process nodes = milena("dev", "--nodes", "3", "--port", "" + port);
    awaitLine(nodes, "Milena is up: 3 nodes");
    FirstWords.exchange("127.0.0.1:" + (port + 2), 1);
    nodes.destroy();
    assertTrue(nodes.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertEquals(0, nodes.exitValue());
  }

  @Test
  public void devEndsWhenOneOfItsNodesCanNotStart() throws Exception {
    int port = freePortsForThree();
    try (ServerSocket taken = new ServerSocket(port + 1, 1, InetAddress.getByName("127.0.0.1"))) {
      Process nodes = milena("dev", "--nodes", "3", "--port", "" + port);
      awaitLine(nodes, ":" + taken.getLocalPort());
      awaitLine(nodes, "milena: A node could not start");
      assertTrue(nodes.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
      assertEquals(1, nodes.exitValue());
    }
  }

  @Test
  public void whatKeepsANodeFromStartingIsOneLine() throws Exception {
    int port = freePort();
    Path properties = properties(port);
    refuses("num.partitions", "--config", properties.toString(), "--set", "num.partitions=none");
    refuses("/nowhere/x.properties", "--config", "/nowhere/x.properties");
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
      refuses(":" + taken.getLocalPort(), "--config", properties.toString());
    }
    Process node = milena("start", "--config", properties.toString());
    awaitLine(node, " is up ");
    refuses(
        folder.getRoot().toPath().resolve("logs").toString(),
        "--config",
        properties.toString(),
        "--set",
        "listeners=PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0");
    node.destroy();
    assertTrue(node.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    refuses(
        "belongs to node 1",
        "--config",
        properties.toString(),
        "--set",
        "node.id=2",
        "--set",
        "controller.quorum.voters=2@127.0.0.1:1");
  }

  private void refuses(String because, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("start"));
    command.addAll(List.of(arguments));
    Process node = milena(command.toArray(String[]::new));
    List<String> complaints = new ArrayList<>();
    for (String line = lines(node).readLine(); line != null; line = lines(node).readLine()) {
      if (line.startsWith("milena:")) {
        complaints.add(line);
      }
    }
    assertTrue(node.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertEquals(1, node.exitValue());
    assertEquals(complaints.toString(), 1, complaints.size());
    assertTrue(complaints.get(0), complaints.get(0).contains(because));
  }

  private Path properties(int port) throws IOException {
    return Files.write(
        folder.getRoot().toPath().resolve("server.properties"),
        List.of(
            "process.roles=broker,controller",
            "node.id=1",
            "listeners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:0",
            "controller.listener.names=CONTROLLER",
            "controller.quorum.voters=1@127.0.0.1:1",
            "log.dirs=" + folder.getRoot().toPath().resolve("logs")));
  }

  /** Runs in a directory of its own, as from anywhere. */
  private Process milena(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(folder.getRoot()).redirectErrorStream(true).start();
    started.add(process);
    readers.add(
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
    return process;
  }

  private final List<BufferedReader> readers = new ArrayList<>();

  private BufferedReader lines(Process process) {
    return readers.get(started.indexOf(process));
  }

  private String awaitLine(Process process, String holding) throws IOException {
    StringBuilder said = new StringBuilder();
    for (String line = lines(process).readLine(); line != null; line = lines(process).readLine()) {
      said.append(line).append('\n');
      if (line.contains(holding)) {
        return line;
      }
    }
    throw new AssertionError("The node ended and never said '" + holding + "':\n" + said);
  }

  /** The first of three for clients; three for controllers are a hundred above them. */
  private static int freePortsForThree() {
    return FreePorts.withOffsets(0, 1, 2, 100, 101, 102);
  }

  private static int freePort() {
    return FreePorts.withOffsets(0);
  }
}
