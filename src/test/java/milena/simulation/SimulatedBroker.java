package milena.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import milena.common.Outcome;
import milena.metadata.BrokerImage;
import milena.metadata.ClusterImage;
import milena.metadata.InSyncChange;
import milena.metadata.PartitionImage;
import milena.metadata.PreviousStop;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** A broker with a replica of each partition: it registers, beats, and hears of decisions. */
final class SimulatedBroker {
  /** How often a voter looks for a controller of its own before it gives a request up. */
  private static final int WAITS = 40;

  final int id;
  private final ReplicationWorld world;
  private final List<SimulatedReplica> replicas = new ArrayList<>();

  // What a crash ends.
  private boolean up;
  private long life;
  private Uuid incarnation;
  private long brokerEpoch = -1;
  private ClusterImage image = ClusterImage.EMPTY;
  private int controller;
  private long heardOfControllerMs;
  private Clock clock;

  // What it leaves behind.
  private long incarnations;
  private boolean lossy;

  SimulatedBroker(int id, ReplicationWorld world) {
    this.id = id;
    this.world = world;
    this.clock = world.newClock();
    for (int partition = 0; partition < world.partitions(); partition++) {
      replicas.add(new SimulatedReplica(this, partition, world));
    }
  }

  boolean isUp() {
    return up;
  }

  long brokerEpoch() {
    return brokerEpoch;
  }

  long nowMs() {
    return clock.nowMs();
  }

  ClusterImage image() {
    return image;
  }

  SimulatedReplica replica(int partition) {
    return replicas.get(partition);
  }

  void start() {
    up = true;
    life++;
    brokerEpoch = -1;
    clock = world.newClock();
    incarnation = new Uuid(id, ++incarnations);
    controller = world.random().nextInt(SimulatedQuorum.VOTERS);
    heardOfControllerMs = nowMs();
    replicas.forEach(SimulatedReplica::open);
    register();
    repeat(100, this::heartbeat);
    repeat(60, () -> replicas.forEach(SimulatedReplica::tick));
    repeat(250, () -> replicas.forEach(SimulatedReplica::checkpoint));
    repeat(400, () -> replicas.forEach(replica -> replica.log.flush()));
  }

  void crash(boolean withMachine, Random random) {
    up = false;
    life++;
    lossy |= withMachine;
    replicas.forEach(replica -> replica.crash(withMachine, random));
    image = ClusterImage.EMPTY;
  }

  private void repeat(long ms, Runnable what) {
    long mine = life;
    world.happenings.in(
        1 + world.random().nextInt((int) clock.worldMs(ms)),
        () -> {
          if (mine == life && up) {
            what.run();
            repeat(ms, what);
          }
        });
  }

  /** What is done when it arrives, unless this life is over by then. */
  Runnable alive(Runnable what) {
    long mine = life;
    return () -> {
      if (mine == life && up) {
        what.run();
      }
    };
  }

  // The controller.

  /**
   * Asks whoever controls, as far as this broker knows; who is asked and does not, says who does.
   */
  private void toController(Consumer<SimulatedController> question) {
    int asked = controller;
    world.network.send(
        id,
        Network.controller(asked),
        () -> {
          SimulatedController there = world.quorum.controllerOn(asked);
          if (there != null) {
            question.accept(there);
          } else {
            int other = world.quorum.leaderSeenBy(asked);
            world.network.send(
                Network.controller(asked),
                id,
                alive(
                    () ->
                        controller =
                            other >= 0 ? other : world.random().nextInt(SimulatedQuorum.VOTERS)));
          }
        });
  }

  private void heard() {
    heardOfControllerMs = nowMs();
  }

  private void register() {
    long mine = life;
    Uuid self = incarnation;
    PreviousStop stop = lossy ? PreviousStop.LOSSY : PreviousStop.PROCESS_CRASH;
    toController(
        there ->
            there.register(
                id,
                self,
                stop,
                registration -> {
                  boolean expected = mine == life && self.equals(incarnation);
                  if (expected && brokerEpoch < 0 && registration.outcome().ok()) {
                    heard();
                    brokerEpoch = registration.epoch();
                    lossy = false;
                  }
                }));
  }

  private void heartbeat() {
    if (nowMs() - heardOfControllerMs > 350) {
      controller = world.random().nextInt(SimulatedQuorum.VOTERS);
      heard();
    }
    if (brokerEpoch < 0) {
      register();
      return;
    }
    long epoch = brokerEpoch;
    long applied = image.lastSequence();
    long mine = life;
    toController(
        there ->
            there.heartbeat(
                id,
                epoch,
                applied,
                outcome -> {
                  if (mine == life) {
                    heard();
                    if (outcome.toError() == Errors.STALE_BROKER_EPOCH) {
                      registerAnew(epoch);
                    }
                  }
                }));
    int from = controller;
    SimulatedController there = world.quorum.controllerOn(from);
    if (there != null) {
      ClusterImage its = there.image();
      world.network.send(Network.controller(from), id, alive(() -> onImage(its)));
    }
  }

  /** What an earlier life asked for came late, and the controller takes that for the newer one. */
  private void registerAnew(long staleEpoch) {
    if (brokerEpoch == staleEpoch) {
      brokerEpoch = -1;
      incarnation = new Uuid(id, ++incarnations);
      register();
    }
  }

  /**
   * What is asked reaches one controller once at most, but may do so after its leader was told that
   * nobody has answered, or that the controller is another now, and has asked again.
   */
  void alterInSync(InSyncChange change, Consumer<Outcome> reply) {
    long epoch = brokerEpoch;
    long mine = life;
    AtomicBoolean answered = new AtomicBoolean();
    Consumer<Outcome> once =
        outcome -> {
          if (mine == life && !answered.getAndSet(true)) {
            reply.accept(outcome);
          }
        };
    boolean othersLead = world.random().nextInt(3) == 0;
    Outcome unknown = Outcome.of(othersLead ? Errors.NOT_CONTROLLER : Errors.REQUEST_TIMED_OUT);
    world.happenings.in(othersLead ? 30 : 500, alive(() -> once.accept(unknown)));
    int asked = controller;
    world.network.sendSlowly(
        id,
        Network.controller(asked),
        () -> waitForController(asked, WAITS, there -> there.alterInSync(id, epoch, change, once)));
  }

  /** The gateway on a voter holds what comes to it while the controller there has yet to start. */
  private void waitForController(int voter, int more, Consumer<SimulatedController> question) {
    SimulatedController there = world.quorum.controllerOn(voter);
    if (there != null) {
      question.accept(there);
    } else if (more > 0) {
      world.happenings.in(50, () -> waitForController(voter, more - 1, question));
    }
  }

  void onImage(ClusterImage now) {
    BrokerImage self = now.brokers().get(id);
    boolean known = brokerEpoch >= 0 && self != null && self.epoch() >= brokerEpoch;
    if (!up || !known || now.lastSequence() <= image.lastSequence()) {
      return;
    }
    image = now;
    for (SimulatedReplica replica : replicas) {
      PartitionImage partition = now.partition(ReplicationWorld.name(replica.partition));
      if (partition != null) {
        replica.onDecided(partition);
      }
    }
  }

  @Override
  public String toString() {
    return "broker %d (%s, epoch %d, event %d)"
        .formatted(id, up ? "up" : "down", brokerEpoch, image.lastSequence());
  }
}
