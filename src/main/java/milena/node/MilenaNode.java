package milena.node;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import milena.streams.Brokers;
import milena.streams.link.PresentLink;

/**
 * A Milena node inside this JVM. Any number may run side by side, each with an actor system and
 * ports of its own.
 *
 * <pre>{@code
 * try (MilenaNode node =
 *     MilenaNode.builder().config("num.partitions", "3").dataDir(directory).start()) {
 *   connect(node.bootstrapServers());
 * }
 * }</pre>
 *
 * A node is whole or gone: when a part that it can't live without fails, it stops itself.
 */
public final class MilenaNode implements AutoCloseable {
  private final NodeRuns runs;
  private final Brokers brokers;

  private MilenaNode(NodeRuns runs) {
    this.runs = runs;
    this.brokers = new Brokers(new PresentLink(() -> runs.current().streams()));
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Where Kafka clients connect: {@code host:port} of each listener, with commas between. */
  public String bootstrapServers() {
    return runs.current().bootstrapServers();
  }

  /** The id of the node that controls the cluster, as far as this one knows; -1 for none. */
  public int controllerId() {
    return runs.current().controllerId();
  }

  /**
   * Where a {@code MilenaClient} joins the actor cluster: {@code host:port} of this node, which
   * with a port of 0 in the settings is known only now.
   */
  public String memberAddress() {
    return runs.current().memberAddress();
  }

  /**
   * The brokers of this node's cluster, for streams in this JVM: see {@code
   * milena.streams.javadsl}. Streams go on when the node has to begin anew, and fail when it has
   * ended.
   */
  public Brokers brokers() {
    return brokers;
  }

  /** What carries the work of the present run, for test kits that let a node stand still. */
  public NodeExecutors executors() {
    return runs.current().executors();
  }

  /**
   * Stops cleanly: leaderships are handed over, requests under way are answered, logs are flushed
   * and closed. Does nothing on a node that has ended.
   *
   * @return whether everything was closed as it should be, and in time
   */
  public boolean stop() {
    return runs.stop();
  }

  /**
   * Ends as a crash would: nothing is flushed, nobody is told. What the process still had to write
   * is lost, what it wrote is in the operating system's hands.
   */
  public void kill() {
    runs.kill();
  }

  /** The present run, for tests that look inside. */
  RunningNode run() {
    return runs.current();
  }

  /** Stops cleanly. */
  @Override
  public void close() {
    stop();
  }

  /** Collects a node's settings; may be used again, on the same directory after the node's end. */
  public static final class Builder {
    private final Map<String, String> settings = new LinkedHashMap<>();
    private Path configFile;
    private int port;
    private Runnable onEnd = () -> {};

    private Builder() {}

    /** Sets one setting, over what a file says. */
    public Builder config(String name, String value) {
      settings.put(name, value);
      return this;
    }

    /** Keeps everything in this directory, which is made when missing. */
    public Builder dataDir(Path directory) {
      return config("log.dirs", directory.toString());
    }

    /**
     * Where clients connect on 127.0.0.1, unless listeners are set; 0, the default, is a free one.
     */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /** Reads a server.properties, or HOCON; without one, the node is a cluster of its own. */
    public Builder configFile(Path file) {
      this.configFile = file;
      return this;
    }

    /** Is run once, on some thread, when the node has ended by itself. */
    public Builder onEnd(Runnable onEnd) {
      this.onEnd = onEnd;
      return this;
    }

    /**
     * Starts the node and waits until it serves. A controller waits as long as it takes until most
     * of the others run; whoever does not want to, interrupts the thread.
     *
     * @throws CannotStart when it can't, or was interrupted; nothing of it is left then
     */
    public MilenaNode start() {
      // Read while this node's own settings are.
      Aside.run("defaults", LibraryDefaults::read);
      return new MilenaNode(NodeRuns.start(settings(), onEnd));
    }

    private Settings settings() {
      if (configFile != null) {
        return Settings.read(configFile, settings);
      }
      Map<String, String> alone = new LinkedHashMap<>();
      alone.put("process.roles", "broker,controller");
      alone.put("node.id", "1");
      alone.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:0");
      alone.put("controller.listener.names", "CONTROLLER");
      if (!settings.containsKey("controller.quorum.bootstrap.servers")) {
        alone.put("controller.quorum.voters", "1@127.0.0.1:0");
      }
      alone.put("offsets.topic.replication.factor", "1");
      alone.put("transaction.state.log.replication.factor", "1");
      alone.put("transaction.state.log.min.isr", "1");
      alone.put("group.initial.rebalance.delay.ms", "0");
      alone.putAll(settings);
      return Settings.of(alone);
    }
  }
}
