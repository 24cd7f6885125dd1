package milena.kafka.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import milena.broker.controller.Controller;
import milena.broker.controller.Controller.ReassignmentsAltered;
import milena.common.Outcome;
import milena.metadata.NewReplicas;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** AlterPartitionReassignments: moves partitions to other brokers, or gives a move up (KIP-455). */
public final class AlterPartitionReassignmentsHandler
    implements ApiHandler<AlterPartitionReassignmentsRequestData> {
  private final ControllerAsk controller;

  public AlterPartitionReassignmentsHandler(ControllerAsk controller) {
    this.controller = controller;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.ALTER_PARTITION_REASSIGNMENTS;
  }

  @Override
  public CompletionStage<AlterPartitionReassignmentsResponseData> handle(
      RequestContext context, AlterPartitionReassignmentsRequestData request) {
    List<NewReplicas> wanted = new ArrayList<>();
    for (ReassignableTopic topic : request.topics()) {
      for (ReassignablePartition partition : topic.partitions()) {
        wanted.add(
            new NewReplicas(
                topic.name(),
                partition.partitionIndex(),
                Optional.ofNullable(partition.replicas())));
      }
    }
    return controller
        .<ReassignmentsAltered>ask(
            request.timeoutMs(),
            replyTo ->
                new Controller.AlterReassignments(
                    wanted, request.allowReplicationFactorChange(), replyTo))
        .thenApply(reply -> answer(request, reply.outcomes()));
  }

  private static AlterPartitionReassignmentsResponseData answer(
      AlterPartitionReassignmentsRequestData request, List<Outcome> outcomes) {
    AlterPartitionReassignmentsResponseData response =
        new AlterPartitionReassignmentsResponseData()
            .setAllowReplicationFactorChange(request.allowReplicationFactorChange());
    boolean nobodyControls =
        outcomes.stream().anyMatch(outcome -> outcome.toError() == Errors.NOT_CONTROLLER);
    if (nobodyControls) {
      // Clients look for another controller only when the whole was refused so.
      return response
          .setErrorCode(Errors.NOT_CONTROLLER.code())
          .setErrorMessage(Errors.NOT_CONTROLLER.message());
    }
    int next = 0;
    for (ReassignableTopic topic : request.topics()) {
      ReassignableTopicResponse answered = new ReassignableTopicResponse().setName(topic.name());
      response.responses().add(answered);
      for (ReassignablePartition partition : topic.partitions()) {
        Outcome outcome = outcomes.get(next++);
        answered
            .partitions()
            .add(
                new ReassignablePartitionResponse()
                    .setPartitionIndex(partition.partitionIndex())
                    .setErrorCode(outcome.errorCode())
                    .setErrorMessage(outcome.message()));
      }
    }
    return response;
  }
}
