package milena.metadata;

import java.util.Map;
import java.util.Optional;
import milena.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * All that the cluster has agreed upon, as of one committed metadata event: an immutable value that
 * every node derives from the same events by {@link #apply}, so that any two nodes that applied the
 * same number of events hold equal images.
 *
 * @param lastSequence number of the last applied event, 0 before the first
 * @param clusterId empty until the cluster's first event has named it
 * @param brokers every registered broker by id, fenced ones too
 * @param topics every topic by id
 * @param topicIds the id of every topic by name
 * @param configs dynamic settings by resource: topics by name, brokers by id, the cluster-wide
 *     broker default under the empty name
 * @param nextProducerId the first producer id that no block handed out so far contains
 * @param membership which runs of nodes form the actor cluster
 */
public record ClusterImage(
    long lastSequence,
    Optional<String> clusterId,
    PMap<Integer, BrokerImage> brokers,
    PMap<Uuid, TopicImage> topics,
    PMap<String, Uuid> topicIds,
    PMap<ConfigResource, PMap<String, String>> configs,
    long nextProducerId,
    MembershipImage membership) {

  public static final ClusterImage EMPTY =
      new ClusterImage(
          0,
          Optional.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          HashTreePMap.empty(),
          0,
          MembershipImage.EMPTY);

  /** An image without actor cluster. */
  public ClusterImage(
      long lastSequence,
      Optional<String> clusterId,
      PMap<Integer, BrokerImage> brokers,
      PMap<Uuid, TopicImage> topics,
      PMap<String, Uuid> topicIds,
      PMap<ConfigResource, PMap<String, String>> configs,
      long nextProducerId) {
    this(
        lastSequence,
        clusterId,
        brokers,
        topics,
        topicIds,
        configs,
        nextProducerId,
        MembershipImage.EMPTY);
  }

  /** The topic of this name, or null. */
  public TopicImage topic(String name) {
    Uuid id = topicIds.get(name);
    return id == null ? null : topics.get(id);
  }

  /** The topic with this id, or null. */
  public TopicImage topic(Uuid id) {
    return topics.get(id);
  }

  /** The partition, or null when the topic or the partition does not exist. */
  public PartitionImage partition(TopicIdPartition id) {
    TopicImage topic = topics.get(id.topicId());
    return topic == null ? null : topic.partition(id.partition());
  }

  /** The dynamic settings of a resource; empty when none were ever set. */
  public Map<String, String> config(ConfigResource resource) {
    PMap<String, String> settings = configs.get(resource);
    return settings == null ? Map.of() : settings;
  }

  /** The image after one more event. */
  public ClusterImage apply(MetadataEvent event) {
    return event.applyTo(this).withLastSequence(lastSequence + 1);
  }

  /** The same facts as of another event's number, as a snapshot that names its number needs. */
  public ClusterImage withLastSequence(long sequence) {
    return new ClusterImage(
        sequence, clusterId, brokers, topics, topicIds, configs, nextProducerId, membership);
  }

  BrokerImage brokerWithEpoch(int id, long epoch) {
    BrokerImage broker = brokers.get(id);
    if (broker == null || broker.epoch() != epoch) {
      throw new IllegalStateException(
          "Broker %d has no incarnation %d: %s".formatted(id, epoch, broker));
    }
    return broker;
  }

  TopicImage existingTopic(Uuid id) {
    TopicImage topic = topics.get(id);
    if (topic == null) {
      throw new IllegalStateException("There is no topic with the id " + id);
    }
    return topic;
  }

  ClusterImage withClusterId(String name) {
    return new ClusterImage(
        lastSequence,
        Optional.of(name),
        brokers,
        topics,
        topicIds,
        configs,
        nextProducerId,
        membership);
  }

  ClusterImage withBroker(BrokerImage broker) {
    return withBrokers(brokers.plus(broker.id(), broker));
  }

  ClusterImage withoutBroker(int id) {
    return withBrokers(brokers.minus(id));
  }

  private ClusterImage withBrokers(PMap<Integer, BrokerImage> changed) {
    return new ClusterImage(
        lastSequence, clusterId, changed, topics, topicIds, configs, nextProducerId, membership);
  }

  ClusterImage withTopic(TopicImage topic) {
    PMap<String, Uuid> names =
        topic.id().equals(topicIds.get(topic.name()))
            ? topicIds
            : topicIds.plus(topic.name(), topic.id());
    return new ClusterImage(
        lastSequence,
        clusterId,
        brokers,
        topics.plus(topic.id(), topic),
        names,
        configs,
        nextProducerId,
        membership);
  }

  ClusterImage withoutTopic(TopicImage topic) {
    return new ClusterImage(
        lastSequence,
        clusterId,
        brokers,
        topics.minus(topic.id()),
        topicIds.minus(topic.name()),
        configs.minus(new ConfigResource(ConfigResource.Type.TOPIC, topic.name())),
        nextProducerId,
        membership);
  }

  ClusterImage withConfig(ConfigResource resource, Map<String, String> settings) {
    PMap<ConfigResource, PMap<String, String>> changed =
        settings.isEmpty()
            ? configs.minus(resource)
            : configs.plus(resource, HashTreePMap.from(settings));
    return new ClusterImage(
        lastSequence, clusterId, brokers, topics, topicIds, changed, nextProducerId, membership);
  }

  ClusterImage withNextProducerId(long next) {
    return new ClusterImage(
        lastSequence, clusterId, brokers, topics, topicIds, configs, next, membership);
  }

  ClusterImage withMembership(MembershipImage changed) {
    return new ClusterImage(
        lastSequence, clusterId, brokers, topics, topicIds, configs, nextProducerId, changed);
  }
}
