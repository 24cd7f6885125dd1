package milena.kafka.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionView;
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
 *
 * <p>A request looks only at the positions that are <em>awake</em>: a position falls asleep once
 * the client knows all there is to see, under a {@link SessionWatch} that wakes it when the
 * partition publishes something or the client when it moves. So an idle partition costs nothing.
 */
final class FetchSession {
  final int id;
  final boolean byTopicId;
  private final Map<FetchPosition.Key, FetchPosition> positions = new LinkedHashMap<>();
  private final Set<FetchPosition> awake = new LinkedHashSet<>();
  private final ConcurrentLinkedQueue<FetchPosition> changed = new ConcurrentLinkedQueue<>();
  private final AtomicReference<FetchCall> waiting = new AtomicReference<>();
  private volatile Sight sight;
  private boolean ended;
  private int epoch = 1; // the one that the next request has to name
  private volatile long lastUsedNanos;
  private volatile int size;

  FetchSession(int id, boolean byTopicId, Sight sight, List<FetchPosition> first, long nowNanos) {
    this.id = id;
    this.sight = sight;
    this.byTopicId = byTopicId;
    this.lastUsedNanos = nowNanos;
    for (FetchPosition position : first) {
      positions.put(position.key, position);
    }
    this.awake.addAll(positions.values());
    this.size = positions.size();
  }

  /** Takes an incremental request's changes, unless it is out of turn. */
  synchronized Errors update(
      FetchRequestData request, boolean requestByTopicId, Sight requestSight, long nowNanos) {
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
          position = new FetchPosition(key, wanted);
          positions.put(key, position);
        } else {
          position.moveTo(wanted);
        }
        awake.add(position);
      }
    }
    for (ForgottenTopic topic : request.forgottenTopicsData()) {
      for (int partition : topic.partitions()) {
        forget(positions.remove(new FetchPosition.Key(topic.topic(), topic.topicId(), partition)));
      }
    }
    if (!requestSight.equals(sight)) {
      sight = requestSight;
      awake.addAll(positions.values());
    }
    size = positions.size();
    epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    return Errors.NONE;
  }

  /** Whether the request that named this epoch is still the session's latest. */
  boolean isLatest(int requestEpoch) {
    return epoch == (requestEpoch == Integer.MAX_VALUE ? 1 : requestEpoch + 1);
  }

  private void forget(FetchPosition position) {
    if (position != null) {
      awake.remove(position);
      closeWatch(position);
    }
  }

  private static void closeWatch(FetchPosition position) {
    if (position.watch != null) {
      position.watch.close();
      position.watch = null;
    }
  }

  /** How far its client sees; any thread. */
  Sight sight() {
    return sight;
  }

  /** The positions to look at, those of which something has changed included. */
  Iterable<FetchPosition> awake() {
    FetchPosition position;
    while ((position = changed.poll()) != null) {
      position.changed.set(false); // before its partition is looked at
      if (positions.get(position.key) == position) {
        awake.add(position);
      }
    }
    return awake;
  }

  /** How many positions need no look. */
  int asleep() {
    return positions.size() - awake.size();
  }

  /**
   * A partition has published something; from its thread.
   *
   * @param answerable whether a waiting call may have its answer now
   * @param hurried whether it should even if it is held back a little
   */
  void changed(FetchPosition position, boolean answerable, boolean hurried) {
    if (position.changed.compareAndSet(false, true)) {
      changed.add(position);
    }
    FetchCall call = answerable ? waiting.get() : null;
    if (call != null) {
      call.wake(hurried);
    }
  }

  /** The client knows all of what this view shows: there is nothing to do until the next. */
  void asleep(FetchPosition position, PartitionHandle handle, PartitionView seen) {
    if (ended) {
      return;
    }
    awake.remove(position);
    watch(position, handle);
    if (handle.view() != seen) {
      changed(position, false, false);
    }
  }

  private void watch(FetchPosition position, PartitionHandle handle) {
    if (position.watch == null || !position.watch.isOpenOn(handle)) {
      closeWatch(position);
      position.watch = SessionWatch.open(this, position, handle);
    }
  }

  /**
   * Wakes the call from now on when it may have an answer. What came before has woken nobody: look
   * once more. A call that waits already is woken, because its turn is over.
   */
  synchronized void await(FetchCall call, FetchReader reader) {
    FetchCall late = waiting.getAndSet(call);
    if (late != null) {
      late.wake(true);
    }
    for (FetchPosition position : awake()) {
      PartitionHandle handle = ended ? null : reader.find(position);
      if (handle != null) {
        watch(position, handle);
      }
    }
  }

  void waitsNoLonger(FetchCall call) {
    waiting.compareAndSet(call, null);
  }

  /** It is over: takes its eyes off the partitions. */
  synchronized void end() {
    ended = true;
    positions.values().forEach(FetchSession::closeWatch);
  }

  /** How many positions it had when it was last changed. */
  int size() {
    return size;
  }

  /** Puts what has just been served behind the others, so that none of them starves. */
  void served(List<FetchPosition> served) {
    if (served.size() < awake.size()) {
      for (FetchPosition position : served) {
        awake.remove(position);
        awake.add(position);
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
