package milena.kafka.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.broker.partition.FilePartition;
import milena.broker.partition.PartitionRegistry;
import milena.common.TopicIdPartition;
import milena.metadata.BrokerImage;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.PartitionImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.pcollections.TreePVector;

/**
 * A cluster of one node for tests of handlers: topics in an image, and those of their partitions
 * that the test hosts.
 */
public final class LocalTopics implements AutoCloseable {
  static final int BROKER = 0;

  private final PartitionRegistry registry = new PartitionRegistry();
  private final List<FilePartition> hosted = new ArrayList<>();
  private final Map<String, Uuid> ids = new HashMap<>();
  private ClusterImage image = ClusterImage.EMPTY;

  public LocalTopics() {
    BrokerImage broker =
        new BrokerImage(
            BROKER,
            1,
            Uuid.randomUuid(),
            Map.of("PLAINTEXT", new BrokerImage.Endpoint("here", 9092, "PLAINTEXT")),
            Optional.of("rack"),
            List.of(),
            false,
            false);
    image =
        new ClusterImage(
            1,
            Optional.of("cluster"),
            image.brokers().plus(BROKER, broker),
            image.topics(),
            image.topicIds(),
            image.configs(),
            0);
  }

  /** Makes a topic, none of whose partitions is hosted yet. */
  public Uuid topic(String name, int partitions) {
    Uuid id = Uuid.randomUuid();
    PartitionImage partition =
        new PartitionImage(
            List.of(BROKER),
            List.of(Uuid.randomUuid()),
            List.of(BROKER),
            List.of(),
            -1,
            BROKER,
            3,
            0);
    TreePVector<PartitionImage> all = TreePVector.empty();
    for (int i = 0; i < partitions; i++) {
      all = all.plus(partition);
    }
    image =
        new ClusterImage(
            image.lastSequence() + 1,
            image.clusterId(),
            image.brokers(),
            image.topics().plus(id, new TopicImage(id, name, all)),
            image.topicIds().plus(name, id),
            image.configs(),
            0);
    ids.put(name, id);
    return id;
  }

  /** Hosts a partition of a topic that exists. */
  public FilePartition host(String topic, int partition) {
    FilePartition made = new FilePartition(new TopicIdPartition(id(topic), partition), topic);
    hosted.add(made);
    return made.in(registry);
  }

  public Uuid id(String topic) {
    return ids.get(topic);
  }

  public PartitionRegistry registry() {
    return registry;
  }

  public LocalPartitions partitions() {
    return new LocalPartitions(
        new ImageSource() {
          @Override
          public ClusterImage current() {
            return image;
          }

          @Override
          public Subscription subscribe(Listener listener) {
            throw new UnsupportedOperationException();
          }
        },
        registry);
  }

  @Override
  public void close() {
    hosted.forEach(FilePartition::close);
  }
}
