package milena.broker.controller;

import java.time.Duration;
import java.util.Optional;
import milena.metadata.TopicDecisions.TopicDefaults;

/**
 * What the controller goes by, whichever node it is on.
 *
 * @param clusterId the name of a new cluster, if this node's directories have one already
 * @param session how long a broker may be silent
 * @param minInSyncReplicas where neither a topic nor the cluster sets it
 */
public record ControllerSettings(
    Optional<String> clusterId,
    TopicDefaults topicDefaults,
    Duration session,
    int minInSyncReplicas) {}
