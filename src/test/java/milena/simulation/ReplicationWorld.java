package milena.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import milena.common.TopicIdPartition;
import milena.metadata.ClusterImage;
import milena.metadata.NewReplicas;
import milena.metadata.PartitionImage;
import org.apache.kafka.common.Uuid;

/**
 * Brokers with a few partitions, a quorum of controllers and a network between them, on one thread
 * and from one seed: the real decisions, leader states and follower states under faults. In the end
 * the faults stop, and all must come together.
 */
final class ReplicationWorld {
  static final Uuid TOPIC = new Uuid(9, 9);

  private static final boolean TRACING = Boolean.getBoolean("simulation.trace");
  private static final int FAULTS = 11;
  private static final int MACHINE_CRASH = 2;
  private static final int START_AFRESH = 8;
  private static final long FAULTS_UNTIL_MS = 6_000;
  private static final long TOGETHER_BY_MS = 13_000;

  final Bug bug;
  final int minInSync;
  final Happenings happenings;
  final Network network;
  final SimulatedQuorum quorum;
  private final List<Invariants> invariants = new ArrayList<>();
  private final List<List<SimulatedReplica>> replicas = new ArrayList<>();
  private final List<SimulatedBroker> brokers = new ArrayList<>();
  private final Set<Integer> machinesLost = new HashSet<>();

  /** Each world has a kind of fault that it has more of; one mistake shows in one kind only. */
  private final int favourite;

  private boolean faulty = true;
  private long values;

  ReplicationWorld(long seed, Bug bug) {
    this.bug = bug;
    Random random = new Random(seed);
    int count = random.nextInt(4) == 0 ? 5 : 3;
    this.minInSync = 1 + random.nextInt(3);
    this.happenings = new Happenings(random);
    this.network = new Network(happenings);
    int drawn = random.nextInt(FAULTS);
    this.favourite =
        switch (bug) {
          case NO_BROKER_EPOCH_CHECK, ASK_AGAIN_FOR_ANOTHER_INCARNATION -> MACHINE_CRASH;
          case FORGET_WHO_WAS_ASKED_IN -> START_AFRESH;
          default -> drawn;
        };
    int partitions = 1 + random.nextInt(3);
    for (int partition = 0; partition < partitions; partition++) {
      invariants.add(new Invariants(this, partition));
    }
    this.quorum = new SimulatedQuorum(this);
    List<Integer> members = new ArrayList<>();
    boolean moving = count == 5 && random.nextBoolean();
    for (int id = 1; id <= count; id++) {
      brokers.add(new SimulatedBroker(id, this));
      if (!moving || id <= 3) {
        members.add(id);
      }
    }
    for (int partition = 0; partition < partitions; partition++) {
      int number = partition;
      this.replicas.add(brokers.stream().map(broker -> broker.replica(number)).toList());
    }
    brokers.forEach(SimulatedBroker::start);
    happenings.in(150, () -> createTopic(members));
    happenings.every(15, this::produce);
    happenings.in(500, this::fault);
    if (moving) {
      happenings.in(700, this::move);
    }
  }

  static TopicIdPartition name(int partition) {
    return new TopicIdPartition(TOPIC, partition);
  }

  int partitions() {
    return invariants.size();
  }

  Invariants invariants(int partition) {
    return invariants.get(partition);
  }

  /** What is committed about the partition. */
  PartitionImage decided(int partition) {
    return quorum.image().partition(name(partition));
  }

  SimulatedReplica replica(int broker, int partition) {
    return broker(broker).replica(partition);
  }

  List<SimulatedReplica> replicas(int partition) {
    return replicas.get(partition);
  }

  /** A fifth fast or slow at most. */
  Clock newClock() {
    return new Clock(happenings, random().nextInt(100_000), 0.8 + random().nextDouble() * 0.4);
  }

  /** Begins a move of a partition to one to four brokers, changes it, or gives it up. */
  private void move() {
    if (!faulty) {
      return;
    }
    List<Integer> all = new ArrayList<>();
    brokers.forEach(broker -> all.add(broker.id));
    Collections.shuffle(all, random());
    Optional<List<Integer>> wanted =
        random().nextInt(4) == 0
            ? Optional.empty()
            : Optional.of(List.copyOf(all.subList(0, 1 + random().nextInt(4))));
    NewReplicas move = new NewReplicas("t", random().nextInt(partitions()), wanted);
    quorum.controllers().forEach(controller -> controller.reassign(move));
    happenings.in(100 + random().nextInt(900), this::move);
  }

  private void createTopic(List<Integer> members) {
    if (quorum.image().topics().isEmpty()) {
      boolean allIn =
          quorum.image().brokers().size() == brokers.size()
              && quorum.image().brokers().values().stream().allMatch(b -> b.active());
      if (allIn) {
        quorum.controllers().forEach(controller -> controller.createTopic(members));
      }
      happenings.in(50, () -> createTopic(members));
    }
  }

  Random random() {
    return happenings.random();
  }

  long nowMs() {
    return happenings.nowMs();
  }

  SimulatedBroker broker(int id) {
    return brokers.get(id - 1);
  }

  List<SimulatedBroker> brokers() {
    return brokers;
  }

  /** Tells what happens, with {@code -Dsimulation.trace}. */
  void trace(String format, Object... values) {
    if (TRACING) {
      System.out.printf("%6d %s%n", nowMs(), format.formatted(values));
    }
  }

  /** Whether the controller may not know yet that this broker's disk has forgotten something. */
  boolean hasLostLately(int broker) {
    return machinesLost.contains(broker);
  }

  /** There is news of the cluster: each broker hears of it in its time, or of what came after. */
  void images() {
    ClusterImage image = quorum.image();
    int from = Network.controller(random().nextInt(SimulatedQuorum.VOTERS));
    for (SimulatedBroker broker : brokers) {
      network.send(from, broker.id, () -> broker.onImage(image));
    }
  }

  private void produce() {
    for (SimulatedBroker broker : brokers) {
      for (int partition = 0; partition < partitions(); partition++) {
        if (broker.isUp() && random().nextInt(3) > 0) {
          broker.replica(partition).produce(++values);
        }
      }
    }
  }

  private void fault() {
    if (!faulty) {
      return;
    }
    SimulatedBroker broker = brokers.get(random().nextInt(brokers.size()));
    int voter = random().nextInt(SimulatedQuorum.VOTERS);
    switch (random().nextBoolean() ? favourite : random().nextInt(FAULTS)) {
      case 0, 1 -> crash(broker, false);
      case MACHINE_CRASH -> crash(broker, random().nextInt(4) > 0);
      case 3 -> {
        for (int controller = 0; controller < SimulatedQuorum.VOTERS; controller++) {
          cutBothWays(broker.id, Network.controller(controller));
        }
      }
      case 4 -> {
        int other = 1 + random().nextInt(brokers.size());
        network.cut(broker.id, other);
        if (random().nextBoolean()) {
          network.cut(other, broker.id);
        }
      }
      case 5 -> {
        quorum.crash(voter);
        happenings.in(50 + random().nextInt(1500), () -> quorum.start(voter));
      }
      case 6 -> {
        for (int other = 0; other < SimulatedQuorum.VOTERS; other++) {
          if (other != voter) {
            cutBothWays(Network.controller(voter), Network.controller(other));
          }
        }
      }
      case 7 -> quorum.changeLeader();
      case START_AFRESH ->
          replicas.get(random().nextInt(partitions())).forEach(SimulatedReplica::startAfresh);
      default -> network.heal();
    }
    happenings.in(50 + random().nextInt(500), this::fault);
  }

  private void cutBothWays(int a, int b) {
    network.cut(a, b);
    network.cut(b, a);
  }

  private void crash(SimulatedBroker broker, boolean withMachine) {
    if (!broker.isUp()) {
      return;
    }
    if (withMachine) {
      machinesLost.add(broker.id);
    }
    trace("crash%s of %s", withMachine ? " of the machine" : "", broker);
    broker.crash(withMachine, random());
    trace("after it %s", broker);
    happenings.in(
        20 + random().nextInt(random().nextBoolean() ? 100 : 1500),
        () -> {
          if (!broker.isUp()) {
            broker.start();
          }
        });
  }

  /** Runs it all. */
  ReplicationWorld run() {
    happenings.runUntil(FAULTS_UNTIL_MS, this::check);
    faulty = false;
    network.becomeReliable();
    happenings.runUntil(TOGETHER_BY_MS, this::check);
    for (int partition = 0; partition < partitions(); partition++) {
      mustBeTogether(partition);
    }
    return this;
  }

  private void check() {
    invariants.forEach(Invariants::afterEach);
  }

  long acknowledgements() {
    return invariants.stream().mapToLong(Invariants::acknowledgements).sum();
  }

  private void mustBeTogether(int partition) {
    PartitionImage decided = decided(partition);
    boolean together =
        decided != null
            && decided.hasLeader()
            && decided.isr().size() == decided.replicas().size()
            && replica(decided.leader(), partition).leader() != null
            && !decided.reassignment().isUnderWay()
            && brokers.stream().allMatch(broker -> broker.image().equals(quorum.image()))
            && decided.replicas().stream()
                .map(broker -> replica(broker, partition))
                .allMatch(this::isUpToDate);
    if (!together) {
      throw new Invariants.Violation("ImageConverges", decided + ", " + replicas(partition));
    }
  }

  private boolean isUpToDate(SimulatedReplica replica) {
    SimulatedReplica leader = replica(decided(replica.partition).leader(), replica.partition);
    int settled = leader.log.end() - 60;
    return replica.log.end() >= settled
        && replica.highWatermark() >= settled
        && (settled <= 0 || replica.log.get(settled - 1).equals(leader.log.get(settled - 1)));
  }
}
