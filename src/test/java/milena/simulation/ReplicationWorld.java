package milena.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import milena.metadata.ClusterImage;
import milena.metadata.PartitionImage;

/**
 * Brokers with one partition, a controller and a network between them, on one thread and from one
 * seed: the real decisions, leader states and follower states under faults. In the end the faults
 * stop, and all must come together.
 */
final class ReplicationWorld {
  private static final boolean TRACING = Boolean.getBoolean("simulation.trace");
  private static final long FAULTS_UNTIL_MS = 6_000;
  private static final long TOGETHER_BY_MS = 12_000;

  final Bug bug;
  final int minInSync;
  final Happenings happenings;
  final Network network;
  final Invariants invariants;
  final SimulatedController controller;
  private final List<SimulatedBroker> brokers = new ArrayList<>();
  private final Set<Integer> machinesLost = new HashSet<>();
  private boolean faulty = true;
  private long values;

  ReplicationWorld(long seed, Bug bug) {
    this.bug = bug;
    Random random = new Random(seed);
    int count = random.nextInt(4) == 0 ? 5 : 3;
    this.minInSync = 1 + random.nextInt(3);
    this.happenings = new Happenings(random);
    this.network = new Network(happenings);
    this.invariants = new Invariants(this);
    this.controller = new SimulatedController(this);
    List<Integer> replicas = new ArrayList<>();
    boolean moving = count == 5 && random.nextBoolean();
    for (int id = 1; id <= count; id++) {
      brokers.add(new SimulatedBroker(id, this));
      if (!moving || id <= 3) {
        replicas.add(id);
      }
    }
    brokers.forEach(SimulatedBroker::start);
    happenings.in(150, () -> createTopic(replicas));
    happenings.every(15, this::produce);
    happenings.every(50, controller::checkSessions);
    happenings.in(500, this::fault);
    if (moving) {
      happenings.in(700, this::move);
    }
  }

  private void createTopic(List<Integer> replicas) {
    boolean allIn =
        controller.image().brokers().size() == brokers.size()
            && controller.image().brokers().values().stream().allMatch(b -> b.active());
    if (allIn) {
      controller.createTopic(replicas);
    } else {
      happenings.in(50, () -> createTopic(replicas));
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
    ClusterImage image = controller.image();
    for (SimulatedBroker broker : brokers) {
      network.send(Network.CONTROLLER, broker.id, () -> broker.onImage(image));
    }
  }

  private void produce() {
    for (SimulatedBroker broker : brokers) {
      if (broker.isUp() && random().nextInt(3) > 0) {
        broker.produce(++values);
      }
    }
  }

  private void fault() {
    if (!faulty) {
      return;
    }
    SimulatedBroker broker = brokers.get(random().nextInt(brokers.size()));
    switch (random().nextInt(7)) {
      case 0, 1 -> crash(broker, false);
      case 2 -> crash(broker, random().nextBoolean());
      case 3 -> {
        network.cut(broker.id, Network.CONTROLLER);
        network.cut(Network.CONTROLLER, broker.id);
      }
      case 4 -> {
        int other = random().nextInt(brokers.size() + 1);
        network.cut(broker.id, other);
        if (random().nextBoolean()) {
          network.cut(other, broker.id);
        }
      }
      default -> network.heal();
    }
    happenings.in(50 + random().nextInt(500), this::fault);
  }

  /** Begins a move of the partition to one to four brokers, changes it, or gives it up. */
  private void move() {
    if (!faulty) {
      return;
    }
    List<Integer> all = new ArrayList<>();
    brokers.forEach(broker -> all.add(broker.id));
    Collections.shuffle(all, random());
    controller.reassign(
        random().nextInt(4) == 0
            ? Optional.empty()
            : Optional.of(all.subList(0, 1 + random().nextInt(4))));
    happenings.in(100 + random().nextInt(900), this::move);
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
        20 + random().nextInt(1500),
        () -> {
          if (!broker.isUp()) {
            broker.start();
          }
        });
  }

  /** Runs it all. */
  ReplicationWorld run() {
    happenings.runUntil(FAULTS_UNTIL_MS, invariants::afterEach);
    faulty = false;
    network.becomeReliable();
    happenings.runUntil(TOGETHER_BY_MS, invariants::afterEach);
    mustBeTogether();
    return this;
  }

  private void mustBeTogether() {
    PartitionImage partition = controller.partition();
    boolean together =
        partition.hasLeader()
            && partition.isr().size() == partition.replicas().size()
            && broker(partition.leader()).leader() != null
            && !partition.reassignment().isUnderWay()
            && partition.replicas().stream().map(this::broker).allMatch(this::isUpToDate);
    if (!together) {
      throw new Invariants.Violation("ImageConverges", partition + ", " + brokers);
    }
  }

  private boolean isUpToDate(SimulatedBroker broker) {
    SimulatedBroker leader = broker(controller.partition().leader());
    int settled = leader.log.end() - 60;
    return broker.log.end() >= settled
        && broker.highWatermark() >= settled
        && (settled <= 0 || broker.log.get(settled - 1).equals(leader.log.get(settled - 1)));
  }
}
