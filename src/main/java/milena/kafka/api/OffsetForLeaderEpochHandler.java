package milena.kafka.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionView;
import milena.common.OffsetAndEpoch;
import milena.metadata.ClusterImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** OffsetForLeaderEpoch: where an epoch ended, so that a client can tell what it has lost. */
public final class OffsetForLeaderEpochHandler
    implements ApiHandler<OffsetForLeaderEpochRequestData> {
  private final LocalPartitions partitions;

  public OffsetForLeaderEpochHandler(LocalPartitions partitions) {
    this.partitions = partitions;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.OFFSET_FOR_LEADER_EPOCH;
  }

  @Override
  public CompletionStage<OffsetForLeaderEpochResponseData> handle(
      RequestContext context, OffsetForLeaderEpochRequestData request) {
    OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
    ClusterImage image = partitions.image();
    for (OffsetForLeaderTopic topic : request.topics()) {
      OffsetForLeaderTopicResult result = new OffsetForLeaderTopicResult().setTopic(topic.topic());
      response.topics().add(result);
      TopicImage topicImage = image.topic(topic.topic());
      for (OffsetForLeaderPartition wanted : topic.partitions()) {
        result.partitions().add(answer(topicImage, wanted));
      }
    }
    return CompletableFuture.completedFuture(response);
  }

  private EpochEndOffset answer(TopicImage topic, OffsetForLeaderPartition wanted) {
    EpochEndOffset answer = new EpochEndOffset().setPartition(wanted.partition());
    PartitionHandle handle = partitions.find(topic, wanted.partition());
    if (handle == null) {
      return answer.setErrorCode(
          LocalPartitions.whyMissing(topic, Uuid.ZERO_UUID, wanted.partition()).code());
    }
    PartitionView view = handle.view();
    Errors error = LocalPartitions.checkLeader(handle, view, wanted.currentLeaderEpoch());
    if (error != Errors.NONE) {
      return answer.setErrorCode(error.code());
    }
    OffsetAndEpoch end = view.log().endOffsetForEpoch(wanted.leaderEpoch());
    return answer.setLeaderEpoch(end.leaderEpoch()).setEndOffset(end.offset());
  }
}
