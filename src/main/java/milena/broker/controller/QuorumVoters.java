package milena.broker.controller;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import milena.broker.raft.QuorumState;
import milena.broker.raft.QuorumState.Progress;

/**
 * When each voter was last heard of and last had all that was committed, for as long as this node
 * leads them. The metadata log tells how they stand at this moment only, so it is looked at now and
 * then; of a voter that went down, what was seen last stays. As with Kafka, a new leader knows
 * nothing of one that it has not heard yet.
 */
final class QuorumVoters {
  private static final long NOT_YET = -1;
  private static final long LOOK_EVERY_MS = 250;

  private final Map<Integer, Long> caughtUpMs = new HashMap<>();
  private long term = NOT_YET;
  private long lookedMs;
  private long committedThen;

  /** Another leads. */
  void forget() {
    caughtUpMs.clear();
    term = NOT_YET;
  }

  /** Whether it is time to {@link #look} again. */
  boolean isDue(long nowMs) {
    return term == NOT_YET || nowMs - lookedMs >= LOOK_EVERY_MS;
  }

  /** The voters as they stand, with when each was last known to have had everything. */
  QuorumState look(QuorumState now, long nowMs) {
    if (now.term() != term) {
      forget();
      term = now.term();
      committedThen = now.committed();
    }
    List<Progress> voters = new ArrayList<>();
    for (Progress each : now.progress()) {
      voters.add(look(each, now, nowMs));
    }
    committedThen = now.committed();
    lookedMs = nowMs;
    return new QuorumState(now.leader(), now.term(), now.committed(), voters, now.observers());
  }

  private Progress look(Progress voter, QuorumState now, long nowMs) {
    if (voter.nodeId() == now.leader()) {
      return new Progress(voter.nodeId(), voter.lastEntry(), 0, 0);
    }
    if (voter.lastEntry() < 0) {
      return new Progress(voter.nodeId(), -1, -1, -1);
    }
    long heardMs = nowMs - voter.heardMsAgo();
    if (voter.lastEntry() >= now.committed()) {
      caughtUpMs.merge(voter.nodeId(), heardMs, Math::max);
    } else if (voter.lastEntry() >= committedThen && heardMs >= lookedMs) {
      caughtUpMs.merge(voter.nodeId(), lookedMs, Math::max);
    }
    Long caughtUp = caughtUpMs.get(voter.nodeId());
    return new Progress(
        voter.nodeId(),
        voter.lastEntry(),
        voter.heardMsAgo(),
        caughtUp == null ? -1 : nowMs - caughtUp);
  }
}
