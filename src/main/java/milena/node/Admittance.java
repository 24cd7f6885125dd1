package milena.node;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import milena.common.config.BrokerConfig;
import org.slf4j.Logger;

/**
 * Waits until a cluster has let a node in, and says now and then what that hangs on: a node that is
 * started before the others would otherwise be silent for as long as they take.
 */
final class Admittance {
  private static final Duration WORD = Duration.ofSeconds(10);

  private final BrokerConfig config;
  private final IntSupplier quorumLeader;
  private final Logger log;

  /**
   * @param quorumLeader the node that leads the metadata log, -1 while none is known
   */
  Admittance(BrokerConfig config, IntSupplier quorumLeader, Logger log) {
    this.config = config;
    this.quorumLeader = quorumLeader;
    this.log = log;
  }

  /**
   * A broker gives up after {@code initial.broker.registration.timeout.ms}, as Kafka's does; one
   * that is a controller as well waits as long as it takes, since the others wait for it just so.
   *
   * @throws TimeoutException if it was not let in in time
   */
  <T> T await(CompletableFuture<T> up)
      throws InterruptedException, ExecutionException, TimeoutException {
    long began = System.nanoTime();
    Optional<Duration> limit =
        config.isBroker() && !config.isController()
            ? Optional.of(Duration.ofMillis(config.liveness().registrationTimeoutMs()))
            : Optional.empty();
    while (true) {
      Duration waited = Duration.ofNanos(System.nanoTime() - began);
      Duration next =
          limit.map(l -> l.minus(waited)).filter(l -> l.compareTo(WORD) < 0).orElse(WORD);
      try {
        return up.get(next.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (next != WORD) {
          throw e;
        }
        tell(limit);
      }
    }
  }

  private void tell(Optional<Duration> limit) {
    String until =
        limit.map(l -> "gives up after " + l.toSeconds() + " s").orElse("goes on waiting");
    int leader = quorumLeader.getAsInt();
    if (leader < 0) {
      log.warn(
          "Node {} waits for a leader of the metadata log: most of the controllers must run and be"
              + " reachable, which are {}. It {}.",
          config.nodeId(),
          controllers(),
          until);
    } else {
      log.warn(
          "Node {} waits for the controller, node {}, to let it in. It {}.",
          config.nodeId(),
          leader,
          until);
    }
  }

  private String controllers() {
    String voters = config.layers().text("controller.quorum.voters");
    return voters.isEmpty() ? config.layers().text("controller.quorum.bootstrap.servers") : voters;
  }
}
