package milena.kafka.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import milena.group.message.GroupRequest.FetchOffsets;
import milena.group.message.GroupRequest.FetchOffsets.OffsetQuery;
import milena.group.message.GroupResponse.OffsetsFetched;
import milena.group.message.GroupResponse.OffsetsFetched.FetchedOffset;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartition;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopic;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * OffsetFetch: of one group, or from version 8 on of any number; by topic name, or from version 10
 * on by topic id.
 */
public final class OffsetFetchHandler implements ApiHandler<OffsetFetchRequestData> {
  private static final short WITH_GROUP_ERROR = 2;
  private static final short WITH_LEADER_EPOCH = 5;
  private static final short WITH_GROUPS = 8;
  private static final short BY_TOPIC_ID = 10;

  private final GroupAccess groups;
  private final ImageSource images;

  public OffsetFetchHandler(GroupAccess groups, ImageSource images) {
    this.groups = groups;
    this.images = images;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.OFFSET_FETCH;
  }

  @Override
  public CompletionStage<OffsetFetchResponseData> handle(
      RequestContext context, OffsetFetchRequestData request) {
    short version = context.apiVersion();
    if (version < WITH_GROUPS) {
      return fetch(onlyGroup(request), request.requireStable(), false)
          .thenApply(group -> withoutGroups(group, version));
    }
    List<CompletionStage<OffsetFetchResponseGroup>> answers = new ArrayList<>();
    for (OffsetFetchRequestGroup group : request.groups()) {
      answers.add(fetch(group, request.requireStable(), version >= BY_TOPIC_ID));
    }
    return GroupAccess.all(answers).thenApply(all -> new OffsetFetchResponseData().setGroups(all));
  }

  private static OffsetFetchRequestGroup onlyGroup(OffsetFetchRequestData request) {
    return new OffsetFetchRequestGroup()
        .setGroupId(request.groupId())
        .setTopics(
            request.topics() == null
                ? null
                : request.topics().stream()
                    .map(
                        topic ->
                            new OffsetFetchRequestTopics()
                                .setName(topic.name())
                                .setPartitionIndexes(topic.partitionIndexes()))
                    .toList());
  }

  private CompletionStage<OffsetFetchResponseGroup> fetch(
      OffsetFetchRequestGroup group, boolean requireStable, boolean byId) {
    ClusterImage image = images.current();
    List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
    List<OffsetQuery> queries = group.topics() == null ? null : new ArrayList<>();
    if (queries != null) {
      for (OffsetFetchRequestTopics topic : group.topics()) {
        TopicImage known = byId ? image.topic(topic.topicId()) : null;
        if (byId && known == null) {
          unknown.add(unknownTopic(topic));
        } else {
          String name = byId ? known.name() : topic.name();
          Uuid id = byId ? known.id() : Uuid.ZERO_UUID;
          topic.partitionIndexes().forEach(p -> queries.add(new OffsetQuery(id, name, p)));
        }
      }
    }
    return groups.ask(
        group.groupId(),
        new FetchOffsets(queries, requireStable),
        OffsetsFetched.class,
        fetched -> answer(group, fetched, unknown, byId ? image : null),
        refusal -> failed(group, refusal));
  }

  private static OffsetFetchResponseTopics unknownTopic(OffsetFetchRequestTopics topic) {
    return new OffsetFetchResponseTopics()
        .setTopicId(topic.topicId())
        .setPartitions(
            topic.partitionIndexes().stream()
                .map(partition -> nothing(partition, Errors.UNKNOWN_TOPIC_ID))
                .toList());
  }

  private static OffsetFetchResponsePartitions nothing(int partition, Errors error) {
    return new OffsetFetchResponsePartitions()
        .setPartitionIndex(partition)
        .setCommittedOffset(-1)
        .setCommittedLeaderEpoch(-1)
        .setMetadata("")
        .setErrorCode(error.code());
  }

  /**
   * @param ids where the topics' ids are found; null for an answer by name
   */
  private static OffsetFetchResponseGroup answer(
      OffsetFetchRequestGroup group,
      OffsetsFetched fetched,
      List<OffsetFetchResponseTopics> unknown,
      ClusterImage ids) {
    Map<String, OffsetFetchResponseTopics> topics = new LinkedHashMap<>();
    for (FetchedOffset offset : fetched.offsets()) {
      Uuid id = ids == null ? Uuid.ZERO_UUID : ids.topicIds().get(offset.topic());
      if (id == null) {
        // Asked for all there is: a topic that is gone has no id to be told by.
        continue;
      }
      topics
          .computeIfAbsent(
              offset.topic(), name -> new OffsetFetchResponseTopics().setName(name).setTopicId(id))
          .partitions()
          .add(
              new OffsetFetchResponsePartitions()
                  .setPartitionIndex(offset.partition())
                  .setCommittedOffset(offset.offset())
                  .setCommittedLeaderEpoch(offset.leaderEpoch())
                  .setMetadata(offset.metadata())
                  .setErrorCode(offset.error().code()));
    }
    List<OffsetFetchResponseTopics> all = new ArrayList<>(topics.values());
    all.addAll(unknown);
    return new OffsetFetchResponseGroup().setGroupId(group.groupId()).setTopics(all);
  }

  private static OffsetFetchResponseGroup failed(OffsetFetchRequestGroup group, Errors error) {
    List<OffsetFetchResponseTopics> topics = new ArrayList<>();
    if (group.topics() != null) {
      for (OffsetFetchRequestTopics topic : group.topics()) {
        topics.add(
            new OffsetFetchResponseTopics()
                .setName(topic.name())
                .setTopicId(topic.topicId())
                .setPartitions(
                    topic.partitionIndexes().stream().map(p -> nothing(p, error)).toList()));
      }
    }
    return new OffsetFetchResponseGroup()
        .setGroupId(group.groupId())
        .setErrorCode(error.code())
        .setTopics(topics);
  }

  /** As it was told before there could be several groups. */
  private static OffsetFetchResponseData withoutGroups(
      OffsetFetchResponseGroup group, short version) {
    List<OffsetFetchResponseTopic> topics = new ArrayList<>();
    for (OffsetFetchResponseTopics topic : group.topics()) {
      List<OffsetFetchResponsePartition> partitions = new ArrayList<>();
      for (OffsetFetchResponsePartitions partition : topic.partitions()) {
        partitions.add(
            new OffsetFetchResponsePartition()
                .setPartitionIndex(partition.partitionIndex())
                .setCommittedOffset(partition.committedOffset())
                .setCommittedLeaderEpoch(
                    version >= WITH_LEADER_EPOCH ? partition.committedLeaderEpoch() : -1)
                .setMetadata(partition.metadata())
                .setErrorCode(partition.errorCode()));
      }
      topics.add(new OffsetFetchResponseTopic().setName(topic.name()).setPartitions(partitions));
    }
    return new OffsetFetchResponseData()
        .setTopics(topics)
        .setErrorCode(version >= WITH_GROUP_ERROR ? group.errorCode() : 0);
  }
}
