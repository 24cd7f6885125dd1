package milena.kafka.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import milena.broker.partition.PartitionHandle;
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
 * One pass over the positions of a Fetch request: reads them from the partitions' published views
 * into an answer.
 */
final class FetchPass {
  private static final short LEADER_HINTS_SINCE_VERSION = 12;

  /** A follower is never held back with as much as this: it has some way to go. */
  private static final int HELD_BYTES_MAX = 256 << 10;

  /** A position with nothing more to see in the view that was looked at. */
  record Exhausted(FetchPosition position, PartitionHandle handle, PartitionView view) {}

  private final FetchTerms terms;
  private final boolean newsOnly;
  private final List<Exhausted> exhausted = new ArrayList<>();
  private final FetchAnswer answer = new FetchAnswer();
  private final List<FetchPosition> served = new ArrayList<>();
  private final List<FetchPosition> positionsAnswered = new ArrayList<>();
  private final List<PartitionData> dataAnswered = new ArrayList<>();
  private FetchableTopicResponse topicResponse;
  private final FetchedRecords records;
  private boolean held;
  private boolean urgent; // something the client should hear of without waiting
  private int known; // positions of partitions that exist

  /**
   * A pass for one fetch.
   *
   * @param waiter told when old records have come that the answer lacks
   */
  FetchPass(FetchTerms terms, boolean newsOnly, ReadAhead.Waiter waiter) {
    this.terms = terms;
    this.records = new FetchedRecords(terms, waiter);
    this.newsOnly = newsOnly;
  }

  /** Reads them; null when that is too little yet and need not be now. */
  FetchAnswer over(Iterable<FetchPosition> positions, boolean now) {
    try {
      for (FetchPosition position : positions) {
        read(position);
      }
    } catch (RuntimeException e) {
      answer.close();
      throw e;
    }
    long bytes = records.bytes();
    held =
        terms.audience().isFollower()
            && bytes > 0
            && bytes < HELD_BYTES_MAX
            && !records.areAwaited();
    boolean enough = now || (bytes >= terms.minBytes() && !held);
    if (urgent || known == 0 || (enough && !records.areOnTheirWay())) {
      tell();
      records.given();
      return answer;
    }
    answer.close();
    return null;
  }

  /** Positions of partitions that are there and need no look count as well. */
  void alsoKnown(int positions) {
    known += positions;
  }

  /** Positions whose records are in the answer. */
  List<FetchPosition> served() {
    return served;
  }

  /** Positions with nothing more to see. */
  List<Exhausted> exhausted() {
    return exhausted;
  }

  /**
   * Whether it found records, but of those for which nobody waits: a follower that takes them a
   * moment later takes more of them at once.
   */
  boolean isHeld() {
    return held;
  }

  private void read(FetchPosition position) {
    PartitionHandle handle = terms.find(position);
    if (handle == null) {
      missing(position);
      return;
    }
    known++;
    PartitionView view = handle.view();
    Errors error = terms.check(handle, view, position.currentLeaderEpoch());
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
      fail(position, terms.partitions().troubles().of(handle, view, e));
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
    long end = terms.sight().end(view);
    if (newsOnly && offset >= end && terms.audience().rack().isEmpty()) {
      exhausted.add(new Exhausted(position, handle, view));
    }
    LogSlice slice = records.read(position, view, end);
    if (slice == null && newsOnly && !position.isNews(view.highWatermark(), logStart)) {
      return;
    }
    urgent |= terms.audience().eager() && position.isOld(view.highWatermark());
    PartitionData data = empty(position, view);
    if (slice != null) {
      data.setRecords(new RecordsSlice(slice));
      served.add(position);
    }
    // First, so that a failure below closes the slice with the answer.
    add(position, data);
    if (terms.committedOnly()) {
      data.setAbortedTransactions(slice == null ? new ArrayList<>(0) : aborted(view, offset, end));
    }
  }

  /** Whether the client is sent to a follower nearer to it; tells it so. */
  private boolean isNearerElsewhere(FetchPosition position, PartitionView view) {
    if (terms.audience().rack().isEmpty() || !view.leading()) {
      return false;
    }
    OptionalInt nearer =
        NearestReplica.of(
            terms.partitions().image(),
            view.id(),
            terms.audience().rack(),
            terms.context().listenerName());
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
    OffsetAndEpoch end = position.epochEnd(view);
    if (end.leaderEpoch() < 0) {
      outOfRange(position, view);
      return true;
    }
    if (!position.isForeign(end)) {
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
    if (terms.audience().isFollower()) {
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
    if (elsewhere && terms.context().apiVersion() >= LEADER_HINTS_SINCE_VERSION) {
      hint(position, data);
    }
    add(position, data);
    return data;
  }

  private void hint(FetchPosition position, PartitionData data) {
    LeaderHint hint =
        LeaderHint.of(
            terms.partitions().image(),
            topic(position),
            position.key.partition(),
            terms.context().listenerName());
    data.currentLeader().setLeaderId(hint.leaderId()).setLeaderEpoch(hint.leaderEpoch());
    if (terms.context().apiVersion() >= 16
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
      topicResponse = new FetchableTopicResponse().setTopic(key.topic()).setTopicId(key.topicId());
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
    ClusterImage image = terms.partitions().image();
    return position.key.topicId().equals(Uuid.ZERO_UUID)
        ? image.topic(position.key.topic())
        : image.topic(position.key.topicId());
  }

  private List<FetchResponseData.AbortedTransaction> aborted(PartitionView view, long from, long to)
      throws IOException {
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
