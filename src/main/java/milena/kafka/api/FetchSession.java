package milena.kafka.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a client fetches, remembered between its requests (KIP-227), so that requests name only what
 * changed and answers only what is new.
 *
 * <p>A session belongs to no connection: a client may come back with it on another one while an
 * earlier request still waits. So each use holds the session's lock, and the epoch, which grows by
 * one with each request, tells who is late.
 */
final class FetchSession {
  final int id;
  final boolean byTopicId;
  private final Map<FetchPosition.Key, FetchPosition> positions = new LinkedHashMap<>();
  private int epoch = 1; // the one that the next request has to name
  private volatile long lastUsedNanos;
  private volatile int size;

  FetchSession(int id, boolean byTopicId, List<FetchPosition> first, long nowNanos) {
    this.id = id;
    this.byTopicId = byTopicId;
    this.lastUsedNanos = nowNanos;
    for (FetchPosition position : first) {
      positions.put(position.key, position);
    }
    this.size = positions.size();
  }

  /** Takes an incremental request's changes, unless it is out of turn. */
  synchronized Errors update(FetchRequestData request, boolean requestByTopicId, long nowNanos) {
    if (request.sessionEpoch() != epoch) {
      return Errors.INVALID_FETCH_SESSION_EPOCH;
    }
    if (requestByTopicId != byTopicId) {
      return Errors.FETCH_SESSION_TOPIC_ID_ERROR;
    }
    lastUsedNanos = nowNanos;
    for (FetchTopic topic : request.topics()) {
      for (FetchPartition wanted : topic.partitions()) {
        FetchPosition.Key key = key(topic, wanted);
        FetchPosition position = positions.get(key);
        if (position == null) {
          positions.put(key, new FetchPosition(key, wanted));
        } else {
          position.moveTo(wanted);
        }
      }
    }
    for (ForgottenTopic topic : request.forgottenTopicsData()) {
      for (int partition : topic.partitions()) {
        positions.remove(new FetchPosition.Key(topic.topic(), topic.topicId(), partition));
      }
    }
    size = positions.size();
    epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    return Errors.NONE;
  }

  /** Whether the request that named this epoch is still the session's latest. */
  boolean isLatest(int requestEpoch) {
    return epoch == (requestEpoch == Integer.MAX_VALUE ? 1 : requestEpoch + 1);
  }

  Iterable<FetchPosition> positions() {
    return positions.values();
  }

  /** How many positions it had when it was last changed. */
  int size() {
    return size;
  }

  /** Puts what has just been served behind the others, so that none of them starves. */
  void served(List<FetchPosition> served) {
    if (served.size() < positions.size()) {
      for (FetchPosition position : served) {
        positions.remove(position.key);
        positions.put(position.key, position);
      }
    }
  }

  long lastUsedNanos() {
    return lastUsedNanos;
  }

  /** The positions that a full request names, in its order. */
  static List<FetchPosition> positions(FetchRequestData request) {
    List<FetchPosition> positions = new ArrayList<>();
    for (FetchTopic topic : request.topics()) {
      for (FetchPartition wanted : topic.partitions()) {
        positions.add(new FetchPosition(key(topic, wanted), wanted));
      }
    }
    return positions;
  }

  private static FetchPosition.Key key(FetchTopic topic, FetchPartition partition) {
    return new FetchPosition.Key(topic.topic(), topic.topicId(), partition.partition());
  }
}
