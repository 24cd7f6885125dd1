package milena.broker.controller;

import java.time.Duration;
import java.util.Optional;
import milena.metadata.ElectionRules;
import milena.metadata.TopicDecisions.TopicDefaults;

/**
 * What the controller goes by, whichever node it is on.
 *
 * @param clusterId the name of a new cluster, if this node's directories have one already
 * @param session how long a broker may be silent
 * @param elections how leaders are elected where neither a topic nor the cluster says otherwise
 * @param balanceEvery how often leadership goes back to the preferred replicas; empty for never
 */
public record ControllerSettings(
    Optional<String> clusterId,
    TopicDefaults topicDefaults,
    Duration session,
    ElectionRules elections,
    Optional<Duration> balanceEvery) {

  /** A node that was silent for so long is looked at. */
  long lookAfterMs() {
    return session.toMillis() / 2;
  }

  /** A node that was silent for so long, and can't be reached, is dead. */
  long deadAfterMs() {
    return session.toMillis() * 10;
  }
}
