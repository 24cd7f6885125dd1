package milena.broker.controller;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Finds out whether a node that is not heard of is dead. */
public interface NodeProbe {

  /** Finds nobody dead. */
  NodeProbe NONE = (host, port) -> CompletableFuture.completedFuture(false);

  /**
   * Dials the port that a node is reached at by other nodes.
   *
   * @return whether its machine answers that nobody listens there; false when it says nothing
   */
  CompletionStage<Boolean> isDead(String host, int port);
}
