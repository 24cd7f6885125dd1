package milena.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import milena.broker.controller.Controller;
import milena.broker.controller.ControllerGateway;
import milena.broker.membership.VoterAdmission;
import milena.broker.raft.MetadataFeed;
import milena.broker.raft.RaftEndpoint;
import milena.common.config.BrokerConfig;
import milena.common.config.QuorumConfig.Address;
import milena.common.config.QuorumConfig.Voter;

/**
 * The voters of the metadata log as actors of other nodes: their addresses are configured, so that
 * they find each other before there is any cluster.
 */
final class QuorumPeers {
  private final int nodeId;
  private final List<Voter> voters;

  /** Where the only voter is, whose id nobody has told. */
  private final Optional<Address> onlyVoter;

  private final Map<String, ActorRef<?>> known = new ConcurrentHashMap<>();

  QuorumPeers(BrokerConfig config) {
    this.nodeId = config.nodeId();
    this.voters = config.quorum().voters();
    this.onlyVoter =
        voters.isEmpty() && !config.isController()
            ? config.quorum().bootstrap().stream().findFirst()
            : Optional.empty();
  }

  /** The ids of all voters; a controller that is told of none is the only one. */
  List<Integer> ids() {
    return voters.isEmpty() ? List.of(nodeId) : voters.stream().map(Voter::id).toList();
  }

  /** Where another voter answers Raft's messages. */
  Optional<ActorRef<RaftEndpoint.Call>> raft(ActorSystem<?> system, String peer) {
    return find(system, Integer.parseInt(peer), RaftEndpoint.NAME);
  }

  /** Where another voter's gateway takes commands for the controller. */
  Optional<ActorRef<Controller.Command>> door(ActorSystem<?> system, int voter) {
    return find(system, voter, ControllerGateway.NAME + "/" + ControllerGateway.DOOR);
  }

  /** Where one of the voters lets others read the metadata, one after another by turn. */
  ActorRef<MetadataFeed.Ask> feed(ActorSystem<?> system, int turn) {
    Address address =
        onlyVoter.orElseGet(() -> voters.get(Math.floorMod(turn, voters.size())).address());
    return resolve(system, address, MetadataFeed.NAME);
  }

  /** The other voters, as one that may not vote yet asks them how they are. */
  VoterAdmission.Others others(ActorSystem<?> system) {
    return new VoterAdmission.Others() {
      @Override
      public List<Integer> ids() {
        return voters.stream().map(Voter::id).filter(id -> id != nodeId).toList();
      }

      @Override
      public Optional<ActorRef<VoterAdmission.Ask>> voter(int id) {
        return find(system, id, VoterAdmission.NAME);
      }
    };
  }

  /** An actor below the guardian of another voter, if there is such a voter. */
  private <T> Optional<ActorRef<T>> find(ActorSystem<?> system, int voter, String path) {
    return voters.stream()
        .filter(each -> each.id() == voter && voter != nodeId)
        .map(Voter::address)
        .findFirst()
        .or(() -> onlyVoter)
        .map(address -> resolve(system, address, path));
  }

  @SuppressWarnings("unchecked") // Whoever asks for a path knows what its actor takes.
  private <T> ActorRef<T> resolve(ActorSystem<?> system, Address address, String path) {
    String whole =
        "akka://%s@%s:%d/user/%s"
            .formatted(NodeSystem.NAME, bracketed(address.host()), address.port(), path);
    return (ActorRef<T>)
        known.computeIfAbsent(whole, ActorRefResolver.get(system)::resolveActorRef);
  }

  private static String bracketed(String host) {
    return host.contains(":") ? "[" + host + "]" : host;
  }
}
