package milena.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import milena.node.FreePorts;
import org.apache.kafka.clients.admin.Admin;

/** Nodes with the numbers 1, 2, 3 ..., each broker and controller, each a process. */
final class ProcessCluster implements AutoCloseable {
  private final Place place;
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final Map<Integer, int[]> ports = new LinkedHashMap<>();
  private final Thread killOnExit = new Thread(this::killAll);

  /**
   * @param home where configurations and outputs go
   * @param settings over those of {@link #properties}
   */
  ProcessCluster(int count, Place place, Path home, Map<String, String> settings) {
    this.place = place;
    List<Integer> free = FreePorts.some(2 * count);
    for (int id = 1; id <= count; id++) {
      ports.put(id, new int[] {free.get(2 * id - 2), free.get(2 * id - 1)});
    }
    for (int id = 1; id <= count; id++) {
      Path config = home.resolve("node-" + id + ".properties");
      Map<String, String> all = properties(id);
      all.putAll(settings);
      write(config, all);
      nodes.add(new NodeProcess(id, place, config, home.resolve("node-" + id + ".log")));
    }
    Runtime.getRuntime().addShutdownHook(killOnExit);
  }

  private static void write(Path file, Map<String, String> properties) {
    try {
      Files.write(
          file, properties.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, String> properties(int id) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("process.roles", "broker,controller");
    all.put("node.id", Integer.toString(id));
    all.put(
        "listeners",
        "PLAINTEXT://%s:%d,CONTROLLER://%s:%d"
            .formatted(place.host(id), ports.get(id)[0], place.host(id), ports.get(id)[1]));
    all.put("controller.listener.names", "CONTROLLER");
    all.put(
        "controller.quorum.voters",
        ids().stream()
            .map(voter -> voter + "@" + place.host(voter) + ":" + ports.get(voter)[1])
            .collect(Collectors.joining(",")));
    all.put("log.dirs", dataOf(id).toString());
    all.put("auto.create.topics.enable", "false");
    all.put("default.replication.factor", "3");
    all.put("min.insync.replicas", "2");
    all.put("offsets.topic.replication.factor", "3");
    all.put("offsets.topic.num.partitions", "4");
    all.put("transaction.state.log.replication.factor", "3");
    all.put("group.initial.rebalance.delay.ms", "0");
    all.put("group.min.session.timeout.ms", "1000");
    return all;
  }

  /** The one directory of {@code log.dirs}. */
  Path dataOf(int id) {
    return place.disk(id).resolve("data");
  }

  List<Integer> ids() {
    return List.copyOf(ports.keySet());
  }

  NodeProcess node(int id) {
    return nodes.get(id - 1);
  }

  List<NodeProcess> nodes() {
    return nodes;
  }

  /** Where clients connect: the addresses of all nodes, running or not. */
  String bootstrapServers() {
    return ids().stream()
        .map(id -> place.host(id) + ":" + ports.get(id)[0])
        .collect(Collectors.joining(","));
  }

  /** Where a {@code MilenaClient} joins: the addresses of all nodes, running or not. */
  String memberAddresses() {
    return ids().stream()
        .map(id -> place.host(id) + ":" + ports.get(id)[1])
        .collect(Collectors.joining(","));
  }

  Admin admin() {
    return Admin.create(
        Map.of(
            "bootstrap.servers",
            bootstrapServers(),
            "default.api.timeout.ms",
            30_000,
            "request.timeout.ms",
            5_000,
            "reconnect.backoff.max.ms",
            500));
  }

  /** Starts all and waits until each serves. */
  void startAll() {
    nodes.forEach(NodeProcess::start);
    for (NodeProcess node : nodes) {
      if (!await(180, node::isUp)) {
        throw new IllegalStateException("Node " + node.id + " did not come up");
      }
    }
  }

  /** Whether the condition held within that many seconds. */
  static boolean await(int seconds, BooleanSupplier condition) {
    long deadline = System.nanoTime() + seconds * 1_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(50_000_000L);
    }
    return true;
  }

  private void killAll() {
    for (NodeProcess node : nodes) {
      if (node.isAlive()) {
        node.kill();
      }
    }
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(killOnExit);
    killAll();
  }
}
