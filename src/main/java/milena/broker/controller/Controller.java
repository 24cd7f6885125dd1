package milena.broker.controller;

import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.broker.raft.QuorumState;
import milena.common.CborSerializable;
import milena.common.Outcome;
import milena.metadata.AlteredConfig;
import milena.metadata.AssignedReplica;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.ConfigChange;
import milena.metadata.CreatedTopic;
import milena.metadata.ElectionDecisions.Elected;
import milena.metadata.ElectionDecisions.Named;
import milena.metadata.InSyncChange;
import milena.metadata.MemberNode;
import milena.metadata.NewPartitions;
import milena.metadata.NewReplicas;
import milena.metadata.NewTopic;
import milena.metadata.PreviousStop;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;

/**
 * The one who decides what the cluster agrees upon. Commands come from any node, by way of its
 * {@link ControllerGateway}; each is answered after its events are committed, or at once when it
 * changes nothing. The actor that answers is {@link ControllerShell}.
 */
public final class Controller {

  /** Something asked of the controller. */
  public sealed interface Command extends CborSerializable {

    /** Answers that nothing was done, or that nobody knows whether it was. */
    void refuse(Outcome outcome);
  }

  /**
   * A broker's incarnation announces itself.
   *
   * @param incarnation a new one for each start
   * @param previousStop what it can say about the end of its incarnation before
   * @param clusterId what its log directories say they belong to, if they say so
   */
  public record RegisterBroker(
      int brokerId,
      Uuid incarnation,
      Optional<String> clusterId,
      Map<String, Endpoint> listeners,
      Optional<String> rack,
      List<Uuid> directories,
      PreviousStop previousStop,
      ActorRef<Registered> replyTo)
      implements Command {
    public RegisterBroker {
      listeners = Map.copyOf(listeners);
      directories = List.copyOf(directories);
    }

    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(new Registered(outcome, -1));
    }
  }

  /** The incarnation's epoch, which it names in all it asks of the controller from now on. */
  public record Registered(Outcome outcome, long brokerEpoch) implements CborSerializable {}

  /**
   * A sign of life.
   *
   * @param appliedSequence the last metadata event that the broker has applied
   * @param wantFence whether it wants to be (or stay) fenced
   * @param wantShutDown whether it wants to hand its leaderships over and stop
   * @param offlineDirectories log directories that failed since it registered
   */
  public record BrokerHeartbeat(
      int brokerId,
      long brokerEpoch,
      long appliedSequence,
      boolean wantFence,
      boolean wantShutDown,
      List<Uuid> offlineDirectories,
      ActorRef<HeartbeatReply> replyTo)
      implements Command {
    public BrokerHeartbeat {
      offlineDirectories = List.copyOf(offlineDirectories);
    }

    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(new HeartbeatReply(outcome, true, false, false));
    }
  }

  /** How the controller sees the broker. */
  public record HeartbeatReply(
      Outcome outcome, boolean caughtUp, boolean fenced, boolean mayShutDown)
      implements CborSerializable {}

  /** Makes topics, each on its own: one that fails does not hinder another. */
  public record CreateTopics(
      List<NewTopic> topics, boolean validateOnly, ActorRef<TopicsCreated> replyTo)
      implements Command {
    public CreateTopics {
      topics = List.copyOf(topics);
    }

    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(
          new TopicsCreated(
              topics.stream().map(topic -> CreatedTopic.failed(topic.name(), outcome)).toList()));
    }
  }

  /** One answer for each topic asked for, in order. */
  public record TopicsCreated(List<CreatedTopic> topics) implements CborSerializable {
    public TopicsCreated {
      topics = List.copyOf(topics);
    }
  }

  /** Deletes topics by id; handlers find the id of a name in their image. */
  public record DeleteTopics(List<Uuid> topicIds, ActorRef<TopicsDeleted> replyTo)
      implements Command {
    public DeleteTopics {
      topicIds = List.copyOf(topicIds);
    }

    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(new TopicsDeleted(topicIds.stream().map(id -> outcome).toList()));
    }
  }

  /** One answer for each id, in order. */
  public record TopicsDeleted(List<Outcome> outcomes) implements CborSerializable {
    public TopicsDeleted {
      outcomes = List.copyOf(outcomes);
    }
  }

  /** Adds partitions to topics. */
  public record CreatePartitions(
      List<NewPartitions> topics, boolean validateOnly, ActorRef<PartitionsCreated> replyTo)
      implements Command {
    public CreatePartitions {
      topics = List.copyOf(topics);
    }

    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(new PartitionsCreated(topics.stream().map(topic -> outcome).toList()));
    }
  }

  /** One answer for each topic, in order. */
  public record PartitionsCreated(List<Outcome> outcomes) implements CborSerializable {
    public PartitionsCreated {
      outcomes = List.copyOf(outcomes);
    }
  }

  /** Changes dynamic settings, each resource on its own: all of its changes or none. */
  public record AlterConfigs(
      List<ConfigChange> changes, boolean validateOnly, ActorRef<ConfigsAltered> replyTo)
      implements Command {
    public AlterConfigs {
      changes = List.copyOf(changes);
    }

    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(
          new ConfigsAltered(
              changes.stream()
                  .map(change -> new AlteredConfig(change.resource(), outcome))
                  .toList()));
    }
  }

  /** One answer for each change, in order. */
  public record ConfigsAltered(List<AlteredConfig> resources) implements CborSerializable {
    public ConfigsAltered {
      resources = List.copyOf(resources);
    }
  }

  /**
   * A leader has found others in sync than are committed: one message for many of its partitions,
   * each decided on its own.
   */
  public record AlterInSync(
      int brokerId, long brokerEpoch, List<InSyncChange> changes, ActorRef<InSyncAltered> replyTo)
      implements Command {
    public AlterInSync {
      changes = List.copyOf(changes);
    }

    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(new InSyncAltered(changes.stream().map(change -> outcome).toList()));
    }
  }

  /** One answer for each change, in order; what was decided is in the next image. */
  public record InSyncAltered(List<Outcome> outcomes) implements CborSerializable {
    public InSyncAltered {
      outcomes = List.copyOf(outcomes);
    }
  }

  /**
   * A broker keeps replicas in other directories than the image says; directories that fail are
   * told with {@link BrokerHeartbeat}, by way of {@link BrokerLifecycle.DirectoryFailed}.
   */
  public record AssignReplicas(
      int brokerId,
      long brokerEpoch,
      List<AssignedReplica> replicas,
      ActorRef<ReplicasAssigned> replyTo)
      implements Command {
    public AssignReplicas {
      replicas = List.copyOf(replicas);
    }

    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(new ReplicasAssigned(replicas.stream().map(replica -> outcome).toList()));
    }
  }

  /** One answer for each replica, in order; where they are now is in the next image. */
  public record ReplicasAssigned(List<Outcome> outcomes) implements CborSerializable {
    public ReplicasAssigned {
      outcomes = List.copyOf(outcomes);
    }
  }

  /**
   * Begins, changes or gives up moves of partitions to other brokers.
   *
   * @param mayChangeFactor whether partitions may get more or fewer replicas than they have
   */
  public record AlterReassignments(
      List<NewReplicas> replicas, boolean mayChangeFactor, ActorRef<ReassignmentsAltered> replyTo)
      implements Command {
    public AlterReassignments {
      replicas = List.copyOf(replicas);
    }

    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(new ReassignmentsAltered(replicas.stream().map(each -> outcome).toList()));
    }
  }

  /** One answer for each partition, in order: its move has begun, or ended if it was short. */
  public record ReassignmentsAltered(List<Outcome> outcomes) implements CborSerializable {
    public ReassignmentsAltered {
      outcomes = List.copyOf(outcomes);
    }
  }

  /**
   * Elects leaders on an operator's word.
   *
   * @param partitions empty for all partitions of the cluster
   */
  public record ElectLeaders(
      ElectionType type, Optional<List<Named>> partitions, ActorRef<LeadersElected> replyTo)
      implements Command {
    public ElectLeaders {
      partitions = partitions.map(List::copyOf);
    }

    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(new LeadersElected(outcome, List.of()));
    }
  }

  /** Whether elections were held at all, and what became of each. */
  public record LeadersElected(Outcome outcome, List<Elected> partitions)
      implements CborSerializable {
    public LeadersElected {
      partitions = List.copyOf(partitions);
    }
  }

  /** Strikes a broker off the list for good, unless it still runs. */
  public record UnregisterBroker(int brokerId, ActorRef<BrokerGone> replyTo) implements Command {
    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(new BrokerGone(outcome));
    }
  }

  /** The broker is struck off the list, or why it is not. */
  public record BrokerGone(Outcome outcome) implements CborSerializable {}

  /** Asks for a block of producer ids that nobody else has or will get. */
  public record AllocateProducerIds(
      int brokerId, long brokerEpoch, ActorRef<ProducerIdBlock> replyTo) implements Command {
    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(new ProducerIdBlock(outcome, -1, 0));
    }
  }

  /** The ids from {@code first} on, {@code count} of them. */
  public record ProducerIdBlock(Outcome outcome, long first, int count)
      implements CborSerializable {}

  /**
   * A sign of life of a run of a node, whatever its roles.
   *
   * @param node with {@code joined} when it is a member of the actor cluster
   */
  public record AnnounceNode(MemberNode node, ActorRef<NodeAnnounced> replyTo) implements Command {
    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(new NodeAnnounced(outcome));
    }
  }

  /** The announcement is committed. */
  public record NodeAnnounced(Outcome outcome) implements CborSerializable {}

  /**
   * Somebody believes that a node is dead: the controller looks for itself.
   *
   * @param uid the run that it is said of
   */
  public record SuspectNode(int nodeId, long uid) implements Command {
    @Override
    public void refuse(Outcome outcome) {}
  }

  /** A run of a node says goodbye: it has handed everything over, and ends. */
  public record NodeEnds(int nodeId, long uid, ActorRef<NodeEnded> replyTo) implements Command {
    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(new NodeEnded(outcome));
    }
  }

  /** The goodbye is committed. */
  public record NodeEnded(Outcome outcome) implements CborSerializable {}

  /** Asks how the voters of the metadata log are; the gateway beside the controller answers. */
  public record DescribeQuorum(ActorRef<QuorumDescribed> replyTo) implements Command {
    @Override
    public void refuse(Outcome outcome) {
      replyTo.tell(new QuorumDescribed(outcome, QuorumState.UNKNOWN));
    }
  }

  /** The voters as their leader sees them. */
  public record QuorumDescribed(Outcome outcome, QuorumState state) implements CborSerializable {}

  /** A look at a node has told that this run of it is dead. */
  record FoundDead(MemberNode node) implements Command {
    @Override
    public void refuse(Outcome outcome) {}
  }

  /** A look at a node has told nothing. */
  record FoundNothing(long uid) implements Command {
    @Override
    public void refuse(Outcome outcome) {}
  }

  /** What the controller tells itself. */
  enum Internal implements Command {
    NAME_CLUSTER,
    CHECK_SESSIONS,
    BALANCE;

    @Override
    public void refuse(Outcome outcome) {}
  }

  private Controller() {}
}
