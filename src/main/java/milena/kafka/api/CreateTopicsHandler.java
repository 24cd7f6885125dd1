package milena.kafka.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.broker.controller.Controller;
import milena.common.Outcome;
import milena.common.config.ConfigLayers;
import milena.kafka.api.ConfigDescriptions.Described;
import milena.metadata.CreatedTopic;
import milena.metadata.NewTopic;
import milena.metadata.SettingsInForce;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** CreateTopics: has topics made, and answers when they can be used. */
public final class CreateTopicsHandler implements ApiHandler<CreateTopicsRequestData> {
  private final ControllerAsk controller;
  private final SettingsInForce settings;
  private final TopicReadiness readiness;

  public CreateTopicsHandler(
      ControllerAsk controller, SettingsInForce settings, TopicReadiness readiness) {
    this.controller = controller;
    this.settings = settings;
    this.readiness = readiness;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.CREATE_TOPICS;
  }

  @Override
  public CompletionStage<CreateTopicsResponseData> handle(
      RequestContext context, CreateTopicsRequestData request) {
    Map<String, Outcome> refused = refused(request);
    List<NewTopic> wanted = new ArrayList<>();
    for (CreatableTopic topic : request.topics()) {
      if (!refused.containsKey(topic.name())) {
        wanted.add(wanted(topic));
      }
    }
    CreateTopicsResponseData response = new CreateTopicsResponseData();
    refused.forEach(
        (name, outcome) -> response.topics().add(result(CreatedTopic.failed(name, outcome))));
    if (wanted.isEmpty()) {
      return CompletableFuture.completedFuture(response);
    }
    long started = System.nanoTime();
    return controller
        .<Controller.TopicsCreated>ask(
            request.timeoutMs(),
            replyTo -> new Controller.CreateTopics(wanted, request.validateOnly(), replyTo))
        .thenCompose(
            reply -> {
              reply.topics().forEach(topic -> response.topics().add(result(topic)));
              long spentMs = (System.nanoTime() - started) / 1_000_000;
              return request.validateOnly()
                  ? CompletableFuture.completedFuture(response)
                  : readiness
                      .await(made(reply.topics()), request.timeoutMs() - spentMs)
                      .thenApply(ready -> response);
            });
  }

  /** What needs no controller to be refused. */
  private static Map<String, Outcome> refused(CreateTopicsRequestData request) {
    Map<String, Outcome> refused = new LinkedHashMap<>();
    Set<String> names = new HashSet<>();
    for (CreatableTopic topic : request.topics()) {
      if (!names.add(topic.name())) {
        refused.put(topic.name(), Outcome.of(Errors.INVALID_REQUEST, "Duplicate topic name."));
      } else if (topic.name().equals(Topic.CLUSTER_METADATA_TOPIC_NAME)) {
        refused.put(
            topic.name(),
            Outcome.of(
                Errors.INVALID_REQUEST,
                "Creation of internal topic " + topic.name() + " is prohibited."));
      }
    }
    return refused;
  }

  private static NewTopic wanted(CreatableTopic topic) {
    List<NewTopic.Assignment> assignments = new ArrayList<>();
    for (CreatableReplicaAssignment assignment : topic.assignments()) {
      assignments.add(new NewTopic.Assignment(assignment.partitionIndex(), assignment.brokerIds()));
    }
    Map<String, String> configs = new LinkedHashMap<>();
    for (CreatableTopicConfig config : topic.configs()) {
      configs.put(config.name(), config.value());
    }
    return new NewTopic(
        topic.name(), topic.numPartitions(), topic.replicationFactor(), assignments, configs);
  }

  private static Map<Uuid, Integer> made(List<CreatedTopic> topics) {
    Map<Uuid, Integer> made = new HashMap<>();
    for (CreatedTopic topic : topics) {
      if (topic.outcome().ok()) {
        made.put(topic.id(), topic.partitions());
      }
    }
    return made;
  }

  private CreatableTopicResult result(CreatedTopic topic) {
    CreatableTopicResult result =
        new CreatableTopicResult()
            .setName(topic.name())
            .setErrorCode(topic.outcome().errorCode())
            .setErrorMessage(topic.outcome().message());
    if (!topic.outcome().ok()) {
      return result;
    }
    ConfigLayers broker = settings.broker().layers();
    List<CreatableTopicConfigs> configs = new ArrayList<>();
    for (Described setting : ConfigDescriptions.ofTopic(topic.configs(), broker)) {
      configs.add(
          new CreatableTopicConfigs()
              .setName(setting.name())
              .setValue(setting.value())
              .setReadOnly(setting.readOnly())
              .setConfigSource(setting.source().id())
              .setIsSensitive(setting.sensitive()));
    }
    return result
        .setTopicId(topic.id())
        .setNumPartitions(topic.partitions())
        .setReplicationFactor(topic.replicationFactor())
        .setConfigs(configs);
  }
}
