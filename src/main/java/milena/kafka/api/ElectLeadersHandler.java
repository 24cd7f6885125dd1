package milena.kafka.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.broker.controller.Controller;
import milena.broker.controller.Controller.LeadersElected;
import milena.common.Outcome;
import milena.metadata.ElectionDecisions.Elected;
import milena.metadata.ElectionDecisions.Named;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** ElectLeaders: the preferred replicas, or whoever there is (KIP-460). */
public final class ElectLeadersHandler implements ApiHandler<ElectLeadersRequestData> {
  private final ControllerAsk controller;

  public ElectLeadersHandler(ControllerAsk controller) {
    this.controller = controller;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.ELECT_LEADERS;
  }

  @Override
  public CompletionStage<ElectLeadersResponseData> handle(
      RequestContext context, ElectLeadersRequestData request) {
    Optional<List<Named>> wanted =
        Optional.ofNullable(request.topicPartitions()).map(ElectLeadersHandler::named);
    ElectionType type;
    try {
      type = ElectionType.valueOf(request.electionType());
    } catch (IllegalArgumentException e) {
      return CompletableFuture.completedFuture(
          new ElectLeadersResponseData().setErrorCode(Errors.INVALID_REQUEST.code()));
    }
    return controller
        .<LeadersElected>ask(
            request.timeoutMs(), replyTo -> new Controller.ElectLeaders(type, wanted, replyTo))
        .thenApply(reply -> answer(context.apiVersion(), wanted, reply));
  }

  private static List<Named> named(Iterable<TopicPartitions> topics) {
    List<Named> named = new ArrayList<>();
    for (TopicPartitions topic : topics) {
      topic.partitions().forEach(index -> named.add(new Named(topic.topic(), index)));
    }
    return named;
  }

  private static ElectLeadersResponseData answer(
      short version, Optional<List<Named>> wanted, LeadersElected reply) {
    ElectLeadersResponseData response = new ElectLeadersResponseData();
    List<Elected> results = reply.partitions();
    Outcome outcome = reply.outcome();
    if (!outcome.ok() && version >= 1) {
      return response.setErrorCode(outcome.errorCode());
    } else if (!outcome.ok()) {
      // The first version knows no error of the whole.
      results =
          wanted.orElse(List.of()).stream().map(named -> new Elected(named, outcome)).toList();
    }
    Map<String, ReplicaElectionResult> byTopic = new HashMap<>();
    for (Elected each : results) {
      byTopic
          .computeIfAbsent(
              each.partition().topic(),
              name -> {
                ReplicaElectionResult topic = new ReplicaElectionResult().setTopic(name);
                response.replicaElectionResults().add(topic);
                return topic;
              })
          .partitionResult()
          .add(
              new PartitionResult()
                  .setPartitionId(each.partition().partition())
                  .setErrorCode(each.outcome().errorCode())
                  .setErrorMessage(each.outcome().message()));
    }
    return response;
  }
}
