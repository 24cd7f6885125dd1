package milena.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import milena.node.MilenaNode;

/**
 * A cluster of nodes inside this JVM, with the numbers 1, 2, 3 ... Each is broker and controller
 * unless the builder is told otherwise.
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
  private final Builder plan;
  private final ClusterLayout layout;
  private final Path directory;
  private final Map<Integer, MilenaNode> running = new TreeMap<>();
  private final Map<Integer, Standstill> disturbed = new HashMap<>();

  private MilenaCluster(Builder plan, Path directory) {
    this.plan = plan;
    this.layout = plan.layout();
    this.directory = directory;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Where clients connect: the addresses of all brokers, running or not. */
  public String bootstrapServers() {
    return layout.bootstrapServers();
  }

  /** Where a {@code MilenaClient} joins: the addresses of all controllers, running or not. */
  public String memberAddresses() {
    return layout.controllers();
  }

  /** The numbers of all nodes, running or not. */
  public List<Integer> nodeIds() {
    return layout.nodeIds();
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

  /**
   * The number of the node that controls the cluster, as far as any knows; -1 for none. What a node
   * thinks that is paused or cut off does not count.
   */
  public synchronized int controllerId() {
    return running.entrySet().stream()
        .filter(each -> !disturbed.containsKey(each.getKey()))
        .mapToInt(each -> each.getValue().controllerId())
        .filter(running::containsKey)
        .findFirst()
        .orElse(-1);
  }

  /**
   * Starts a node that doesn't run, on the data it had, and waits until it serves.
   *
   * @throws RuntimeException when it can't, or does not within a minute: most controllers must run
   */
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

  /**
   * Lets a node stand still, as {@link Standstill#pause} tells, until {@link #healNode}.
   *
   * @throws IllegalStateException when it doesn't run, or is paused or cut off already
   */
  public synchronized void pauseNode(int id) {
    disturbed.put(id, Standstill.pause(undisturbed(id)));
  }

  /**
   * Cuts a node off from the others and from all clients, as {@link Standstill#cut} tells, until
   * {@link #healNode}.
   *
   * @throws IllegalStateException when it doesn't run, or is paused or cut off already
   */
  public synchronized void cutNode(int id) {
    disturbed.put(id, Standstill.cut(undisturbed(id)));
  }

  /** Ends what {@link #pauseNode} or {@link #cutNode} began, if they did; so does a node's end. */
  public synchronized void healNode(int id) {
    Standstill standstill = disturbed.remove(id);
    if (standstill != null) {
      standstill.end();
    }
  }

  private MilenaNode undisturbed(int id) {
    if (disturbed.containsKey(id)) {
      throw new IllegalStateException("Node " + id + " is paused or cut off already");
    }
    return node(id);
  }

  private synchronized MilenaNode take(int id) {
    MilenaNode node = node(id);
    healNode(id);
    running.remove(id);
    return node;
  }

  /**
   * Starts nodes side by side: none is up before a majority is, nor in a new cluster before all.
   */
  private void startNodes(List<Integer> ids) {
    NodeStarts.run(
        ids,
        id -> {
          MilenaNode node = builderOf(id).start();
          synchronized (this) {
            running.put(id, node);
          }
        });
  }

  private MilenaNode.Builder builderOf(int id) {
    Map<String, String> settings = new LinkedHashMap<>(layout.settingsOf(id));
    settings.putAll(Standstill.SETTINGS);
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
      List.copyOf(disturbed.keySet()).forEach(this::healNode);
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

  /** Collects what the nodes of a cluster have in common. */
  public static final class Builder {
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<Integer, Map<String, String>> settingsOfNodes = new TreeMap<>();
    private Integer nodes;
    private int controllers;
    private int brokers;
    private Path directory;

    private Builder() {}

    /** How many are broker and controller; three when nothing is said of any role. */
    public Builder nodes(int count) {
      this.nodes = count;
      return this;
    }

    /** How many are only controllers; their numbers follow. */
    public Builder controllers(int count) {
      this.controllers = count;
      return this;
    }

    /** How many are only brokers; they have the last numbers. */
    public Builder brokers(int count) {
      this.brokers = count;
      return this;
    }

    private ClusterLayout layout() {
      int both = nodes != null ? nodes : controllers + brokers > 0 ? 0 : 3;
      return new ClusterLayout(both, controllers, brokers);
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

    /**
     * Starts all nodes and waits until each serves.
     *
     * @throws RuntimeException when one of them can't, or not all do within a minute; nothing of
     *     them is left then
     */
    public MilenaCluster start() {
      MilenaCluster cluster = new MilenaCluster(this, directoryToUse());
      try {
        cluster.startNodes(cluster.nodeIds());
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
