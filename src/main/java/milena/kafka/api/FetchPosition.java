package milena.kafka.api;

import java.util.concurrent.atomic.AtomicBoolean;
import milena.broker.partition.PartitionView;
import milena.common.OffsetAndEpoch;
import milena.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;

/**
 * A partition that a client fetches, where it stands in it, and what it was last told of it. Lives
 * for one request, or as long as its session, under whose lock it is then used.
 */
final class FetchPosition {
  /** How a request names the partition: by name below version 13, by id from there on. */
  record Key(String topic, Uuid topicId, int partition) {}

  private static final long NEVER_TOLD = -1;

  final Key key;

  /** Whether its session has been told of a change and has not looked yet. */
  final AtomicBoolean changed = new AtomicBoolean();

  /** Its session's eye on the partition; null without one. */
  SessionWatch watch;

  private int currentLeaderEpoch;
  private volatile long fetchOffset; // read by the partition's thread, too
  private int lastFetchedEpoch;
  private int maxBytes;
  private long followerLogStart;
  private TopicIdPartition id;
  private long toldHighWatermark = NEVER_TOLD;
  private long toldLogStart = NEVER_TOLD;

  FetchPosition(Key key, FetchPartition wanted) {
    this.key = key;
    moveTo(wanted);
  }

  void moveTo(FetchPartition wanted) {
    currentLeaderEpoch = wanted.currentLeaderEpoch();
    fetchOffset = wanted.fetchOffset();
    lastFetchedEpoch = wanted.lastFetchedEpoch();
    maxBytes = wanted.partitionMaxBytes();
    followerLogStart = wanted.logStartOffset();
  }

  int currentLeaderEpoch() {
    return currentLeaderEpoch;
  }

  long fetchOffset() {
    return fetchOffset;
  }

  int lastFetchedEpoch() {
    return lastFetchedEpoch;
  }

  /** Where the epoch of its last record ends in this replica's log. */
  OffsetAndEpoch epochEnd(PartitionView view) {
    return view.log().endOffsetForEpoch(lastFetchedEpoch);
  }

  /** Whether the last record before it is not one of the log whose epoch ends there. */
  boolean isForeign(OffsetAndEpoch end) {
    return lastFetchedEpoch >= 0
        && (end.leaderEpoch() < lastFetchedEpoch || end.offset() < fetchOffset);
  }

  int maxBytes() {
    return maxBytes;
  }

  /** Where the log of who fetches begins; -1 unless it is a follower. */
  long followerLogStart() {
    return followerLogStart;
  }

  /** The partition's identity when its topic has this id; made once. */
  TopicIdPartition id(Uuid topicId) {
    if (id == null || !id.topicId().equals(topicId)) {
      id = new TopicIdPartition(topicId, key.partition());
    }
    return id;
  }

  /** Whether the client has not been told of these two yet. */
  boolean isNews(long highWatermark, long logStart) {
    return toldHighWatermark != highWatermark || toldLogStart != logStart;
  }

  /** Whether it was told of another high watermark than this. */
  boolean isOld(long highWatermark) {
    return toldHighWatermark != NEVER_TOLD && toldHighWatermark != highWatermark;
  }

  void told(long highWatermark, long logStart) {
    toldHighWatermark = highWatermark;
    toldLogStart = logStart;
  }

  /** The client was told of an error: whatever comes after it is news. */
  void toldError() {
    toldHighWatermark = NEVER_TOLD;
    toldLogStart = NEVER_TOLD;
  }
}
