package milena.metadata;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import milena.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/** Draws random events, each of which could follow on the image that there is. */
final class EventWalk {
  private final Random random;

  EventWalk(Random random) {
    this.random = random;
  }

  MetadataEvent next(ClusterImage image) {
    if (image.clusterId().isEmpty()) {
      return new ClusterEvent.ClusterNamed(text());
    }
    return switch (random.nextInt(11)) {
      case 0 -> new BrokerEvent.BrokerRegistered(broker());
      case 1 -> brokerEvent(image);
      case 2 -> new ClusterEvent.ProducerIdsAllocated(image.nextProducerId() + random.nextInt(9));
      case 3 -> new ClusterEvent.ConfigsReplaced(resource(image), texts());
      case 4, 5 -> created(image);
      case 6 -> memberEvent(image);
      default -> topicEvent(image);
    };
  }

  private MetadataEvent brokerEvent(ClusterImage image) {
    BrokerImage broker = any(image.brokers().values());
    if (broker == null) {
      return new BrokerEvent.BrokerRegistered(broker());
    }
    return switch (random.nextInt(3)) {
      case 0 -> new BrokerEvent.BrokerUnregistered(broker.id(), broker.epoch());
      case 1 ->
          new BrokerEvent.BrokerStateChanged(
              broker.id(), broker.epoch(), random.nextBoolean(), random.nextBoolean());
      default ->
          new BrokerEvent.BrokerDirectoriesChanged(broker.id(), broker.epoch(), List.of(id()));
    };
  }

  private MetadataEvent memberEvent(ClusterImage image) {
    MemberNode node = any(image.membership().nodes().values());
    if (node == null || random.nextBoolean()) {
      return new MemberEvent.NodePresent(
          new MemberNode(
              random.nextInt(5),
              text(),
              random.nextInt(65_536),
              random.nextLong(),
              random.nextBoolean()));
    }
    return random.nextBoolean()
        ? new MemberEvent.NodeGone(node.id(), node.uid())
        : new MemberEvent.SeedNamed(node.uid());
  }

  private MetadataEvent topicEvent(ClusterImage image) {
    TopicImage topic = any(image.topics().values());
    if (topic == null) {
      return created(image);
    }
    switch (random.nextInt(3)) {
      case 0:
        return new TopicEvent.TopicDeleted(topic.id());
      case 1:
        return new TopicEvent.PartitionsAdded(topic.id(), List.of(partition(0)));
      default:
        int index = random.nextInt(topic.partitions().size());
        PartitionImage old = topic.partition(index);
        return new TopicEvent.PartitionChanged(
            new TopicIdPartition(topic.id(), index), partition(old.partitionEpoch() + 1));
    }
  }

  private MetadataEvent created(ClusterImage image) {
    List<PartitionImage> partitions = new ArrayList<>();
    for (int i = random.nextInt(5); i >= 0; i--) {
      partitions.add(partition(random.nextInt(3)));
    }
    return new TopicEvent.TopicCreated(id(), text() + image.lastSequence(), partitions);
  }

  private PartitionImage partition(int version) {
    int first = random.nextInt(5);
    List<Integer> replicas = List.of(first, first + 1);
    return new PartitionImage(
        replicas,
        List.of(id(), Uuid.ZERO_UUID),
        List.of(first),
        List.of(first + 1),
        random.nextInt(5) - 1,
        random.nextBoolean() ? first : PartitionImage.NO_LEADER,
        random.nextInt(1 << random.nextInt(31)),
        version,
        random.nextBoolean()
            ? PartitionImage.Reassignment.NONE
            : new PartitionImage.Reassignment(List.of(first), List.of(first + 1)));
  }

  private BrokerImage broker() {
    return new BrokerImage(
        random.nextInt(5),
        random.nextLong() >>> 1,
        id(),
        Map.of(text(), new BrokerImage.Endpoint(text(), random.nextInt(65_536), text())),
        random.nextBoolean() ? Optional.of(text()) : Optional.empty(),
        random.nextBoolean() ? List.of() : List.of(id(), id()),
        random.nextBoolean(),
        random.nextBoolean());
  }

  private ConfigResource resource(ClusterImage image) {
    TopicImage topic = any(image.topics().values());
    return topic == null || random.nextBoolean()
        ? new ConfigResource(ConfigResource.Type.BROKER, random.nextBoolean() ? "" : "1")
        : new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
  }

  private Map<String, String> texts() {
    Map<String, String> texts = new HashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      texts.put(text(), text());
    }
    return texts;
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(8); i >= 0; i--) {
      text.appendCodePoint(random.nextInt(4) == 0 ? 0x1F600 + random.nextInt(20) : 'a');
    }
    return text.toString();
  }

  private Uuid id() {
    return new Uuid(random.nextLong(), random.nextLong());
  }

  private <T> T any(java.util.Collection<T> items) {
    return items.isEmpty()
        ? null
        : items.stream().skip(random.nextInt(items.size())).findFirst().orElseThrow();
  }
}
