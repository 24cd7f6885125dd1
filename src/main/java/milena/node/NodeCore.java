package milena.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import java.util.concurrent.Executor;
import milena.broker.controller.Controller;
import milena.broker.raft.MetadataLog;
import milena.common.config.BrokerConfig;
import milena.metadata.ImageSource;
import milena.metadata.SettingsInForce;

/**
 * The parts of a node that don't depend on its roles.
 *
 * @param controller the way to the controller, wherever it is
 * @param blocking runs what may block
 */
record NodeCore(
    ActorSystem<?> system,
    BrokerConfig config,
    MetadataLog log,
    ImageSource images,
    SettingsInForce settings,
    ActorRef<Controller.Command> controller,
    Executor blocking) {}
