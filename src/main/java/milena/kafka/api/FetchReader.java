package milena.kafka.api;

import java.util.List;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionReplica.FollowerFetched;
import milena.broker.partition.PartitionView;
import org.apache.kafka.common.protocol.Errors;

/**
 * Reads the positions of one Fetch request from the partitions' published views, within the bounds
 * of the request, into an answer.
 */
final class FetchReader {
  private final FetchTerms terms;
  private boolean held;

  FetchReader(FetchTerms terms) {
    this.terms = terms;
  }

  /**
   * All of the positions; null when that is too little yet and need not be now, or when all there
   * is has to come from the disk.
   *
   * @param waiter told when something has come from there
   */
  FetchAnswer read(List<FetchPosition> positions, boolean now, ReadAhead.Waiter waiter) {
    return over(new FetchPass(terms, false, waiter), positions, now);
  }

  private FetchAnswer over(FetchPass pass, Iterable<FetchPosition> positions, boolean now) {
    FetchAnswer answer = pass.over(positions, now);
    held = pass.isHeld();
    return answer;
  }

  /** All of the positions, as the first answer of this session. */
  FetchAnswer readFirst(
      FetchSession session, List<FetchPosition> positions, boolean now, ReadAhead.Waiter waiter) {
    FetchAnswer answer = read(positions, now, waiter);
    if (answer != null) {
      answer.setSessionId(session.id);
    }
    return answer;
  }

  /** What this session's client does not know yet; null as above. */
  FetchAnswer readNews(FetchSession session, boolean now, ReadAhead.Waiter waiter) {
    FetchPass pass = new FetchPass(terms, true, waiter);
    Iterable<FetchPosition> awake = session.awake();
    pass.alsoKnown(session.asleep());
    FetchAnswer answer = over(pass, awake, now);
    if (answer != null) {
      answer.setSessionId(session.id);
      session.served(pass.served());
      pass.exhausted().forEach(seen -> session.asleep(seen.position(), seen.handle(), seen.view()));
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
    return terms.find(position);
  }

  /**
   * Tells the leaders how far their follower has come. It fetches from its log's end, so where that
   * agrees with the leader's log it has all before. Positions that an incremental request doesn't
   * name are as they were.
   */
  void report(List<FetchPosition> positions, long brokerEpoch) {
    for (FetchPosition position : positions) {
      PartitionHandle handle = terms.find(position);
      if (handle == null) {
        continue;
      }
      PartitionView view = handle.view();
      long offset = position.fetchOffset();
      boolean agrees =
          LocalPartitions.checkLeader(handle, view, position.currentLeaderEpoch()) == Errors.NONE
              && offset >= view.log().logStartOffset()
              && offset <= view.log().logEndOffset()
              && !position.isForeign(position.epochEnd(view));
      if (agrees) {
        handle
            .replica()
            .tell(
                new FollowerFetched(
                    terms.audience().followerId(),
                    brokerEpoch,
                    position.currentLeaderEpoch(),
                    offset,
                    position.followerLogStart()));
      }
    }
  }

  /**
   * Whether the last read found records, but of those for which nobody waits: a follower that takes
   * them a moment later takes more of them at once.
   */
  boolean isHeld() {
    return held;
  }

  /** How far this request may see. */
  Sight sight() {
    return terms.sight();
  }
}
