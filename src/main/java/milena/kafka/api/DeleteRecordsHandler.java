package milena.kafka.api;

import akka.actor.typed.Scheduler;
import akka.actor.typed.javadsl.AskPattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionReplica;
import milena.broker.partition.PartitionReplica.RecordsDeleted;
import milena.metadata.ClusterImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * DeleteRecords: has partitions raise their log start, and answers when all replicas in sync have.
 */
public final class DeleteRecordsHandler implements ApiHandler<DeleteRecordsRequestData> {
  private static final long NO_LOW_WATERMARK = -1;

  /** How much later than its replica a request gives up. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final LocalPartitions partitions;
  private final Scheduler scheduler;

  public DeleteRecordsHandler(LocalPartitions partitions, Scheduler scheduler) {
    this.partitions = partitions;
    this.scheduler = scheduler;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.DELETE_RECORDS;
  }

  @Override
  public CompletionStage<DeleteRecordsResponseData> handle(
      RequestContext context, DeleteRecordsRequestData request) {
    DeleteRecordsResponseData response = new DeleteRecordsResponseData();
    Duration timeout = Duration.ofMillis(Math.max(1, request.timeoutMs()));
    List<CompletableFuture<?>> asked = new ArrayList<>();
    ClusterImage image = partitions.image();
    for (DeleteRecordsTopic topic : request.topics()) {
      DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(topic.name());
      response.topics().add(result);
      TopicImage topicImage = image.topic(topic.name());
      for (DeleteRecordsPartition wanted : topic.partitions()) {
        DeleteRecordsPartitionResult answer =
            new DeleteRecordsPartitionResult()
                .setPartitionIndex(wanted.partitionIndex())
                .setLowWatermark(NO_LOW_WATERMARK);
        result.partitions().add(answer);
        PartitionHandle handle = partitions.find(topicImage, wanted.partitionIndex());
        if (Topic.isInternal(topic.name())) {
          answer.setErrorCode(Errors.INVALID_TOPIC_EXCEPTION.code());
        } else if (handle == null) {
          answer.setErrorCode(
              LocalPartitions.whyMissing(topicImage, Uuid.ZERO_UUID, wanted.partitionIndex())
                  .code());
        } else {
          asked.add(delete(handle, wanted.offset(), timeout, answer));
        }
      }
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
        .thenApply(all -> response);
  }

  private CompletableFuture<?> delete(
      PartitionHandle handle,
      long beforeOffset,
      Duration timeout,
      DeleteRecordsPartitionResult answer) {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    CompletionStage<RecordsDeleted> deleted =
        AskPattern.ask(
            handle.replica(),
            replyTo -> new PartitionReplica.DeleteRecords(beforeOffset, deadlineNanos, replyTo),
            timeout.plus(GRACE),
            scheduler);
    return deleted
        .handle(
            (reply, failure) ->
                failure != null
                    ? answer.setErrorCode(Errors.REQUEST_TIMED_OUT.code())
                    : answer.setErrorCode(reply.errorCode()).setLowWatermark(reply.lowWatermark()))
        .toCompletableFuture();
  }
}
