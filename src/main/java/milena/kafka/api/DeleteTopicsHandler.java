package milena.kafka.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import milena.broker.controller.Controller;
import milena.common.Outcome;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.SettingsInForce;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** DeleteTopics, by name or id: answers when this node no longer shows them. */
public final class DeleteTopicsHandler implements ApiHandler<DeleteTopicsRequestData> {
  private final ImageSource images;
  private final SettingsInForce settings;
  private final ControllerAsk controller;
  private final ImageWaits waits;

  public DeleteTopicsHandler(
      ImageSource images, SettingsInForce settings, ControllerAsk controller, ImageWaits waits) {
    this.images = images;
    this.settings = settings;
    this.controller = controller;
    this.waits = waits;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.DELETE_TOPICS;
  }

  @Override
  public CompletionStage<DeleteTopicsResponseData> handle(
      RequestContext context, DeleteTopicsRequestData request) {
    DeleteTopicsResponseData response = new DeleteTopicsResponseData();
    Map<Uuid, String> doomed = new HashMap<>();
    List<DeleteTopicState> wanted = wanted(request);
    Set<Object> repeated = repeated(wanted);
    for (DeleteTopicState topic : wanted) {
      Outcome outcome = check(context.apiVersion(), topic, repeated);
      TopicImage image = outcome.ok() ? find(images.current(), topic) : null;
      if (image == null) {
        response
            .responses()
            .add(result(topic.name(), topic.topicId(), outcome.ok() ? unknown(topic) : outcome));
      } else if (doomed.put(image.id(), image.name()) != null) {
        doomed.remove(image.id());
        response
            .responses()
            .add(
                result(
                    image.name(),
                    image.id(),
                    Outcome.of(Errors.INVALID_REQUEST, "The topic is named twice.")));
      }
    }
    if (doomed.isEmpty()) {
      return CompletableFuture.completedFuture(response);
    }
    return delete(doomed, request.timeoutMs(), response);
  }

  private CompletionStage<DeleteTopicsResponseData> delete(
      Map<Uuid, String> doomed, int timeoutMs, DeleteTopicsResponseData response) {
    List<Uuid> ids = List.copyOf(doomed.keySet());
    return controller
        .<Controller.TopicsDeleted>ask(
            timeoutMs, replyTo -> new Controller.DeleteTopics(ids, replyTo))
        .thenCompose(
            reply -> {
              List<Uuid> gone = new ArrayList<>();
              for (int i = 0; i < ids.size(); i++) {
                Uuid id = ids.get(i);
                Outcome outcome = reply.outcomes().get(i);
                response.responses().add(result(doomed.get(id), id, outcome));
                if (outcome.ok()) {
                  gone.add(id);
                }
              }
              return waits
                  .until(image -> gone.stream().allMatch(id -> image.topic(id) == null))
                  .completeOnTimeout(null, Math.max(timeoutMs, 1), TimeUnit.MILLISECONDS)
                  .thenApply(image -> response);
            });
  }

  private static List<DeleteTopicState> wanted(DeleteTopicsRequestData request) {
    List<DeleteTopicState> wanted = new ArrayList<>(request.topics());
    for (String name : request.topicNames()) {
      wanted.add(new DeleteTopicState().setName(name));
    }
    return wanted;
  }

  private static Set<Object> repeated(List<DeleteTopicState> wanted) {
    Set<Object> seen = new HashSet<>();
    Set<Object> repeated = new HashSet<>();
    for (DeleteTopicState topic : wanted) {
      Object key = topic.name() == null ? topic.topicId() : topic.name();
      if (!seen.add(key)) {
        repeated.add(key);
      }
    }
    return repeated;
  }

  private Outcome check(short version, DeleteTopicState topic, Set<Object> repeated) {
    boolean byId = !topic.topicId().equals(Uuid.ZERO_UUID);
    if (!settings.broker().topics().deletable()) {
      return version < 3
          ? Outcome.of(Errors.INVALID_REQUEST, "Topic deletion is disabled.")
          : Outcome.of(Errors.TOPIC_DELETION_DISABLED);
    }
    if (topic.name() == null && !byId) {
      return Outcome.of(Errors.INVALID_REQUEST, "Neither topic name nor id were specified.");
    }
    if (topic.name() != null && byId) {
      return Outcome.of(
          Errors.INVALID_REQUEST, "You may not specify both topic name and topic id.");
    }
    if (repeated.contains(topic.name() == null ? topic.topicId() : topic.name())) {
      return Outcome.of(
          Errors.INVALID_REQUEST, byId ? "Duplicate topic id." : "Duplicate topic name.");
    }
    return Outcome.SUCCESS;
  }

  private static TopicImage find(ClusterImage image, DeleteTopicState topic) {
    return topic.name() == null ? image.topic(topic.topicId()) : image.topic(topic.name());
  }

  private static Outcome unknown(DeleteTopicState topic) {
    return Outcome.of(
        topic.name() == null ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
  }

  private static DeletableTopicResult result(String name, Uuid id, Outcome outcome) {
    return new DeletableTopicResult()
        .setName(name)
        .setTopicId(id)
        .setErrorCode(outcome.errorCode())
        .setErrorMessage(outcome.message());
  }
}
