package milena.broker.controller;

import akka.actor.typed.javadsl.ActorContext;
import java.time.Duration;
import java.util.List;
import milena.broker.controller.Controller.Command;
import milena.broker.controller.Controller.FoundDead;
import milena.broker.controller.Controller.FoundNothing;
import milena.broker.controller.Controller.SuspectNode;
import milena.common.Outcome;
import milena.metadata.BrokerImage;
import milena.metadata.ClusterImage;
import milena.metadata.Decision;
import milena.metadata.MemberNode;

/**
 * What the controller does about nodes that say nothing: has a look at them, fences brokers, and
 * buries who is dead. Looks are taken elsewhere; what they tell comes back as a message.
 */
final class SilenceWatch {
  private static final Decision<Outcome> NOTHING = Decision.reply(Outcome.SUCCESS);

  private final ActorContext<Command> context;
  private final ControllerWatch watch;
  private final NodeProbe probe;
  private final Duration session;

  SilenceWatch(
      ActorContext<Command> context, ControllerWatch watch, NodeProbe probe, Duration session) {
    this.context = context;
    this.watch = watch;
    this.probe = probe;
    this.session = session;
  }

  /** Buries one node that is dead, or fences the brokers that are silent. */
  Decision<Outcome> check(ClusterImage image) {
    look(image);
    List<MemberNode> dead = watch.dead(image);
    if (!dead.isEmpty()) {
      return bury(image, dead.get(0), "silent for too long, and can't be reached");
    }
    List<BrokerImage> silent = watch.silent(image);
    for (BrokerImage broker : silent) {
      context
          .getLog()
          .warn("Fences broker {} (epoch {}): silent for {}", broker.id(), broker.epoch(), session);
    }
    return silent.isEmpty() ? NOTHING : watch.fence(image, silent);
  }

  /** Somebody takes a node for dead. */
  Decision<Outcome> suspect(ClusterImage image, SuspectNode command) {
    watch.suspect(command.uid());
    look(image);
    return NOTHING;
  }

  private void look(ClusterImage image) {
    for (MemberNode node : watch.toLookAt(image)) {
      context.pipeToSelf(
          probe.isDead(node.host(), node.port()),
          (dead, failure) ->
              failure == null && dead ? new FoundDead(node) : new FoundNothing(node.uid()));
    }
  }

  Decision<Outcome> foundDead(ClusterImage image, FoundDead found) {
    watch.looked(found.node().uid());
    return bury(image, found.node(), "its port is refused");
  }

  Decision<Outcome> foundNothing(ClusterImage image, FoundNothing found) {
    watch.looked(found.uid());
    return NOTHING;
  }

  private Decision<Outcome> bury(ClusterImage image, MemberNode node, String why) {
    Decision<Outcome> decision = watch.bury(image, node);
    if (!decision.events().isEmpty()) {
      context.getLog().warn("Node {} has died (run {}): {}", node.id(), node.uid(), why);
    }
    return decision;
  }
}
