package milena.kafka.api;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionReplica.Append;
import milena.broker.partition.PartitionReplica.AppendOrigin;
import milena.broker.partition.PartitionReplica.AppendResult;
import milena.common.TopicIdPartition;
import milena.metadata.ClusterImage;
import milena.metadata.TopicImage;
import milena.record.RecordBatch;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Produce: hands each partition's records, where they lie in the request, to the partition's actor,
 * and answers when the last of them has answered.
 */
public final class ProduceHandler implements ApiHandler<ProduceRequestData> {
  /** The client id of Kafka's own tools, which may write to internal topics. */
  private static final String ADMIN_CLIENT = "__admin_client";

  private static final short ZSTD_SINCE_VERSION = 7;

  private final LocalPartitions partitions;
  private final OpeningReplicas opening;

  /**
   * A handler for the node of this id.
   *
   * @param partitions where its replicas are found, or not yet
   */
  public ProduceHandler(LocalPartitions partitions, int nodeId) {
    this.partitions = partitions;
    this.opening = new OpeningReplicas(nodeId, partitions.registry());
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.PRODUCE;
  }

  /** Yes: a connection's appends reach each partition's actor in their order. */
  @Override
  public boolean overlaps() {
    return true;
  }

  @Override
  public CompletionStage<ProduceResponseData> handle(
      RequestContext context, ProduceRequestData request) {
    ProduceResponseData response = new ProduceResponseData();
    Errors refusal = refusal(request);
    ClusterImage image = partitions.image();
    int count = 0;
    for (TopicProduceData topic : request.topicData()) {
      count += topic.partitionData().size();
    }
    ProduceCall call = new ProduceCall(context, request.acks(), count, response, image);
    long deadlineNanos =
        context.receivedNanos() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, request.timeoutMs()));
    for (TopicProduceData data : request.topicData()) {
      TopicImage topic = topic(image, data);
      TopicProduceResponse topicResponse =
          new TopicProduceResponse().setName(data.name()).setTopicId(data.topicId());
      response.responses().add(topicResponse);
      for (PartitionProduceData partition : data.partitionData()) {
        PartitionProduceResponse answer =
            new PartitionProduceResponse().setIndex(partition.index()).setBaseOffset(-1);
        topicResponse.partitionResponses().add(answer);
        ProduceCall.Part part = call.part(answer);
        ByteBuffer records = buffer(partition.records());
        Errors error = refusal;
        PartitionHandle handle = null;
        if (error == Errors.NONE) {
          handle = partitions.find(topic, partition.index());
          error = check(context, data, topic, partition, handle, records);
        }
        if (error == Errors.NONE) {
          context.body().retain();
          Append append =
              new Append(records, request.acks(), AppendOrigin.CLIENT, -1, deadlineNanos, part);
          if (handle != null && !opening.keepsAny()) {
            handle.replica().tell(append);
          } else {
            appendWhenOpen(context, new TopicIdPartition(topic.id(), partition.index()), append);
          }
        } else {
          part.refused(error);
        }
      }
    }
    return count == 0 ? CompletableFuture.completedFuture(call.answer()) : call;
  }

  private void appendWhenOpen(RequestContext context, TopicIdPartition id, Append append) {
    opening.append(
        id,
        append,
        append.deadlineNanos() - System.nanoTime(),
        context.connection().eventLoop(),
        () -> {
          append.listener().released();
          append
              .listener()
              .completed(AppendResult.refused(Errors.NOT_LEADER_OR_FOLLOWER, null, -1));
        });
  }

  private static Errors refusal(ProduceRequestData request) {
    short acks = request.acks();
    if (acks < -1 || acks > 1) {
      return Errors.INVALID_REQUIRED_ACKS;
    }
    // No transactional id has ever been given a producer id, so none can have a transaction open.
    return request.transactionalId() == null ? Errors.NONE : Errors.INVALID_TXN_STATE;
  }

  private static TopicImage topic(ClusterImage image, TopicProduceData data) {
    return data.topicId().equals(Uuid.ZERO_UUID)
        ? image.topic(data.name())
        : image.topic(data.topicId());
  }

  private Errors check(
      RequestContext context,
      TopicProduceData data,
      TopicImage topic,
      PartitionProduceData partition,
      PartitionHandle handle,
      ByteBuffer records) {
    if (topic != null
        && Topic.isInternal(topic.name())
        && !ADMIN_CLIENT.equals(context.clientId())) {
      return Errors.INVALID_TOPIC_EXCEPTION;
    }
    if (handle == null && !opening.expects(topic, partition.index())) {
      return LocalPartitions.whyMissing(topic, data.topicId(), partition.index());
    }
    if (records == null) {
      return Errors.INVALID_RECORD;
    }
    boolean zstd =
        records.remaining() >= RecordBatch.HEADER_SIZE
            && RecordBatch.at(records, records.position()).compressionId()
                == CompressionType.ZSTD.id;
    return zstd && context.apiVersion() < ZSTD_SINCE_VERSION
        ? Errors.UNSUPPORTED_COMPRESSION_TYPE
        : Errors.NONE;
  }

  private static ByteBuffer buffer(BaseRecords records) {
    return records == null ? null : ((MemoryRecords) records).buffer();
  }
}
