package milena.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import milena.node.CannotStart;

/**
 * A cluster on this machine: a process for each node, whose lines come out here behind the node's
 * number. Each has a directory of its own below the data directory, with the settings it was
 * started with beside it.
 */
final class DevCluster {
  private static final String HOST = "127.0.0.1";
  private static final int CONTROLLERS_ABOVE = 100;
  private static final long STOP_PATIENCE_S = 60;

  private final int nodes;
  private final int port;
  private final Path data;
  private final Map<String, String> settings;
  private final List<Process> processes = new ArrayList<>();
  private final CountDownLatch up;
  private final CountDownLatch allRead;

  /** All nodes have ended, or one before it was up. */
  private final CountDownLatch over;

  /**
   * @param port of the first node; the others take the next ones
   * @param settings over what every node gets
   */
  DevCluster(int nodes, int port, Path data, Map<String, String> settings) {
    this.nodes = nodes;
    this.port = port;
    this.data = data;
    this.settings = settings;
    this.up = new CountDownLatch(nodes);
    this.allRead = new CountDownLatch(nodes);
    this.over = new CountDownLatch(1);
  }

  /** Where clients connect. */
  String bootstrapServers() {
    return ids().mapToObj(id -> HOST + ":" + clientPort(id)).collect(Collectors.joining(","));
  }

  /**
   * Starts all nodes and waits until the last has ended: one that dies leaves the others alone, but
   * one that can't start ends them all, since they would wait for it for ever. SIGTERM and SIGINT
   * stop all of them cleanly and end this process with 0.
   *
   * @param onUp told when all serve
   */
  int run(Runnable onUp) throws InterruptedException {
    Thread stopper = new Thread(() -> Runtime.getRuntime().halt(stopAll() ? 0 : 1), "milena-stop");
    Runtime.getRuntime().addShutdownHook(stopper);
    ids().forEach(this::start);
    Thread teller = new Thread(() -> tellWhenUp(onUp), "milena-up");
    teller.setDaemon(true);
    teller.start();
    over.await();
    try {
      Runtime.getRuntime().removeShutdownHook(stopper);
    } catch (IllegalStateException stopping) {
      // The stopper is at work and ends the process.
      Thread.currentThread().join();
    }
    if (allRead.getCount() > 0) {
      System.err.println("milena: A node could not start, so the others are stopped.");
    }
    stopAll();
    return 1;
  }

  private void tellWhenUp(Runnable onUp) {
    try {
      up.await();
      onUp.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private IntStream ids() {
    return IntStream.rangeClosed(1, nodes);
  }

  private int clientPort(int id) {
    return port + id - 1;
  }

  private int controllerPort(int id) {
    return clientPort(id) + CONTROLLERS_ABOVE;
  }

  private void start(int id) {
    try {
      Path home = data.resolve("node-" + id);
      Files.createDirectories(home);
      Path file = Files.write(home.resolve("server.properties"), properties(id, home));
      List<String> command = new ArrayList<>();
      command.add(ProcessHandle.current().info().command().orElse("java"));
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), Launch.class.getName()));
      command.addAll(List.of("start", "--config", file.toString()));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      synchronized (processes) {
        processes.add(process);
      }
      Thread reader = new Thread(() -> relay(id, process), "milena-node-" + id);
      reader.setDaemon(true);
      reader.start();
    } catch (IOException e) {
      stopAll();
      throw new CannotStart("Node " + id + " can't be started: " + e.getMessage(), e);
    }
  }

  private List<String> properties(int id, Path home) {
    List<String> lines = new ArrayList<>();
    lines.add("process.roles=broker,controller");
    lines.add("node.id=" + id);
    lines.add(
        "listeners=PLAINTEXT://%s:%d,CONTROLLER://%s:%d"
            .formatted(HOST, clientPort(id), HOST, controllerPort(id)));
    lines.add("controller.listener.names=CONTROLLER");
    lines.add(
        "controller.quorum.voters="
            + ids()
                .mapToObj(voter -> voter + "@" + HOST + ":" + controllerPort(voter))
                .collect(Collectors.joining(",")));
    lines.add("log.dirs=" + home.resolve("data").toAbsolutePath().normalize());
    int replicas = Math.min(3, nodes);
    lines.add("default.replication.factor=" + replicas);
    lines.add("offsets.topic.replication.factor=" + replicas);
    lines.add("transaction.state.log.replication.factor=" + replicas);
    lines.add("transaction.state.log.min.isr=" + Math.min(2, replicas));
    lines.add("group.initial.rebalance.delay.ms=0");
    settings.forEach((name, value) -> lines.add(name + "=" + value));
    return lines;
  }

  /** Passes on what a node says, until it has nothing more to say. */
  private void relay(int id, Process process) {
    boolean told = false;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println(id + " | " + line);
        if (!told && line.contains("Node " + id + " of cluster ") && line.contains(" is up ")) {
          told = true;
          up.countDown();
        }
      }
      System.out.println(id + " | (ended with " + process.waitFor() + ")");
    } catch (IOException e) {
      System.out.println(id + " | (can't be read any more: " + e.getMessage() + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      allRead.countDown();
      if (!told || allRead.getCount() == 0) {
        over.countDown();
      }
    }
  }

  /** Whether all ended as they should, and in time. */
  private boolean stopAll() {
    List<Process> all;
    synchronized (processes) {
      all = List.copyOf(processes);
    }
    // A process's own destroy would close its output, and its last words would be lost.
    all.forEach(process -> process.toHandle().destroy());
    boolean clean = true;
    try {
      for (Process process : all) {
        clean &= process.waitFor(STOP_PATIENCE_S, TimeUnit.SECONDS) && process.exitValue() == 0;
      }
      allRead.await(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    all.forEach(Process::destroyForcibly);
    return clean;
  }
}
