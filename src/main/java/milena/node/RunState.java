package milena.node;

import java.util.concurrent.CompletableFuture;

/**
 * How far a run of a node is on its way from its start to its end, and whether its cluster takes it
 * for dead. Of all who would end it the first one does; the others wait for that. Any thread.
 */
final class RunState {
  private enum Phase {
    STARTING,
    RUNNING,
    ENDING,
    ENDED
  }

  /** What a run that is taken for dead has to do. */
  enum Expulsion {
    /** It was known already, or the run is at its end. */
    NO_NEWS,
    /** The start fails. */
    WHILE_STARTING,
    /** The run withdraws. */
    WHILE_RUNNING
  }

  private final CompletableFuture<Boolean> end = new CompletableFuture<>();
  private Phase phase = Phase.STARTING;
  private boolean isExpelled;

  /** The start was a success; false when the run has been taken for dead meanwhile. */
  synchronized boolean started() {
    if (isExpelled) {
      return false;
    }
    phase = Phase.RUNNING;
    return true;
  }

  synchronized boolean isRunning() {
    return phase == Phase.RUNNING;
  }

  /** Whether whoever asks is the one to end it; else {@link #awaitEnd} is left to them. */
  synchronized boolean beginEnd() {
    boolean first = phase == Phase.STARTING || phase == Phase.RUNNING;
    if (first) {
      phase = Phase.ENDING;
    }
    return first;
  }

  /** It has ended. Returns {@code clean}. */
  boolean ended(boolean clean) {
    synchronized (this) {
      phase = Phase.ENDED;
    }
    end.complete(clean);
    return clean;
  }

  /** Waits until it has ended; whether that was clean. */
  boolean awaitEnd() {
    return end.join();
  }

  /** Its cluster takes it for dead. */
  synchronized Expulsion expelled() {
    if (phase == Phase.ENDING || phase == Phase.ENDED || isExpelled) {
      return Expulsion.NO_NEWS;
    }
    isExpelled = true;
    return phase == Phase.STARTING ? Expulsion.WHILE_STARTING : Expulsion.WHILE_RUNNING;
  }

  /** Whether its cluster takes it for dead. */
  synchronized boolean isExpelled() {
    return isExpelled;
  }

  @Override
  public synchronized String toString() {
    return phase.toString();
  }
}
