package milena.broker.controller;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import milena.broker.controller.Controller.BrokerHeartbeat;
import milena.broker.raft.QuorumState;
import milena.broker.raft.QuorumState.Progress;

/**
 * How far the nodes that read the metadata log without voting have come, as their heartbeats to the
 * controller tell. Who is not heard of for five minutes is one no longer, as with Kafka.
 */
final class QuorumObservers {
  private static final long FORGET_MS = 300_000;

  private final Map<Integer, Heard> heard = new HashMap<>();

  /**
   * A node's last heartbeat.
   *
   * @param lastSequence the last event that was committed then
   * @param caughtUpMs when the node is known to have had everything, -1 for never
   */
  private record Heard(long applied, long lastSequence, long atMs, long caughtUpMs) {}

  /**
   * A broker says how far it has come.
   *
   * @param lastSequence the last event that is committed by now
   */
  void heard(BrokerHeartbeat beat, long lastSequence, long nowMs) {
    Heard before = heard.get(beat.brokerId());
    long caughtUpMs = before == null ? -1 : before.caughtUpMs();
    if (before != null && beat.appliedSequence() >= before.lastSequence()) {
      caughtUpMs = before.atMs();
    }
    if (beat.appliedSequence() >= lastSequence) {
      caughtUpMs = nowMs;
    }
    heard.put(beat.brokerId(), new Heard(beat.appliedSequence(), lastSequence, nowMs, caughtUpMs));
  }

  /** Another controls the cluster, and hears of them. */
  void forget() {
    heard.clear();
  }

  /**
   * The quorum with those who don't vote.
   *
   * @param entryOf the entry of the log that an event is in
   */
  QuorumState beside(QuorumState voters, LongUnaryOperator entryOf, long nowMs) {
    heard.values().removeIf(each -> nowMs - each.atMs() > FORGET_MS);
    Set<Integer> voting = new HashSet<>();
    voters.progress().forEach(voter -> voting.add(voter.nodeId()));
    List<Progress> observers = new ArrayList<>();
    heard.forEach(
        (id, each) -> {
          if (!voting.contains(id)) {
            observers.add(
                new Progress(
                    id,
                    entryOf.applyAsLong(each.applied()),
                    nowMs - each.atMs(),
                    each.caughtUpMs() < 0 ? -1 : nowMs - each.caughtUpMs()));
          }
        });
    return voters.with(observers);
  }
}
