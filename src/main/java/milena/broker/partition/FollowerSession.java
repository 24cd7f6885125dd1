package milena.broker.partition;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import milena.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * A follower's half of an incremental fetch session (KIP-227): a request names only the partitions
 * whose position has changed, so that the idle ones cost nothing.
 */
final class FollowerSession {
  private int id = FetchMetadata.INVALID_SESSION_ID;
  private int epoch = FetchMetadata.INITIAL_EPOCH;

  /** What the leader has in its session, as far as it was told. */
  private final Set<TopicIdPartition> told = new HashSet<>();

  private final Set<TopicIdPartition> dropped = new HashSet<>();

  /** Whether the next request has to name everything. */
  boolean isNew() {
    return id == FetchMetadata.INVALID_SESSION_ID;
  }

  /** The partition is not fetched now. */
  void drop(TopicIdPartition partition) {
    if (told.remove(partition)) {
      dropped.add(partition);
    }
  }

  /** Puts the positions that have changed, or all of a new session, into the request. */
  void fill(FetchRequestData request, Collection<FollowedPartition> changed, int maxBytes) {
    request.setSessionId(id).setSessionEpoch(epoch);
    Map<Uuid, FetchTopic> topics = new HashMap<>();
    for (FollowedPartition partition : changed) {
      told.add(partition.id());
      dropped.remove(partition.id());
      topics
          .computeIfAbsent(
              partition.id().topicId(),
              topicId -> {
                FetchTopic topic = new FetchTopic().setTopicId(topicId);
                request.topics().add(topic);
                return topic;
              })
          .partitions()
          .add(
              new FetchPartition()
                  .setPartition(partition.id().partition())
                  .setCurrentLeaderEpoch(partition.leaderEpoch())
                  .setFetchOffset(partition.offset())
                  .setLastFetchedEpoch(partition.lastEpoch())
                  .setLogStartOffset(partition.logStart())
                  .setPartitionMaxBytes(maxBytes));
    }
    Map<Uuid, ForgottenTopic> forgotten = new HashMap<>();
    for (TopicIdPartition partition : dropped) {
      forgotten
          .computeIfAbsent(
              partition.topicId(),
              topicId -> {
                ForgottenTopic topic = new ForgottenTopic().setTopicId(topicId);
                request.forgottenTopicsData().add(topic);
                return topic;
              })
          .partitions()
          .add(partition.partition());
    }
    dropped.clear();
  }

  /** Goes on as the leader's answer says. */
  void answered(FetchResponseData response) {
    if (isNew()) {
      id = response.sessionId();
      epoch = FetchMetadata.INITIAL_EPOCH;
    }
    if (!isNew()) {
      epoch = FetchMetadata.nextEpoch(epoch);
    }
  }

  /** Begins anew: the leader does not know the session, or may have lost count of it. */
  void reset() {
    id = FetchMetadata.INVALID_SESSION_ID;
    epoch = FetchMetadata.INITIAL_EPOCH;
    told.clear();
    dropped.clear();
  }
}
