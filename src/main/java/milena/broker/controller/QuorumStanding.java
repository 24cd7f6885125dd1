package milena.broker.controller;

import milena.broker.controller.Controller.BrokerHeartbeat;
import milena.broker.raft.MetadataLog;
import milena.broker.raft.QuorumState;

/** How the nodes that keep or read the metadata log stand, as the one that leads it knows. */
final class QuorumStanding {
  private final MetadataLog log;
  private final QuorumVoters voters = new QuorumVoters();
  private final QuorumObservers observers = new QuorumObservers();

  QuorumStanding(MetadataLog log) {
    this.log = log;
  }

  /** A broker says how far it has come; a time to see how far the voters are. */
  void heard(BrokerHeartbeat beat, long nowMs) {
    observers.heard(beat, log.image().lastSequence(), nowMs);
    if (voters.isDue(nowMs)) {
      voters.look(log.quorum(), nowMs);
    }
  }

  QuorumState describe(long nowMs) {
    return observers.beside(voters.look(log.quorum(), nowMs), log::entryOf, nowMs);
  }

  /** Another leads, and hears of them. */
  void forget() {
    voters.forget();
    observers.forget();
  }
}
