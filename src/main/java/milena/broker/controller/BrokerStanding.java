package milena.broker.controller;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How this node's broker stands with the controller: written by {@link BrokerLifecycle}, readable
 * from any thread.
 */
public final class BrokerStanding {
  private static final long NO_EPOCH = -1;

  private final CompletableFuture<Long> active = new CompletableFuture<>();
  private volatile long epoch = NO_EPOCH;
  private volatile boolean fenced = true;

  /** The epoch of this incarnation, -1 before it is registered. */
  public long epoch() {
    return epoch;
  }

  /** Whether the controller has shut this broker out, or was silent too long for us to know. */
  public boolean fenced() {
    return fenced;
  }

  /** Completes with the epoch when the controller has first let this broker in. */
  public CompletionStage<Long> whenActive() {
    return active.minimalCompletionStage();
  }

  void registered(long brokerEpoch) {
    epoch = brokerEpoch;
    fenced = true;
  }

  void fenced(boolean now) {
    fenced = now;
    if (!now) {
      active.complete(epoch);
    }
  }
}
