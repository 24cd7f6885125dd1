package milena.kafka.api;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import milena.group.message.GroupRequest.CommitOffsets;
import milena.group.message.GroupRequest.CommitOffsets.OffsetToCommit;
import milena.group.message.GroupResponse.OffsetsCommitted;
import milena.metadata.ImageSource;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** OffsetCommit, by topic name or, from version 10 on, by topic id. */
public final class OffsetCommitHandler implements ApiHandler<OffsetCommitRequestData> {
  private static final short WITH_GROUP_NOT_FOUND = 9;
  private static final short BY_TOPIC_ID = 10;

  private final GroupAccess groups;
  private final ImageSource images;

  public OffsetCommitHandler(GroupAccess groups, ImageSource images) {
    this.groups = groups;
    this.images = images;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.OFFSET_COMMIT;
  }

  @Override
  public CompletionStage<OffsetCommitResponseData> handle(
      RequestContext context, OffsetCommitRequestData request) {
    boolean byId = context.apiVersion() >= BY_TOPIC_ID;
    OffsetCommitResponseData response = new OffsetCommitResponseData();
    List<OffsetToCommit> offsets = new ArrayList<>();
    List<OffsetCommitResponsePartition> accepted = new ArrayList<>();
    for (OffsetCommitRequestTopic topic : request.topics()) {
      OffsetCommitResponseTopic answer =
          new OffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
      response.topics().add(answer);
      TopicImage known =
          byId ? images.current().topic(topic.topicId()) : images.current().topic(topic.name());
      for (OffsetCommitRequestPartition partition : topic.partitions()) {
        OffsetCommitResponsePartition result =
            new OffsetCommitResponsePartition().setPartitionIndex(partition.partitionIndex());
        answer.partitions().add(result);
        if (known == null || known.partition(partition.partitionIndex()) == null) {
          boolean unknownId = byId && known == null;
          result.setErrorCode(
              (unknownId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION).code());
        } else {
          accepted.add(result);
          offsets.add(
              new OffsetToCommit(
                  byId ? known.id() : Uuid.ZERO_UUID,
                  known.name(),
                  partition.partitionIndex(),
                  partition.committedOffset(),
                  partition.committedLeaderEpoch(),
                  partition.committedMetadata()));
        }
      }
    }
    if (offsets.isEmpty()) {
      return GroupAccess.done(response);
    }
    return groups.ask(
        request.groupId(),
        new CommitOffsets(
            request.memberId(),
            request.groupInstanceId(),
            request.generationIdOrMemberEpoch(),
            request.retentionTimeMs(),
            offsets,
            context.apiVersion() >= WITH_GROUP_NOT_FOUND),
        OffsetsCommitted.class,
        committed -> answer(response, accepted, committed),
        refusal -> fail(response, accepted, refusal));
  }

  private static OffsetCommitResponseData answer(
      OffsetCommitResponseData response,
      List<OffsetCommitResponsePartition> accepted,
      OffsetsCommitted committed) {
    if (committed.error() != Errors.NONE) {
      return fail(response, accepted, committed.error());
    }
    Iterator<Errors> errors = committed.partitions().iterator();
    accepted.forEach(result -> result.setErrorCode(errors.next().code()));
    return response;
  }

  private static OffsetCommitResponseData fail(
      OffsetCommitResponseData response,
      List<OffsetCommitResponsePartition> accepted,
      Errors error) {
    accepted.forEach(result -> result.setErrorCode(error.code()));
    return response;
  }
}
