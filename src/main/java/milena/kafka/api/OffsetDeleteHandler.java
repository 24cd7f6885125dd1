package milena.kafka.api;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import milena.group.message.GroupRequest.DeleteOffsets;
import milena.group.message.GroupRequest.DeleteOffsets.TopicAndPartition;
import milena.group.message.GroupResponse.OffsetsDeleted;
import milena.metadata.ImageSource;
import milena.metadata.TopicImage;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** OffsetDelete: forgets offsets of topics that the group does not read. */
public final class OffsetDeleteHandler implements ApiHandler<OffsetDeleteRequestData> {
  private final GroupAccess groups;
  private final ImageSource images;

  public OffsetDeleteHandler(GroupAccess groups, ImageSource images) {
    this.groups = groups;
    this.images = images;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.OFFSET_DELETE;
  }

  @Override
  public CompletionStage<OffsetDeleteResponseData> handle(
      RequestContext context, OffsetDeleteRequestData request) {
    OffsetDeleteResponseData response = new OffsetDeleteResponseData();
    List<TopicAndPartition> partitions = new ArrayList<>();
    List<OffsetDeleteResponsePartition> asked = new ArrayList<>();
    for (OffsetDeleteRequestTopic topic : request.topics()) {
      OffsetDeleteResponseTopic answer = new OffsetDeleteResponseTopic().setName(topic.name());
      response.topics().add(answer);
      TopicImage known = images.current().topic(topic.name());
      for (OffsetDeleteRequestPartition partition : topic.partitions()) {
        int index = partition.partitionIndex();
        OffsetDeleteResponsePartition result =
            new OffsetDeleteResponsePartition().setPartitionIndex(index);
        answer.partitions().add(result);
        if (known == null || known.partition(index) == null) {
          result.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        } else {
          asked.add(result);
          partitions.add(new TopicAndPartition(topic.name(), index));
        }
      }
    }
    return groups.ask(
        request.groupId(),
        new DeleteOffsets(partitions),
        OffsetsDeleted.class,
        deleted -> answer(response, asked, deleted),
        OffsetDeleteHandler::failed);
  }

  private static OffsetDeleteResponseData answer(
      OffsetDeleteResponseData response,
      List<OffsetDeleteResponsePartition> asked,
      OffsetsDeleted deleted) {
    if (deleted.error() != Errors.NONE) {
      return failed(deleted.error());
    }
    Iterator<Errors> errors = deleted.partitions().iterator();
    asked.forEach(result -> result.setErrorCode(errors.next().code()));
    return response;
  }

  private static OffsetDeleteResponseData failed(Errors error) {
    return new OffsetDeleteResponseData().setErrorCode(error.code());
  }
}
