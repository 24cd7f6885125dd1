package milena.kafka.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionReplica.FollowerFetched;
import milena.broker.partition.PartitionView;
import milena.common.OffsetAndEpoch;
import milena.log.LogSlice;
import milena.log.LogView.AbortedTransaction;
import milena.log.OffsetOutOfLogException;
import milena.metadata.ClusterImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Reads the positions of one Fetch request from the partitions' published views, within the bounds
 * of the request, into an answer.
 */
final class FetchReader {
  private static final short LEADER_HINTS_SINCE_VERSION = 12;

  private final LocalPartitions partitions;
  private final RequestContext context;
  private final FetchAudience audience;
  private final boolean committedOnly;
  private final Sight sight;
  private final int minBytes;
  private final int maxBytes;

  FetchReader(
      LocalPartitions partitions,
      RequestContext context,
      FetchAudience audience,
      boolean committedOnly,
      int minBytes,
      int maxBytes) {
    this.partitions = partitions;
    this.context = context;
    this.audience = audience;
    this.committedOnly = committedOnly;
    this.sight = new Sight(audience.isFollower(), committedOnly, audience.eager());
    this.minBytes = minBytes;
    this.maxBytes = maxBytes;
  }

  /** All of the positions; null when that is too little yet and need not be now. */
  FetchAnswer read(List<FetchPosition> positions, boolean now) {
    return new Pass(false).over(positions, now);
  }

  /** All of the positions, as the first answer of this session. */
  FetchAnswer readFirst(FetchSession session, List<FetchPosition> positions, boolean now) {
    FetchAnswer answer = new Pass(false).over(positions, now);
    if (answer != null) {
      answer.setSessionId(session.id);
    }
    return answer;
  }

  /** What this session's client does not know yet; null as above. */
  FetchAnswer readNews(FetchSession session, boolean now) {
    Pass pass = new Pass(true);
    Iterable<FetchPosition> awake = session.awake();
    pass.known = session.asleep(); // of partitions that were there
    FetchAnswer answer = pass.over(awake, now);
    if (answer != null) {
      answer.setSessionId(session.id);
      session.served(pass.served);
      pass.exhausted.forEach(seen -> session.asleep(seen.position, seen.handle, seen.view));
    }
    return answer;
  }

  static FetchAnswer failed(Errors error, int sessionId) {
    FetchAnswer answer = new FetchAnswer();
    answer.setErrorCode(error.code()).setSessionId(sessionId);
    return answer;
  }

  /** The replica that this node hosts for a position, or null. */
  PartitionHandle find(FetchPosition position) {
    Uuid topicId = position.key.topicId();
    if (topicId.equals(Uuid.ZERO_UUID)) {
      topicId = partitions.image().topicIds().get(position.key.topic());
    }
    return topicId == null || position.key.partition() < 0
        ? null
        : partitions.registry().find(position.id(topicId));
  }

  /**
   * Tells the leaders how far their follower has come. It fetches from its log's end, so where that
   * agrees with the leader's log it has all before. Positions that an incremental request doesn't
   * name are as they were.
   */
  void report(List<FetchPosition> positions, long brokerEpoch) {
    for (FetchPosition position : positions) {
      PartitionHandle handle = find(position);
      if (handle == null) {
        continue;
      }
      PartitionView view = handle.view();
      long offset = position.fetchOffset();
      boolean agrees =
          LocalPartitions.checkLeader(handle, view, position.currentLeaderEpoch()) == Errors.NONE
              && offset >= view.log().logStartOffset()
              && offset <= view.log().logEndOffset()
              && !isForeign(position, epochEnd(position, view));
      if (agrees) {
        handle
            .replica()
            .tell(
                new FollowerFetched(
                    audience.followerId(),
                    brokerEpoch,
                    position.currentLeaderEpoch(),
                    offset,
                    position.followerLogStart()));
      }
    }
  }

  private static OffsetAndEpoch epochEnd(FetchPosition position, PartitionView view) {
    return view.log().endOffsetForEpoch(position.lastFetchedEpoch());
  }

  /** Whether the last record before the position is not one of the log whose epoch ends there. */
  private static boolean isForeign(FetchPosition position, OffsetAndEpoch end) {
    return position.lastFetchedEpoch() >= 0
        && (end.leaderEpoch() < position.lastFetchedEpoch()
            || end.offset() < position.fetchOffset());
  }

  /** Whether this replica answers those for whom this reads, in the leader epoch they know. */
  private Errors check(PartitionHandle handle, PartitionView view, int clientEpoch) {
    return audience.anyReplica()
        ? LocalPartitions.checkReplica(handle, view, clientEpoch)
        : LocalPartitions.checkLeader(handle, view, clientEpoch);
  }

  /** How far this request may see. */
  Sight sight() {
    return sight;
  }

  /** A position with nothing more to see in the view that was looked at. */
  private record Exhausted(FetchPosition position, PartitionHandle handle, PartitionView view) {}

  /** One pass over the positions. */
  private final class Pass {
    private final boolean newsOnly;
    private final List<Exhausted> exhausted = new ArrayList<>();
    private final FetchAnswer answer = new FetchAnswer();
    private final List<FetchPosition> served = new ArrayList<>();
    private final List<FetchPosition> positionsAnswered = new ArrayList<>();
    private final List<PartitionData> dataAnswered = new ArrayList<>();
    private FetchableTopicResponse topicResponse;
    private long bytes;
    private long throttledBytes;
    private boolean urgent; // something the client should hear of without waiting
    private int known; // positions of partitions that exist

    Pass(boolean newsOnly) {
      this.newsOnly = newsOnly;
    }

    FetchAnswer over(Iterable<FetchPosition> positions, boolean now) {
      try {
        for (FetchPosition position : positions) {
          read(position);
        }
      } catch (RuntimeException e) {
        answer.close();
        throw e;
      }
      if (now || urgent || known == 0 || bytes >= minBytes) {
        tell();
        audience.given(throttledBytes);
        return answer;
      }
      answer.close();
      return null;
    }

    private void read(FetchPosition position) {
      PartitionHandle handle = find(position);
      if (handle == null) {
        missing(position);
        return;
      }
      known++;
      PartitionView view = handle.view();
      Errors error = check(handle, view, position.currentLeaderEpoch());
      if (error != Errors.NONE) {
        fail(position, error);
        return;
      }
      try {
        if (!diverges(position, view)) {
          readRecords(position, handle, view);
        }
      } catch (OffsetOutOfLogException e) {
        outOfRange(position, view);
      } catch (IOException e) {
        fail(position, partitions.troubles().of(handle, view, e));
      }
    }

    private void readRecords(FetchPosition position, PartitionHandle handle, PartitionView view)
        throws IOException {
      long offset = position.fetchOffset();
      long logStart = view.log().logStartOffset();
      if (offset < logStart || offset > view.log().logEndOffset()) {
        outOfRange(position, view);
        return;
      }
      if (isNearerElsewhere(position, view)) {
        return;
      }
      long end = sight.end(view);
      if (newsOnly && offset >= end && audience.rack().isEmpty()) {
        exhausted.add(new Exhausted(position, handle, view));
      }
      int room = (int) Math.min(position.maxBytes(), Math.max(0, maxBytes - bytes));
      LogSlice slice = null;
      if (offset < end && (room > 0 || bytes == 0) && !audience.isHeldBack(partitions, view)) {
        slice = view.log().read(offset, end, room, bytes == 0);
        if (slice.sizeInBytes() == 0) {
          slice.close();
          slice = null;
        }
      }
      if (slice == null && newsOnly && !position.isNews(view.highWatermark(), logStart)) {
        return;
      }
      urgent |= audience.eager() && position.isOld(view.highWatermark());
      PartitionData data = empty(position, view);
      if (slice != null) {
        data.setRecords(new RecordsSlice(slice));
        bytes += slice.sizeInBytes();
        throttledBytes += audience.isThrottled(view) ? slice.sizeInBytes() : 0;
        served.add(position);
      }
      // First, so that a failure below closes the slice with the answer.
      add(position, data);
      if (committedOnly) {
        data.setAbortedTransactions(
            slice == null ? new ArrayList<>(0) : aborted(view, offset, end));
      }
    }

    /** Whether the client is sent to a follower nearer to it; tells it so. */
    private boolean isNearerElsewhere(FetchPosition position, PartitionView view) {
      if (audience.rack().isEmpty() || !view.leading()) {
        return false;
      }
      OptionalInt nearer =
          NearestReplica.of(partitions.image(), view.id(), audience.rack(), context.listenerName());
      if (nearer.isEmpty()) {
        return false;
      }
      urgent = true;
      add(position, empty(position, view).setPreferredReadReplica(nearer.getAsInt()));
      return true;
    }

    private PartitionData empty(FetchPosition position, PartitionView view) {
      return new PartitionData()
          .setPartitionIndex(position.key.partition())
          .setHighWatermark(view.highWatermark())
          .setLastStableOffset(view.lastStableOffset())
          .setLogStartOffset(view.log().logStartOffset())
          .setAbortedTransactions(null)
          .setRecords(MemoryRecords.EMPTY);
    }

    /** Whether the client's last record is not one of this log's (KIP-320, KIP-595); tells so. */
    private boolean diverges(FetchPosition position, PartitionView view) {
      if (position.lastFetchedEpoch() < 0) {
        return false;
      }
      OffsetAndEpoch end = epochEnd(position, view);
      if (end.leaderEpoch() < 0) {
        outOfRange(position, view);
        return true;
      }
      if (!isForeign(position, end)) {
        return false;
      }
      PartitionData data = empty(position, view);
      data.divergingEpoch().setEpoch(end.leaderEpoch()).setEndOffset(end.offset());
      urgent = true;
      add(position, data);
      return true;
    }

    private void outOfRange(FetchPosition position, PartitionView view) {
      PartitionData data = fail(position, Errors.OFFSET_OUT_OF_RANGE);
      if (audience.isFollower()) {
        // It begins anew there, and need not ask first.
        data.setHighWatermark(view.highWatermark()).setLogStartOffset(view.log().logStartOffset());
      }
    }

    private void missing(FetchPosition position) {
      TopicImage topic = topic(position);
      Errors error =
          LocalPartitions.whyMissing(topic, position.key.topicId(), position.key.partition());
      if (error == Errors.NOT_LEADER_OR_FOLLOWER) {
        known++;
        fail(position, error);
      } else {
        // Kafka's clients ask again at once: an answer that need not be now spares both sides.
        boolean wasUrgent = urgent;
        fail(position, error);
        urgent = wasUrgent;
      }
    }

    private PartitionData fail(FetchPosition position, Errors error) {
      urgent = true;
      PartitionData data =
          new PartitionData()
              .setPartitionIndex(position.key.partition())
              .setErrorCode(error.code())
              .setHighWatermark(-1)
              .setLogStartOffset(-1)
              .setAbortedTransactions(null)
              .setRecords(MemoryRecords.EMPTY);
      boolean elsewhere =
          error == Errors.NOT_LEADER_OR_FOLLOWER || error == Errors.FENCED_LEADER_EPOCH;
      if (elsewhere && context.apiVersion() >= LEADER_HINTS_SINCE_VERSION) {
        hint(position, data);
      }
      add(position, data);
      return data;
    }

    private void hint(FetchPosition position, PartitionData data) {
      LeaderHint hint =
          LeaderHint.of(
              partitions.image(),
              topic(position),
              position.key.partition(),
              context.listenerName());
      data.currentLeader().setLeaderId(hint.leaderId()).setLeaderEpoch(hint.leaderEpoch());
      if (context.apiVersion() >= 16
          && hint.endpoint().isPresent()
          && answer.nodeEndpoints().find(hint.leaderId()) == null) {
        answer
            .nodeEndpoints()
            .add(
                new NodeEndpoint()
                    .setNodeId(hint.leaderId())
                    .setHost(hint.endpoint().get().host())
                    .setPort(hint.endpoint().get().port())
                    .setRack(hint.rack().orElse(null)));
      }
    }

    private void add(FetchPosition position, PartitionData data) {
      FetchPosition.Key key = position.key;
      if (topicResponse == null
          || !topicResponse.topicId().equals(key.topicId())
          || !topicResponse.topic().equals(key.topic())) {
        topicResponse =
            new FetchableTopicResponse().setTopic(key.topic()).setTopicId(key.topicId());
        answer.responses().add(topicResponse);
      }
      topicResponse.partitions().add(data);
      positionsAnswered.add(position);
      dataAnswered.add(data);
    }

    /** Remembers what the client is told now. */
    private void tell() {
      for (int i = 0; i < dataAnswered.size(); i++) {
        PartitionData data = dataAnswered.get(i);
        if (data.errorCode() == Errors.NONE.code()) {
          positionsAnswered.get(i).told(data.highWatermark(), data.logStartOffset());
        } else {
          positionsAnswered.get(i).toldError();
        }
      }
    }

    private TopicImage topic(FetchPosition position) {
      ClusterImage image = partitions.image();
      return position.key.topicId().equals(Uuid.ZERO_UUID)
          ? image.topic(position.key.topic())
          : image.topic(position.key.topicId());
    }

    private List<FetchResponseData.AbortedTransaction> aborted(
        PartitionView view, long from, long to) throws IOException {
      List<FetchResponseData.AbortedTransaction> list = new ArrayList<>(0);
      for (AbortedTransaction aborted : view.log().abortedTransactions(from, to)) {
        list.add(
            new FetchResponseData.AbortedTransaction()
                .setProducerId(aborted.producerId())
                .setFirstOffset(aborted.firstOffset()));
      }
      return list;
    }
  }
}
