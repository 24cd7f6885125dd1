package milena.kafka.api;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.metadata.BrokerImage;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.PartitionImage;
import milena.metadata.SettingsInForce;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Metadata: the brokers, and topics with their leaders; makes topics that are missing if asked. */
public final class MetadataHandler implements ApiHandler<MetadataRequestData> {
  private static final short BY_TOPIC_ID = 12;

  private final int nodeId;
  private final ImageSource images;
  private final SettingsInForce settings;
  private final AutoCreation creation;

  public MetadataHandler(
      int nodeId, ImageSource images, SettingsInForce settings, AutoCreation creation) {
    this.nodeId = nodeId;
    this.images = images;
    this.settings = settings;
    this.creation = creation;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.METADATA;
  }

  @Override
  public CompletionStage<MetadataResponseData> handle(
      RequestContext context, MetadataRequestData request) {
    requireReadable(context, request);
    Set<String> missing = missing(request, images.current(), context.apiVersion());
    if (missing.isEmpty()
        || !request.allowAutoTopicCreation()
        || !settings.broker().topics().autoCreate()) {
      return CompletableFuture.completedFuture(answer(context, request, AutoCreation.NOTHING));
    }
    return creation.create(missing).thenApply(made -> answer(context, request, made));
  }

  private static void requireReadable(RequestContext context, MetadataRequestData request) {
    if (request.topics() == null || context.apiVersion() >= BY_TOPIC_ID) {
      return;
    }
    for (MetadataRequestTopic topic : request.topics()) {
      if (topic.name() == null) {
        throw new InvalidRequestException(
            "Topic name can not be null for version " + context.apiVersion());
      }
      if (!topic.topicId().equals(Uuid.ZERO_UUID)) {
        throw new InvalidRequestException(
            "Topic IDs are not supported in requests for version " + context.apiVersion());
      }
    }
  }

  private static boolean wantsAll(MetadataRequestData request, short version) {
    return request.topics() == null || (version == 0 && request.topics().isEmpty());
  }

  private static boolean isById(MetadataRequestTopic topic) {
    return !topic.topicId().equals(Uuid.ZERO_UUID);
  }

  /** The names asked for that the image does not know and a topic could have. */
  private static Set<String> missing(
      MetadataRequestData request, ClusterImage image, short version) {
    Set<String> missing = new LinkedHashSet<>();
    if (!wantsAll(request, version)) {
      for (MetadataRequestTopic topic : request.topics()) {
        if (topic.name() != null
            && !isById(topic)
            && image.topic(topic.name()) == null
            && Topic.isValid(topic.name())) {
          missing.add(topic.name());
        }
      }
    }
    return missing;
  }

  private MetadataResponseData answer(
      RequestContext context, MetadataRequestData request, AutoCreation.Failures failures) {
    ListenerView view = new ListenerView(images.current(), context.listenerName());
    MetadataResponseData response =
        new MetadataResponseData()
            .setClusterId(view.image().clusterId().orElse(null))
            .setControllerId(view.controllerId(nodeId));
    for (BrokerImage broker : view.liveBrokers()) {
      Endpoint endpoint = broker.listeners().get(context.listenerName());
      response
          .brokers()
          .add(
              new MetadataResponseBroker()
                  .setNodeId(broker.id())
                  .setHost(endpoint.host())
                  .setPort(endpoint.port())
                  .setRack(broker.rack().orElse(null)));
    }
    if (request.includeClusterAuthorizedOperations()) {
      response.setClusterAuthorizedOperations(AuthorizedOperations.CLUSTER);
    }
    topics(view, context.apiVersion(), request, failures).forEach(response.topics()::add);
    return response;
  }

  private static List<MetadataResponseTopic> topics(
      ListenerView view,
      short version,
      MetadataRequestData request,
      AutoCreation.Failures failures) {
    int operations =
        request.includeTopicAuthorizedOperations()
            ? AuthorizedOperations.TOPIC
            : AuthorizedOperations.UNKNOWN;
    List<MetadataResponseTopic> topics = new ArrayList<>();
    if (wantsAll(request, version)) {
      for (TopicImage topic : view.image().topics().values()) {
        topics.add(known(view, version, topic, operations));
      }
      return topics;
    }
    Set<Uuid> answered = new LinkedHashSet<>();
    Set<String> unknown = new LinkedHashSet<>();
    for (MetadataRequestTopic wanted : request.topics()) {
      TopicImage topic =
          isById(wanted)
              ? view.image().topic(wanted.topicId())
              : wanted.name() == null ? null : view.image().topic(wanted.name());
      if (topic != null) {
        if (answered.add(topic.id())) {
          topics.add(known(view, version, topic, operations));
        }
      } else if (isById(wanted)) {
        topics.add(unknown(null, Errors.UNKNOWN_TOPIC_ID).setTopicId(wanted.topicId()));
      } else if (wanted.name() != null && unknown.add(wanted.name())) {
        topics.add(unknown(wanted.name(), failures.of(wanted.name())));
      }
    }
    return topics;
  }

  private static MetadataResponseTopic unknown(String name, Errors error) {
    return new MetadataResponseTopic()
        .setErrorCode(error.code())
        .setName(name)
        .setIsInternal(name != null && Topic.isInternal(name));
  }

  private static MetadataResponseTopic known(
      ListenerView view, short version, TopicImage topic, int operations) {
    MetadataResponseTopic answer =
        new MetadataResponseTopic()
            .setErrorCode(Errors.NONE.code())
            .setName(topic.name())
            .setTopicId(topic.id())
            .setIsInternal(Topic.isInternal(topic.name()))
            .setTopicAuthorizedOperations(operations);
    List<MetadataResponsePartition> partitions = answer.partitions();
    for (PartitionImage partition : topic.partitions()) {
      partitions.add(partition(view, version, partitions.size(), partition));
    }
    return answer;
  }

  private static MetadataResponsePartition partition(
      ListenerView view, short version, int index, PartitionImage partition) {
    Errors error = view.leaderError(partition, version >= 6);
    MetadataResponsePartition answer =
        new MetadataResponsePartition()
            .setPartitionIndex(index)
            .setLeaderId(error == Errors.NONE ? partition.leader() : PartitionImage.NO_LEADER)
            .setLeaderEpoch(partition.leaderEpoch())
            .setReplicaNodes(partition.replicas())
            .setIsrNodes(partition.isr())
            .setOfflineReplicas(view.offlineReplicas(partition));
    if (version == 0) {
      // Clients of this age know no unreachable replicas.
      answer
          .setReplicaNodes(view.reachable(partition.replicas()))
          .setIsrNodes(view.reachable(partition.isr()));
      boolean complete =
          answer.replicaNodes().size() == partition.replicas().size()
              && answer.isrNodes().size() == partition.isr().size();
      error = error == Errors.NONE && !complete ? Errors.REPLICA_NOT_AVAILABLE : error;
    }
    return answer.setErrorCode(error.code());
  }
}
