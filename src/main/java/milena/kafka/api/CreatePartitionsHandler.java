package milena.kafka.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.broker.controller.Controller;
import milena.common.Outcome;
import milena.metadata.ImageSource;
import milena.metadata.NewPartitions;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** CreatePartitions: lets topics grow, and answers when the new partitions can be used. */
public final class CreatePartitionsHandler implements ApiHandler<CreatePartitionsRequestData> {
  private final ImageSource images;
  private final ControllerAsk controller;
  private final TopicReadiness readiness;

  public CreatePartitionsHandler(
      ImageSource images, ControllerAsk controller, TopicReadiness readiness) {
    this.images = images;
    this.controller = controller;
    this.readiness = readiness;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.CREATE_PARTITIONS;
  }

  @Override
  public CompletionStage<CreatePartitionsResponseData> handle(
      RequestContext context, CreatePartitionsRequestData request) {
    CreatePartitionsResponseData response = new CreatePartitionsResponseData();
    Set<String> repeated = repeated(request);
    List<NewPartitions> wanted = new ArrayList<>();
    for (CreatePartitionsTopic topic : request.topics()) {
      if (!repeated.contains(topic.name())) {
        wanted.add(wanted(topic));
      }
    }
    for (String name : repeated) {
      Outcome twice = Outcome.of(Errors.INVALID_REQUEST, "Duplicate topic name.");
      response.results().add(result(name, twice));
    }
    if (wanted.isEmpty()) {
      return CompletableFuture.completedFuture(response);
    }
    long started = System.nanoTime();
    return controller
        .<Controller.PartitionsCreated>ask(
            request.timeoutMs(),
            replyTo -> new Controller.CreatePartitions(wanted, request.validateOnly(), replyTo))
        .thenCompose(
            reply -> {
              Map<Uuid, Integer> grown = new HashMap<>();
              for (int i = 0; i < wanted.size(); i++) {
                NewPartitions topic = wanted.get(i);
                Outcome outcome = reply.outcomes().get(i);
                response.results().add(result(topic.topic(), outcome));
                TopicImage image = images.current().topic(topic.topic());
                if (outcome.ok() && image != null) {
                  grown.put(image.id(), topic.count());
                }
              }
              long spentMs = (System.nanoTime() - started) / 1_000_000;
              return request.validateOnly()
                  ? CompletableFuture.completedFuture(response)
                  : readiness
                      .await(grown, request.timeoutMs() - spentMs)
                      .thenApply(ready -> response);
            });
  }

  private static Set<String> repeated(CreatePartitionsRequestData request) {
    Set<String> seen = new HashSet<>();
    Set<String> repeated = new HashSet<>();
    for (CreatePartitionsTopic topic : request.topics()) {
      if (!seen.add(topic.name())) {
        repeated.add(topic.name());
      }
    }
    return repeated;
  }

  private static NewPartitions wanted(CreatePartitionsTopic topic) {
    Optional<List<List<Integer>>> assignments =
        Optional.ofNullable(topic.assignments())
            .map(lists -> lists.stream().map(CreatePartitionsAssignment::brokerIds).toList());
    return new NewPartitions(topic.name(), topic.count(), assignments);
  }

  private static CreatePartitionsTopicResult result(String name, Outcome outcome) {
    return new CreatePartitionsTopicResult()
        .setName(name)
        .setErrorCode(outcome.errorCode())
        .setErrorMessage(outcome.message());
  }
}
