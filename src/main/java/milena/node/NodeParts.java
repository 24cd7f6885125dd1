package milena.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import java.util.List;
import java.util.concurrent.Executor;
import milena.broker.controller.BrokerLifecycle;
import milena.broker.controller.BrokerStanding;
import milena.broker.controller.Controller;
import milena.broker.coordinator.GroupRegistry;
import milena.broker.partition.PartitionRegistry;
import milena.broker.partition.ReplicaDirectory;
import milena.broker.partition.ReplicaReconciler;
import milena.broker.partition.ReplicationThrottle;
import milena.common.config.BrokerConfig;
import milena.group.GroupConfig;
import milena.metadata.ImageSource;
import milena.metadata.SettingsInForce;

/**
 * The parts of a node that is up, as the front door and the stop need them.
 *
 * @param throttle on what followers of this node's leaders are given
 * @param blocking runs what may block
 */
record NodeParts(
    ActorSystem<?> system,
    BrokerConfig config,
    ImageSource images,
    SettingsInForce settings,
    PartitionRegistry registry,
    ReplicationThrottle throttle,
    GroupRegistry groups,
    GroupConfig groupConfig,
    List<ReplicaDirectory> directories,
    ActorRef<Controller.Command> controller,
    BrokerStanding standing,
    Executor blocking,
    ActorRef<BrokerLifecycle.Command> lifecycle,
    ActorRef<ReplicaReconciler.Command> reconciler) {}
