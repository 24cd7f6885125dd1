package milena.broker.coordinator;

import akka.actor.typed.BackoffSupervisorStrategy;
import akka.actor.typed.SupervisorStrategy;
import java.time.Duration;
import milena.broker.coordinator.JournalPartition.WriteRefused;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * How a coordinator ends when its journal fails it: it stops, which the {@link GroupHost} tells in
 * a line, and not in a page as Akka would.
 */
final class CoordinatorFailures {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCoordinator.class);

  /** When an event was not stored. */
  static final SupervisorStrategy END_WRITE = SupervisorStrategy.stop().withLogLevel(Level.DEBUG);

  /**
   * When it could not recover. Without a restart there is no delay: Akka wants one all the same.
   */
  static final BackoffSupervisorStrategy END_RECOVERY =
      SupervisorStrategy.restartWithBackoff(Duration.ofSeconds(1), Duration.ofSeconds(1), 0)
          .withMaxRestarts(0)
          .withLogLevel(Level.DEBUG);

  private CoordinatorFailures() {}

  /** Says why a group could not be recovered, unless its partition leads elsewhere by now. */
  static void tell(String groupId, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof WriteRefused) {
        LOG.debug("Group {} is not recovered here: {}", groupId, cause.getMessage());
        return;
      }
    }
    LOG.warn("Group {} could not be recovered; it is tried again", groupId, failure);
  }
}
