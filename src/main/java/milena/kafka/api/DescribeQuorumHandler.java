package milena.kafka.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import milena.broker.controller.Controller;
import milena.broker.controller.Controller.QuorumDescribed;
import milena.broker.raft.QuorumState;
import milena.broker.raft.QuorumState.Progress;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumRequestData.TopicData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ReplicaState;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeQuorum: who keeps the metadata log, as its leader knows it. The log goes by the name that
 * Kafka gives its own, and its entries by their numbers in the Raft log.
 */
public final class DescribeQuorumHandler implements ApiHandler<DescribeQuorumRequestData> {
  private static final String METADATA_TOPIC = "__cluster_metadata";
  private static final int PATIENCE_MS = 5_000;

  private final ControllerAsk controller;
  private final LongSupplier clockMs;

  /**
   * @param clockMs the time of day
   */
  public DescribeQuorumHandler(ControllerAsk controller, LongSupplier clockMs) {
    this.controller = controller;
    this.clockMs = clockMs;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.DESCRIBE_QUORUM;
  }

  @Override
  public CompletionStage<DescribeQuorumResponseData> handle(
      RequestContext context, DescribeQuorumRequestData request) {
    return controller
        .<QuorumDescribed>ask(PATIENCE_MS, Controller.DescribeQuorum::new)
        .thenApply(described -> answer(request, described));
  }

  private DescribeQuorumResponseData answer(
      DescribeQuorumRequestData request, QuorumDescribed described) {
    DescribeQuorumResponseData response = new DescribeQuorumResponseData();
    if (!described.outcome().ok()) {
      return response
          .setErrorCode(described.outcome().errorCode())
          .setErrorMessage(described.outcome().message());
    }
    for (TopicData topic : request.topics()) {
      var answered = new DescribeQuorumResponseData.TopicData().setTopicName(topic.topicName());
      for (PartitionData partition : topic.partitions()) {
        boolean known = topic.topicName().equals(METADATA_TOPIC) && partition.partitionIndex() == 0;
        answered
            .partitions()
            .add(known ? partition(described.state()) : unknown(partition.partitionIndex()));
      }
      response.topics().add(answered);
    }
    return response;
  }

  private static DescribeQuorumResponseData.PartitionData unknown(int index) {
    return new DescribeQuorumResponseData.PartitionData()
        .setPartitionIndex(index)
        .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
        .setErrorMessage(Errors.UNKNOWN_TOPIC_OR_PARTITION.message());
  }

  private DescribeQuorumResponseData.PartitionData partition(QuorumState state) {
    return new DescribeQuorumResponseData.PartitionData()
        .setPartitionIndex(0)
        .setLeaderId(state.leader())
        .setLeaderEpoch(Math.toIntExact(state.term()))
        .setHighWatermark(state.committed() + 1)
        .setCurrentVoters(replicas(state.progress()))
        .setObservers(replicas(state.observers()));
  }

  private List<ReplicaState> replicas(List<Progress> nodes) {
    return nodes.stream().map(this::replica).toList();
  }

  /**
   * Nobody fetches in Kafka's way: when a node was heard last stands for when it fetched last. What
   * the leader does not know is -1, as with Kafka.
   */
  private ReplicaState replica(Progress node) {
    return new ReplicaState()
        .setReplicaId(node.nodeId())
        .setReplicaDirectoryId(Uuid.ZERO_UUID)
        .setLogEndOffset(node.lastEntry() < 0 ? -1 : node.lastEntry() + 1)
        .setLastFetchTimestamp(timeOf(node.heardMsAgo()))
        .setLastCaughtUpTimestamp(timeOf(node.caughtUpMsAgo()));
  }

  private long timeOf(long msAgo) {
    return msAgo < 0 ? -1 : clockMs.getAsLong() - msAgo;
  }
}
