package milena.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import milena.common.Outcome;
import milena.metadata.BrokerDecisions;
import milena.metadata.BrokerDecisions.Beat;
import milena.metadata.BrokerDecisions.Candidate;
import milena.metadata.BrokerDecisions.Registration;
import milena.metadata.BrokerImage;
import milena.metadata.BrokerSessions;
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
import milena.metadata.TopicEvent;
import org.apache.kafka.common.Uuid;

/**
 * The real decisions as one term's controller makes them: one write at a time, answers after the
 * commit, silence when a write's fate is not known.
 */
final class SimulatedController {
  private static final long SESSION_MS = 700;

  private final ReplicationWorld world;
  private final int voter;
  private final int term;
  private final BrokerDecisions brokers;
  private final InSyncDecisions inSync;
  private final Reassignments reassignments;
  private final BrokerSessions sessions;
  private final Clock clock;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private ClusterImage image;
  private boolean writing;
  private boolean over;

  SimulatedController(ReplicationWorld world, int voter, int term, ClusterImage image) {
    this.world = world;
    this.voter = voter;
    this.term = term;
    this.image = image;
    this.clock = world.newClock();
    ElectionRules rules = new ElectionRules(world.minInSync, false);
    this.brokers = new BrokerDecisions(rules);
    this.inSync = new InSyncDecisions(rules);
    this.reassignments = new Reassignments(rules);
    this.sessions = new BrokerSessions(SESSION_MS, clock.nowMs(), -1);
    check();
  }

  static Uuid directory(int broker) {
    return new Uuid(5, broker);
  }

  ClusterImage image() {
    return image;
  }

  private boolean isHere() {
    return !over && world.quorum.controllerOn(voter) == this;
  }

  private void check() {
    world.happenings.in(
        25 + world.random().nextInt(50),
        () -> {
          if (isHere()) {
            fenceTheSilent();
            check();
          }
        });
  }

  private void fenceTheSilent() {
    List<BrokerImage> silent = sessions.expired(image, clock.nowMs());
    if (!silent.isEmpty() && !writing) {
      carryOut(() -> new Decision<>(brokers.fence(image, silent).events(), true), 0, done -> {});
    }
  }

  void createTopic(List<Integer> replicas) {
    carryOut(() -> new Decision<>(creation(replicas), true), 0, done -> {});
  }

  private List<MetadataEvent> creation(List<Integer> replicas) {
    if (image.partition(ReplicationWorld.name(0)) != null) {
      return List.of();
    }
    List<PartitionImage> partitions = new ArrayList<>();
    for (int partition = 0; partition < world.partitions(); partition++) {
      partitions.add(
          new PartitionImage(
              replicas,
              replicas.stream().map(SimulatedController::directory).toList(),
              replicas,
              List.of(),
              replicas.get(partition % replicas.size()),
              0,
              0));
    }
    return List.of(new TopicEvent.TopicCreated(ReplicationWorld.TOPIC, "t", partitions));
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
    carryOut(() -> brokers.register(image, candidate, false), id, reply);
  }

  void heartbeat(int id, long epoch, long applied, Consumer<Outcome> reply) {
    BrokerImage broker = image.brokers().get(id);
    if (broker != null && broker.epoch() == epoch) {
      sessions.heard(id, epoch, applied, clock.nowMs());
    }
    carryOut(
        () -> brokers.heartbeat(image, new Beat(id, epoch, applied, false, false, List.of()), 0),
        id,
        standing -> reply.accept(standing.outcome()));
  }

  void alterInSync(int id, long brokerEpoch, InSyncChange change, Consumer<Outcome> reply) {
    carryOut(
        () -> inSync.alter(image, id, brokerEpoch, List.of(change)),
        id,
        outcomes -> reply.accept(outcomes.get(0)));
  }

  /** An operator moves a partition, or thinks better of it. */
  void reassign(NewReplicas wanted) {
    if (image.topics().isEmpty()) {
      return;
    }
    carryOut(
        () ->
            new Decision<>(
                reassignments.alter(image, List.of(wanted), true, world.random()).events(), true),
        0,
        done -> {});
  }

  private <R> void carryOut(Supplier<Decision<R>> decide, int to, Consumer<R> reply) {
    if (writing) {
      waiting.add(() -> carryOut(decide, to, reply));
      return;
    }
    Decision<R> decided = decide.get();
    Decision<R> decision =
        world.bug == Bug.ELECT_OUTSIDE_THE_ISR
            ? new Decision<>(
                decided.events().stream().map(this::electingAnybody).toList(), decided.reply())
            : decided;
    Runnable answer =
        () ->
            world.network.send(Network.controller(voter), to, () -> reply.accept(decision.reply()));
    if (decision.events().isEmpty()) {
      answer.run();
      return;
    }
    writing = true;
    world.quorum.append(
        term,
        voter,
        image.lastSequence() + 1,
        decision.events(),
        committed -> onWritten(committed, decision.events(), answer));
  }

  private MetadataEvent electingAnybody(MetadataEvent event) {
    if (!(event instanceof TopicEvent.PartitionChanged changed)) {
      return event;
    }
    PartitionImage before = image.partition(changed.id());
    PartitionImage now = changed.partition();
    if (!before.hasLeader() || now.leader() == before.leader()) {
      return event;
    }
    return now.replicas().stream()
        .filter(broker -> broker != before.leader() && !now.isr().contains(broker))
        .filter(broker -> image.brokers().get(broker).active())
        .findFirst()
        .<MetadataEvent>map(
            broker ->
                new TopicEvent.PartitionChanged(
                    changed.id(),
                    new PartitionImage(
                        now.replicas(),
                        now.directories(),
                        List.of(broker),
                        List.of(),
                        broker,
                        before.leaderEpoch() + 1,
                        now.partitionEpoch())))
        .orElse(event);
  }

  private void onWritten(boolean committed, List<MetadataEvent> events, Runnable answer) {
    if (!committed) {
      over = true; // it is deposed, or can't know: what waits is answered by nobody
      return;
    }
    for (MetadataEvent event : events) {
      image = image.apply(event);
    }
    writing = false;
    if (isHere()) {
      answer.run();
      while (!waiting.isEmpty() && !writing) {
        waiting.poll().run();
      }
    }
  }
}
