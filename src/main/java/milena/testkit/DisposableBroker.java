package milena.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import milena.node.MilenaNode;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * A node of its own in this JVM, on a free port, in a temporary directory that goes with it: what
 * the JUnit rule and extension give to a test, and what any other test framework can be given.
 *
 * <pre>{@code
 * try (DisposableBroker broker = DisposableBroker.with().topic("orders", 3).start()) {
 *   connect(broker.bootstrapServers());
 * }
 * }</pre>
 */
public final class DisposableBroker implements AutoCloseable {
  private final MilenaNode node;
  private final Path directory;

  private DisposableBroker(MilenaNode node, Path directory) {
    this.node = node;
    this.directory = directory;
  }

  /** What the broker is to have; may start any number of brokers, one after the other. */
  public static Plan with() {
    return new Plan();
  }

  /** Where Kafka clients connect. */
  public String bootstrapServers() {
    return node.bootstrapServers();
  }

  /** The node itself, for streams inside the JVM ({@link MilenaNode#brokers}). */
  public MilenaNode node() {
    return node;
  }

  /** Ends the node and deletes its data. */
  @Override
  public void close() {
    // What is deleted next need not be written out first.
    node.kill();
    MilenaCluster.delete(directory);
  }

  /** Settings and topics. */
  public static final class Plan {
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<NewTopic> topics = new ArrayList<>();

    private Plan() {
      settings.put("offsets.topic.num.partitions", "1");
    }

    /** Sets a broker setting, by Kafka's name. */
    public Plan config(String name, String value) {
      settings.put(name, value);
      return this;
    }

    /** Has the topic made before the test. */
    public Plan topic(String name, int partitions) {
      return topic(name, partitions, Map.of());
    }

    /** The same, with settings of the topic. */
    public Plan topic(String name, int partitions, Map<String, String> configs) {
      topics.add(
          new NewTopic(name, Optional.of(partitions), Optional.of((short) 1)).configs(configs));
      return this;
    }

    /** Starts a broker and makes its topics. */
    public DisposableBroker start() {
      Path directory;
      try {
        directory = Files.createTempDirectory("milena-test");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      MilenaNode.Builder builder = MilenaNode.builder().dataDir(directory);
      settings.forEach(builder::config);
      DisposableBroker broker = new DisposableBroker(builder.start(), directory);
      try {
        makeTopics(broker.bootstrapServers());
      } catch (RuntimeException e) {
        broker.close();
        throw e;
      }
      return broker;
    }

    private void makeTopics(String bootstrapServers) {
      if (topics.isEmpty()) {
        return;
      }
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
        admin.createTopics(topics).all().get();
      } catch (ExecutionException e) {
        throw new IllegalArgumentException("The topics can't be made: " + topics, e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while the topics were made", e);
      }
    }
  }
}
