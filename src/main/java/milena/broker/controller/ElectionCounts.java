package milena.broker.controller;

import java.util.concurrent.atomic.LongAdder;
import milena.metadata.RiskyElection;

/**
 * How many elections this node's controllers have committed that may have lost records, since the
 * node started. May be read from any thread.
 */
public final class ElectionCounts {
  private final LongAdder unclean = new LongAdder();
  private final LongAdder lastKnownLeader = new LongAdder();

  /** Elections of a replica that was neither in sync nor eligible. */
  public long unclean() {
    return unclean.sum();
  }

  /** Elections of the last known leader, after nobody else was left (KIP-966). */
  public long ofLastKnownLeader() {
    return lastKnownLeader.sum();
  }

  void add(RiskyElection election) {
    (election.ofLastKnownLeader() ? lastKnownLeader : unclean).increment();
  }
}
