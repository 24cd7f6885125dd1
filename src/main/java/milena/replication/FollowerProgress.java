package milena.replication;

/** How far a follower has come, as its fetches tell its leader. */
final class FollowerProgress {
  /** The follower's incarnation, -1 before its first fetch. */
  private long brokerEpoch = -1;

  /** The follower has all before; -1 when unknown. */
  private long end = -1;

  /** Where its log begins; -1 when unknown. */
  private long logStart = -1;

  private long fetchedMs;
  private long leaderEndThen;

  /** When it last had all that the leader had. */
  private long caughtUpMs;

  /** No new membership is asked for before. */
  private long refusedUntilMs = Long.MIN_VALUE;

  /**
   * @param caughtUpMs since when it may lag
   */
  FollowerProgress(long caughtUpMs) {
    this.caughtUpMs = caughtUpMs;
    this.fetchedMs = caughtUpMs;
  }

  /**
   * Takes in a fetch.
   *
   * @return false when it is older than what is known, by the follower's incarnation
   */
  boolean fetched(long fromBrokerEpoch, long offset, long leaderEnd, long nowMs) {
    if (fromBrokerEpoch < brokerEpoch) {
      return false;
    }
    if (offset >= leaderEnd) {
      caughtUpMs = nowMs;
    } else if (offset >= leaderEndThen && end >= 0) {
      // It has by now all that the leader had when it fetched before.
      caughtUpMs = Math.max(caughtUpMs, fetchedMs);
    }
    brokerEpoch = fromBrokerEpoch;
    end = offset;
    fetchedMs = nowMs;
    leaderEndThen = leaderEnd;
    return true;
  }

  /** Its log begins there; what an earlier incarnation said is ignored. */
  void beginsAt(long fromBrokerEpoch, long offset) {
    if (fromBrokerEpoch >= brokerEpoch) {
      logStart = offset;
    }
  }

  long logStart() {
    return logStart;
  }

  /** The leader's log is about to grow past this end: whoever had all lags only from now on. */
  void leaderGrew(long formerEnd, long nowMs) {
    if (end >= formerEnd) {
      caughtUpMs = nowMs;
    }
  }

  void refusedUntil(long ms) {
    refusedUntilMs = ms;
  }

  boolean mayAsk(long nowMs) {
    return nowMs >= refusedUntilMs;
  }

  boolean lags(long leaderEnd, long lagMaxMs, long nowMs) {
    return end < leaderEnd && nowMs - caughtUpMs > lagMaxMs;
  }

  long brokerEpoch() {
    return brokerEpoch;
  }

  long end() {
    return end;
  }
}
