package milena.kafka.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.broker.partition.PartitionHandle;
import milena.log.LogView.ProducerStateView;
import milena.metadata.ClusterImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** DescribeProducers: the producers whose state a partition keeps (KIP-664). */
public final class DescribeProducersHandler implements ApiHandler<DescribeProducersRequestData> {
  private final LocalPartitions partitions;

  public DescribeProducersHandler(LocalPartitions partitions) {
    this.partitions = partitions;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.DESCRIBE_PRODUCERS;
  }

  @Override
  public CompletionStage<DescribeProducersResponseData> handle(
      RequestContext context, DescribeProducersRequestData request) {
    DescribeProducersResponseData response = new DescribeProducersResponseData();
    ClusterImage image = partitions.image();
    for (TopicRequest topic : request.topics()) {
      TopicResponse topicResponse = new TopicResponse().setName(topic.name());
      response.topics().add(topicResponse);
      TopicImage topicImage = image.topic(topic.name());
      for (int partition : topic.partitionIndexes()) {
        topicResponse.partitions().add(describe(topicImage, partition));
      }
    }
    return CompletableFuture.completedFuture(response);
  }

  private PartitionResponse describe(TopicImage topic, int partition) {
    PartitionResponse response = new PartitionResponse().setPartitionIndex(partition);
    PartitionHandle handle = partitions.find(topic, partition);
    Errors error =
        handle == null
            ? LocalPartitions.whyMissing(topic, Uuid.ZERO_UUID, partition)
            : LocalPartitions.checkLeader(handle, handle.view(), -1);
    if (error != Errors.NONE) {
      return response.setErrorCode(error.code()).setErrorMessage(error.message());
    }
    for (ProducerStateView producer : handle.view().log().activeProducers()) {
      response
          .activeProducers()
          .add(
              new ProducerState()
                  .setProducerId(producer.producerId())
                  .setProducerEpoch(producer.producerEpoch())
                  .setLastSequence(producer.lastSequence())
                  .setLastTimestamp(producer.lastTimestampMs())
                  .setCoordinatorEpoch(producer.coordinatorEpoch())
                  .setCurrentTxnStartOffset(producer.currentTxnStartOffset()));
    }
    return response;
  }
}
