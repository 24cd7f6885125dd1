package milena.kafka.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionView;
import milena.metadata.ClusterImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/**
 * ListOffsets: the ends of partitions, and the offsets of timestamps. What needs only the published
 * view is answered at once; a timestamp has to be looked up on disk, which is done elsewhere.
 */
public final class ListOffsetsHandler implements ApiHandler<ListOffsetsRequestData> {
  private final LocalPartitions partitions;
  private final Executor blocking;

  /**
   * A handler for one node.
   *
   * @param blocking where the disk may be read
   */
  public ListOffsetsHandler(LocalPartitions partitions, Executor blocking) {
    this.partitions = partitions;
    this.blocking = blocking;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.LIST_OFFSETS;
  }

  @Override
  public CompletionStage<ListOffsetsResponseData> handle(
      RequestContext context, ListOffsetsRequestData request) {
    ListOffsetsResponseData response = new ListOffsetsResponseData();
    List<OffsetLookup> lookups = new ArrayList<>();
    Set<TopicPartition> seen = new HashSet<>();
    ClusterImage image = partitions.image();
    for (ListOffsetsTopic topic : request.topics()) {
      ListOffsetsTopicResponse topicResponse = new ListOffsetsTopicResponse().setName(topic.name());
      response.topics().add(topicResponse);
      TopicImage topicImage = image.topic(topic.name());
      for (ListOffsetsPartition wanted : topic.partitions()) {
        ListOffsetsPartitionResponse answer =
            new ListOffsetsPartitionResponse().setPartitionIndex(wanted.partitionIndex());
        topicResponse.partitions().add(answer);
        Errors error =
            seen.add(new TopicPartition(topic.name(), wanted.partitionIndex()))
                ? answer(context, request, topicImage, wanted, answer, lookups)
                : Errors.INVALID_REQUEST;
        answer.setErrorCode(error.code());
      }
    }
    if (lookups.isEmpty()) {
      return CompletableFuture.completedFuture(response);
    }
    return CompletableFuture.supplyAsync(
        () -> {
          lookups.forEach(OffsetLookup::run);
          return response;
        },
        blocking);
  }

  private Errors answer(
      RequestContext context,
      ListOffsetsRequestData request,
      TopicImage topic,
      ListOffsetsPartition wanted,
      ListOffsetsPartitionResponse answer,
      List<OffsetLookup> lookups) {
    if (context.apiVersion() < versionOf(wanted.timestamp())) {
      return Errors.UNSUPPORTED_VERSION;
    }
    PartitionHandle handle = partitions.find(topic, wanted.partitionIndex());
    if (handle == null) {
      return LocalPartitions.whyMissing(topic, Uuid.ZERO_UUID, wanted.partitionIndex());
    }
    PartitionView view = handle.view();
    Errors error = LocalPartitions.checkLeader(handle, view, wanted.currentLeaderEpoch());
    if (error != Errors.NONE) {
      return error;
    }
    OffsetLookup lookup =
        new OffsetLookup(
            handle,
            view,
            partitions.troubles(),
            wanted.timestamp(),
            end(request, view),
            whileBehind(context, request, view),
            context.apiVersion() >= 4,
            answer);
    if (!lookup.fromView()) {
      lookups.add(lookup);
    }
    return Errors.forCode(answer.errorCode());
  }

  /** Where what the asker may see ends. */
  private static long end(ListOffsetsRequestData request, PartitionView view) {
    if (request.replicaId() != ListOffsetsRequest.CONSUMER_REPLICA_ID) {
      return view.log().logEndOffset();
    }
    return request.isolationLevel() == IsolationLevel.READ_COMMITTED.id()
        ? view.lastStableOffset()
        : view.highWatermark();
  }

  /**
   * What a client is told of the end while a new leader does not know yet how much of what it took
   * over is committed (KIP-207): an older end than it may have seen at the last leader helps
   * nobody.
   */
  private static Errors whileBehind(
      RequestContext context, ListOffsetsRequestData request, PartitionView view) {
    boolean consumer = request.replicaId() == ListOffsetsRequest.CONSUMER_REPLICA_ID;
    if (!consumer
        || view.log().endOffsetForEpoch(view.leaderEpoch() - 1).offset() <= view.highWatermark()) {
      return Errors.NONE;
    }
    return context.apiVersion() >= 5 ? Errors.OFFSET_NOT_AVAILABLE : Errors.LEADER_NOT_AVAILABLE;
  }

  /** The first version in which this timestamp has its special meaning. */
  private static short versionOf(long timestamp) {
    if (timestamp >= ListOffsetsRequest.EARLIEST_TIMESTAMP) {
      return 1;
    } else if (timestamp == ListOffsetsRequest.MAX_TIMESTAMP) {
      return 7;
    } else if (timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
      return 8;
    } else if (timestamp == ListOffsetsRequest.LATEST_TIERED_TIMESTAMP) {
      return 9;
    } else if (timestamp == ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP) {
      return 11;
    }
    return Short.MAX_VALUE;
  }
}
