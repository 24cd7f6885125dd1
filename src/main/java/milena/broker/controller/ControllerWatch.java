package milena.broker.controller;

import java.util.List;
import java.util.function.LongSupplier;
import milena.broker.controller.Controller.AnnounceNode;
import milena.broker.controller.Controller.BrokerHeartbeat;
import milena.broker.controller.Controller.HeartbeatReply;
import milena.broker.controller.Controller.NodeAnnounced;
import milena.broker.controller.Controller.NodeEnded;
import milena.broker.controller.Controller.NodeEnds;
import milena.broker.controller.Controller.RegisterBroker;
import milena.broker.controller.Controller.Registered;
import milena.common.Outcome;
import milena.metadata.BrokerDecisions;
import milena.metadata.BrokerImage;
import milena.metadata.BrokerSessions;
import milena.metadata.ClusterImage;
import milena.metadata.Decision;
import milena.metadata.MemberNode;
import milena.metadata.MembershipDecisions;
import milena.metadata.NodeSessions;

/**
 * Rules on the commands in which brokers and nodes are heard of, and on those of which nothing is
 * heard. When each was heard of last is kept here, in memory, for one term of leadership.
 */
final class ControllerWatch {
  private final LongSupplier clockMs;
  private final BrokerDecisions brokers;
  private final BrokerSessions sessions;
  private final NodeSessions nodes;

  ControllerWatch(ControllerSettings settings, LongSupplier clockMs, int formerLeader) {
    // Checked several times a session: half of one without any is a standstill of our own.
    this.clockMs = new AttentionClock(clockMs, settings.session().toMillis() / 2);
    this.brokers = new BrokerDecisions(settings.elections());
    this.sessions =
        new BrokerSessions(settings.session().toMillis(), this.clockMs.getAsLong(), formerLeader);
    this.nodes =
        new NodeSessions(
            settings.lookAfterMs(),
            settings.session().toMillis(),
            settings.deadAfterMs(),
            this.clockMs.getAsLong());
  }

  Ruling<?> register(ClusterImage image, RegisterBroker command) {
    BrokerImage earlier = image.brokers().get(command.brokerId());
    boolean alive = earlier != null && sessions.alive(earlier, clockMs.getAsLong());
    var candidate =
        new BrokerDecisions.Candidate(
            command.brokerId(),
            command.incarnation(),
            command.clusterId(),
            command.listeners(),
            command.rack(),
            command.directories(),
            command.previousStop());
    return new Ruling<>(
        brokers.register(image, candidate, alive),
        registration ->
            command.replyTo().tell(new Registered(registration.outcome(), registration.epoch())));
  }

  Ruling<?> heartbeat(ClusterImage image, BrokerHeartbeat command) {
    int id = command.brokerId();
    BrokerImage broker = image.brokers().get(id);
    if (broker != null && broker.epoch() == command.brokerEpoch()) {
      sessions.heard(id, broker.epoch(), command.appliedSequence(), clockMs.getAsLong());
    }
    var beat =
        new BrokerDecisions.Beat(
            id,
            command.brokerEpoch(),
            command.appliedSequence(),
            command.wantFence(),
            command.wantShutDown(),
            command.offlineDirectories());
    return new Ruling<>(
        brokers.heartbeat(image, beat, sessions.appliedByOthers(image, id)),
        standing ->
            command
                .replyTo()
                .tell(
                    new HeartbeatReply(
                        standing.outcome(),
                        standing.caughtUp(),
                        standing.fenced(),
                        standing.mayShutDown())));
  }

  Ruling<?> announce(ClusterImage image, AnnounceNode command) {
    nodes.heard(command.node().uid(), clockMs.getAsLong());
    return new Ruling<>(
        MembershipDecisions.announce(image, command.node()),
        outcome -> command.replyTo().tell(new NodeAnnounced(outcome)));
  }

  Ruling<?> ends(ClusterImage image, NodeEnds command) {
    return new Ruling<>(
        MembershipDecisions.gone(image, command.nodeId(), command.uid()),
        outcome -> command.replyTo().tell(new NodeEnded(outcome)));
  }

  /** Somebody takes this run of a node for dead: it is to be looked at. */
  void suspect(long uid) {
    nodes.suspect(uid);
  }

  /** This run of a node was looked at. */
  void looked(long uid) {
    nodes.looked(uid);
  }

  /** The nodes that are to be looked at now, each until {@link #looked} is told of it. */
  List<MemberNode> toLookAt(ClusterImage image) {
    return nodes.toLookAt(image.membership(), clockMs.getAsLong());
  }

  /** The nodes that have been silent for so long that they are dead. */
  List<MemberNode> dead(ClusterImage image) {
    return nodes.dead(image.membership(), clockMs.getAsLong());
  }

  /** The brokers that are let in, but have been silent for a session. */
  List<BrokerImage> silent(ClusterImage image) {
    return sessions.expired(image, clockMs.getAsLong());
  }

  Decision<Outcome> fence(ClusterImage image, List<BrokerImage> silent) {
    return brokers.fence(image, silent);
  }

  Decision<Outcome> bury(ClusterImage image, MemberNode node) {
    return brokers.bury(image, node);
  }
}
