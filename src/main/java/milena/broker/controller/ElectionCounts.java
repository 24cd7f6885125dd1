package milena.broker.controller;

import java.util.concurrent.atomic.AtomicLong;
import milena.metadata.RiskyElection;

/**
 * How many elections this node's controllers, one after another, have committed that may have lost
 * records: of a replica that was neither in sync nor eligible, and of the last known leader after
 * nobody else was left (KIP-966).
 */
public final class ElectionCounts {
  private final AtomicLong unclean = new AtomicLong();
  private final AtomicLong lastKnownLeader = new AtomicLong();

  /** Counts one more; how many of its kind there are since the node started. */
  long add(RiskyElection election) {
    return (election.ofLastKnownLeader() ? lastKnownLeader : unclean).incrementAndGet();
  }
}
