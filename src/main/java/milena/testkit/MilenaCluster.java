package milena.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import milena.node.MilenaNode;

/**
 * A cluster of nodes inside this JVM, each broker and controller, with the numbers 1, 2, 3 ...
 *
 * <pre>{@code
 * try (MilenaCluster cluster =
 *     MilenaCluster.builder().nodes(3).config("min.insync.replicas", "2").start()) {
 *   connect(cluster.bootstrapServers());
 *   cluster.killNode(2);
 * }
 * }</pre>
 *
 * A node that is started again has its old ports and its old data. When the cluster is closed, none
 * of its threads is left, and none of its files unless it was given a directory.
 */
public final class MilenaCluster implements AutoCloseable {
  private static final String HOST = "127.0.0.1";

  private final Builder plan;
  private final Path directory;
  private final Map<Integer, Ports> ports = new TreeMap<>();
  private final Map<Integer, MilenaNode> running = new TreeMap<>();

  private record Ports(int client, int controller) {}

  private MilenaCluster(Builder plan, Path directory) {
    this.plan = plan;
    this.directory = directory;
    List<Integer> free = freePorts(2 * plan.nodes);
    for (int id = 1; id <= plan.nodes; id++) {
      ports.put(id, new Ports(free.get(2 * id - 2), free.get(2 * id - 1)));
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Where clients connect: the addresses of all nodes, running or not. */
  public String bootstrapServers() {
    return ports.values().stream()
        .map(each -> HOST + ":" + each.client())
        .collect(Collectors.joining(","));
  }

  /** Where a {@code MilenaClient} joins: the addresses of all nodes, running or not. */
  public String memberAddresses() {
    return ports.values().stream()
        .map(each -> HOST + ":" + each.controller())
        .collect(Collectors.joining(","));
  }

  /** The numbers of all nodes, running or not. */
  public List<Integer> nodeIds() {
    return List.copyOf(ports.keySet());
  }

  /**
   * A running node.
   *
   * @throws IllegalStateException when it doesn't run
   */
  public synchronized MilenaNode node(int id) {
    MilenaNode node = running.get(id);
    if (node == null) {
      throw new IllegalStateException("Node " + id + " does not run");
    }
    return node;
  }

  /** The number of the node that controls the cluster, as far as any knows; -1 for none. */
  public synchronized int controllerId() {
    return running.values().stream()
        .mapToInt(MilenaNode::controllerId)
        .filter(running::containsKey)
        .findFirst()
        .orElse(-1);
  }

  /** Starts a node that doesn't run, on the data it had, and waits until it serves. */
  public void startNode(int id) {
    startNodes(List.of(id));
  }

  /** Stops a node cleanly. */
  public void stopNode(int id) {
    take(id).stop();
  }

  /** Ends a node as a crash would. */
  public void killNode(int id) {
    take(id).kill();
  }

  private synchronized MilenaNode take(int id) {
    MilenaNode node = node(id);
    running.remove(id);
    return node;
  }

  /** Starts nodes side by side: none of them is up before a majority is. */
  private void startNodes(List<Integer> ids) {
    List<CompletableFuture<Void>> starts = new ArrayList<>();
    for (int id : ids) {
      CompletableFuture<Void> started = new CompletableFuture<>();
      starts.add(started);
      Thread thread = new Thread(() -> complete(started, id), "milena-cluster-start-" + id);
      thread.setDaemon(true);
      thread.start();
    }
    try {
      CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private void complete(CompletableFuture<Void> started, int id) {
    try {
      MilenaNode node = builderOf(id).start();
      synchronized (this) {
        running.put(id, node);
      }
      started.complete(null);
    } catch (Throwable e) {
      started.completeExceptionally(e);
    }
  }

  private MilenaNode.Builder builderOf(int id) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("node.id", Integer.toString(id));
    settings.put(
        "listeners",
        "PLAINTEXT://%s:%d,CONTROLLER://%s:%d"
            .formatted(HOST, ports.get(id).client(), HOST, ports.get(id).controller()));
    settings.put(
        "controller.quorum.voters",
        ports.entrySet().stream()
            .map(each -> each.getKey() + "@" + HOST + ":" + each.getValue().controller())
            .collect(Collectors.joining(",")));
    String replicas = Integer.toString(Math.min(3, plan.nodes));
    settings.put("offsets.topic.replication.factor", replicas);
    settings.put("transaction.state.log.replication.factor", replicas);
    settings.putAll(plan.settings);
    settings.putAll(plan.settingsOfNodes.getOrDefault(id, Map.of()));
    MilenaNode.Builder builder =
        MilenaNode.builder().dataDir(directory.resolve(Integer.toString(id)));
    settings.forEach(builder::config);
    return builder;
  }

  /** Stops all nodes that run, and removes what the cluster keeps in a directory of its own. */
  @Override
  public void close() {
    List<MilenaNode> rest;
    synchronized (this) {
      rest = List.copyOf(running.values());
      running.clear();
    }
    // A majority can't say goodbye to itself: what remains of a cluster that ends is not missed.
    rest.parallelStream().forEach(MilenaNode::kill);
    if (plan.directory == null) {
      delete(directory);
    }
  }

  static void delete(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Integer> freePorts(int count) {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getByName(HOST)));
      }
      List<Integer> free = sockets.stream().map(ServerSocket::getLocalPort).toList();
      for (ServerSocket socket : sockets) {
        socket.close();
      }
      return free;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Collects what the nodes of a cluster have in common. */
  public static final class Builder {
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<Integer, Map<String, String>> settingsOfNodes = new TreeMap<>();
    private int nodes = 3;
    private Path directory;

    private Builder() {}

    /** How many; three when not said. */
    public Builder nodes(int count) {
      this.nodes = count;
      return this;
    }

    /** Sets one of Kafka's settings, or Milena's own, on every node. */
    public Builder config(String name, String value) {
      settings.put(name, value);
      return this;
    }

    /** Sets one of them on one node, whatever it is on the others. */
    public Builder config(int node, String name, String value) {
      settingsOfNodes.computeIfAbsent(node, id -> new LinkedHashMap<>()).put(name, value);
      return this;
    }

    /** Keeps the nodes' data below this directory, and leaves it there. */
    public Builder directory(Path path) {
      this.directory = path;
      return this;
    }

    /** Starts all nodes and waits until each serves. */
    public MilenaCluster start() {
      MilenaCluster cluster = new MilenaCluster(this, directoryToUse());
      try {
        cluster.startNodes(IntStream.rangeClosed(1, nodes).boxed().toList());
        return cluster;
      } catch (RuntimeException e) {
        cluster.close();
        throw e;
      }
    }

    private Path directoryToUse() {
      try {
        return directory == null ? Files.createTempDirectory("milena-cluster") : directory;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
