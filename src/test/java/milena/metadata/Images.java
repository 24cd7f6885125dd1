package milena.metadata;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/** Images to decide on. */
final class Images {

  private Images() {}

  /** A named cluster of brokers 1 to {@code count}, all let in, each with one directory. */
  static ClusterImage brokers(int count) {
    ClusterImage image = ClusterImage.EMPTY.apply(new ClusterEvent.ClusterNamed("cluster"));
    for (int id = 1; id <= count; id++) {
      image = image.apply(new BrokerEvent.BrokerRegistered(broker(id, Optional.empty())));
    }
    return image;
  }

  static BrokerImage broker(int id, Optional<String> rack) {
    return new BrokerImage(
        id,
        100 + id,
        new Uuid(3, id),
        Map.of("PLAINTEXT", new BrokerImage.Endpoint("host" + id, 9092, "PLAINTEXT")),
        rack,
        List.of(directory(id)),
        false,
        false);
  }

  static Uuid directory(int broker) {
    return new Uuid(5, broker);
  }

  static ClusterImage after(ClusterImage image, Decision<?> decision) {
    ClusterImage next = image;
    for (MetadataEvent event : decision.events()) {
      next = next.apply(event);
    }
    return next;
  }

  /** A partition on these brokers, led by the first, all in sync. */
  static PartitionImage partition(Integer... brokers) {
    List<Integer> replicas = List.of(brokers);
    return new PartitionImage(
        replicas,
        replicas.stream().map(Images::directory).toList(),
        replicas,
        List.of(),
        brokers[0],
        0,
        0);
  }

  static ClusterImage withTopic(ClusterImage image, String name, PartitionImage... partitions) {
    return image.apply(new TopicEvent.TopicCreated(topicId(name), name, List.of(partitions)));
  }

  static Uuid topicId(String name) {
    return new Uuid(9, name.hashCode());
  }
}
