package milena.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import milena.common.Outcome;
import milena.common.TopicIdPartition;
import milena.metadata.BrokerDecisions;
import milena.metadata.BrokerDecisions.Beat;
import milena.metadata.BrokerDecisions.Candidate;
import milena.metadata.BrokerDecisions.Registration;
import milena.metadata.BrokerImage;
import milena.metadata.ClusterEvent;
import milena.metadata.ClusterImage;
import milena.metadata.Decision;
import milena.metadata.ElectionRules;
import milena.metadata.InSyncChange;
import milena.metadata.InSyncDecisions;
import milena.metadata.MetadataEvent;
import milena.metadata.NewReplicas;
import milena.metadata.PartitionImage;
import milena.metadata.PreviousStop;
import milena.metadata.Reassignments;
import milena.metadata.RiskyElection;
import milena.metadata.TopicEvent;
import org.apache.kafka.common.Uuid;

/** The real decisions, committed at once by a quorum that never fails. */
final class SimulatedController {
  static final TopicIdPartition PARTITION = new TopicIdPartition(new Uuid(9, 9), 0);
  private static final long SESSION_MS = 700;

  private final ReplicationWorld world;
  private final BrokerDecisions brokers;
  private final InSyncDecisions inSync;
  private final Reassignments reassignments;
  private final Map<Integer, Long> heardMs = new HashMap<>();
  private ClusterImage image = ClusterImage.EMPTY.apply(new ClusterEvent.ClusterNamed("simulated"));

  SimulatedController(ReplicationWorld world) {
    this.world = world;
    ElectionRules rules = new ElectionRules(world.minInSync, false);
    this.brokers = new BrokerDecisions(rules);
    this.inSync = new InSyncDecisions(rules);
    this.reassignments = new Reassignments(rules);
  }

  static Uuid directory(int broker) {
    return new Uuid(5, broker);
  }

  ClusterImage image() {
    return image;
  }

  PartitionImage partition() {
    return image.partition(PARTITION);
  }

  void createTopic(List<Integer> replicas) {
    commit(
        List.of(
            new TopicEvent.TopicCreated(
                PARTITION.topicId(),
                "t",
                List.of(
                    new PartitionImage(
                        replicas,
                        replicas.stream().map(SimulatedController::directory).toList(),
                        replicas,
                        List.of(),
                        replicas.get(0),
                        0,
                        0)))));
  }

  void register(int id, Uuid incarnation, PreviousStop stop, Consumer<Registration> reply) {
    Candidate candidate =
        new Candidate(
            id,
            incarnation,
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            List.of(directory(id)),
            stop);
    heardMs.put(id, world.nowMs());
    carryOut(brokers.register(image, candidate, false), id, reply);
  }

  void heartbeat(int id, long epoch, long applied, Consumer<Outcome> reply) {
    BrokerImage broker = image.brokers().get(id);
    if (broker != null && broker.epoch() == epoch) {
      heardMs.put(id, world.nowMs());
    }
    carryOut(
        brokers.heartbeat(image, new Beat(id, epoch, applied, false, false, List.of()), 0),
        id,
        standing -> reply.accept(standing.outcome()));
  }

  void alterInSync(int id, long brokerEpoch, InSyncChange change, Consumer<Outcome> reply) {
    carryOut(
        inSync.alter(image, id, brokerEpoch, List.of(change)),
        id,
        outcomes -> reply.accept(outcomes.get(0)));
  }

  /** An operator moves the partition, or thinks better of it. */
  void reassign(Optional<List<Integer>> brokersOrNone) {
    if (partition() != null) {
      NewReplicas wanted = new NewReplicas("t", 0, brokersOrNone);
      commit(reassignments.alter(image, List.of(wanted), true, world.random()).events());
    }
  }

  void checkSessions() {
    List<BrokerImage> silent =
        image.brokers().values().stream()
            .filter(broker -> !broker.fenced())
            .filter(broker -> heardMs.getOrDefault(broker.id(), 0L) + SESSION_MS < world.nowMs())
            .toList();
    if (!silent.isEmpty()) {
      commit(brokers.fence(image, silent).events());
    }
  }

  private <R> void carryOut(Decision<R> decision, int to, Consumer<R> reply) {
    commit(decision.events());
    world.network.send(Network.CONTROLLER, to, () -> reply.accept(decision.reply()));
  }

  private void commit(List<MetadataEvent> events) {
    PartitionImage before = partition();
    List<RiskyElection> risky = RiskyElection.among(image, events);
    for (MetadataEvent event : events) {
      image = image.apply(event);
      world.trace("event %d: %s", image.lastSequence(), event);
    }
    PartitionImage now = partition();
    if (world.bug == Bug.ELECT_OUTSIDE_THE_ISR && before != null && before != now) {
      electAnybody(before, now);
    }
    if (before != null && !now.replicas().containsAll(before.replicas())) {
      world.invariants.moved(now);
    }
    if (!risky.stream().allMatch(RiskyElection::ofLastKnownLeader)) {
      throw new Invariants.Violation("NoUncleanElection", risky.toString());
    }
    if (before != null && now.leaderEpoch() > before.leaderEpoch() && now.hasLeader()) {
      boolean nobodyWasLeft =
          before.isr().isEmpty() && before.elr().isEmpty() && world.bug == Bug.NONE;
      world.invariants.elected(now.leaderEpoch(), nobodyWasLeft);
    }
    if (!events.isEmpty()) {
      world.images();
    }
  }

  private void electAnybody(PartitionImage before, PartitionImage now) {
    boolean leaderLost = before.hasLeader() && now.leader() != before.leader();
    if (!leaderLost) {
      return;
    }
    now.replicas().stream()
        .filter(broker -> broker != before.leader() && !now.isr().contains(broker))
        .filter(broker -> image.brokers().get(broker).active())
        .findFirst()
        .ifPresent(
            broker ->
                image =
                    image.apply(
                        new TopicEvent.PartitionChanged(
                            PARTITION,
                            new PartitionImage(
                                now.replicas(),
                                now.directories(),
                                List.of(broker),
                                List.of(),
                                broker,
                                now.leaderEpoch() + 1,
                                now.partitionEpoch() + 1))));
  }
}
