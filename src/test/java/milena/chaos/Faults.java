package milena.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import milena.chaos.Finding.Kind;

/** Breaks nodes and what is between them, at moments and in ways that a seed decides. */
final class Faults {
  /** What can happen to a node, and how often beside the others. */
  enum Fault {
    KILL(6),
    STOP(4),
    PAUSE(4),
    CUT_FROM_ALL(2),
    CUT_FROM_NODES(2),
    CUT_ONE_LINK(2),
    CUT_ONE_WAY(2),
    SLOW(2),
    FILL_DISK(1),
    /** Those below happen to many nodes at once. */
    KILL_MAJORITY(1),
    KILL_ALL(1),
    STOP_ALL(1),
    ROLLING_RESTART(1),
    SPLIT(1);

    private final int weight;

    Fault(int weight) {
      this.weight = weight;
    }

    boolean isOfOneNode() {
      return compareTo(KILL_MAJORITY) < 0;
    }

    boolean needsBreakablePlace() {
      return switch (this) {
        case CUT_FROM_ALL, CUT_FROM_NODES, CUT_ONE_LINK, CUT_ONE_WAY, SLOW, FILL_DISK, SPLIT ->
            true;
        default -> false;
      };
    }
  }

  private record Active(Fault fault, long untilNanos, Runnable undo) {}

  private record Link(int from, int to) {}

  private final ProcessCluster cluster;
  private final Place place;
  private final History history;
  private final Random random;
  private final Set<Fault> wanted;
  private final Aim aim;
  private final Consumer<String> diary;
  private final Map<Integer, Active> active = new HashMap<>();
  private final Map<Link, Integer> cuts = new HashMap<>();
  private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);

  /** Who matters most at the moment. */
  interface Aim {
    /** The node that leads the quorum, or -1. */
    int quorumLeader();

    /** A node that leads one of the partitions, or -1. */
    int somePartitionLeader();
  }

  Faults(
      ProcessCluster cluster,
      Place place,
      History history,
      Random random,
      Set<Fault> wanted,
      Aim aim,
      Consumer<String> diary) {
    this.cluster = cluster;
    this.place = place;
    this.history = history;
    this.random = random;
    this.wanted = wanted;
    this.aim = aim;
    this.diary = diary;
  }

  Map<Fault, Integer> counts() {
    return counts;
  }

  /** Whether something is broken now. */
  boolean isAnyActive() {
    return !active.isEmpty();
  }

  /** Breaks one more thing, and mends those whose time has come. */
  void step() {
    mendThoseDue();
    noticeTheDead();
    Fault fault = draw();
    counts.merge(fault, 1, Integer::sum);
    if (fault.isOfOneNode()) {
      int node = target();
      if (active.containsKey(node)) {
        return;
      }
      diary.accept(fault + " of node " + node);
      long ms = fault == Fault.PAUSE ? random.nextInt(15_000) : random.nextInt(10_000);
      active.put(node, new Active(fault, System.nanoTime() + ms * 1_000_000L, begin(fault, node)));
    } else {
      mendAll();
      diary.accept(fault.toString());
      all(fault);
    }
  }

  private Fault draw() {
    List<Fault> urn = new ArrayList<>();
    for (Fault fault : wanted) {
      if (place.canBeBroken() || !fault.needsBreakablePlace()) {
        urn.addAll(Collections.nCopies(fault.weight, fault));
      }
    }
    return urn.get(random.nextInt(urn.size()));
  }

  private int target() {
    int any = 1 + random.nextInt(cluster.ids().size());
    int wanted =
        switch (random.nextInt(4)) {
          case 0 -> aim.quorumLeader();
          case 1 -> aim.somePartitionLeader();
          default -> any;
        };
    return wanted > 0 ? wanted : any;
  }

  private Runnable begin(Fault fault, int id) {
    NodeProcess node = cluster.node(id);
    return switch (fault) {
      case KILL -> {
        node.kill();
        yield node::start;
      }
      case STOP -> {
        int code = node.stop();
        if (code != 0) {
          diary.accept("node " + id + " ended with " + code + " when told to stop");
        }
        yield node::start;
      }
      case PAUSE -> {
        node.pause();
        yield node::resume;
      }
      case CUT_FROM_ALL -> cut(id, true, true, placesBut(id, true));
      case CUT_FROM_NODES -> cut(id, true, true, placesBut(id, false));
      case CUT_ONE_LINK -> cut(id, true, true, List.of(otherThan(id)));
      case CUT_ONE_WAY -> {
        boolean out = random.nextBoolean();
        yield cut(id, out, !out, placesBut(id, random.nextBoolean()));
      }
      case SLOW -> {
        place.slow(id, 100 + random.nextInt(900));
        yield () -> place.hurry(id);
      }
      case FILL_DISK -> {
        node.mayEnd();
        place.fillDisk(id);
        yield () -> afterFullDisk(node);
      }
      default -> throw new IllegalArgumentException(fault.toString());
    };
  }

  private List<Integer> placesBut(int id, boolean clientsToo) {
    List<Integer> places = new ArrayList<>(cluster.ids());
    places.remove(Integer.valueOf(id));
    if (clientsToo) {
      places.add(Place.CLIENTS);
    }
    return places;
  }

  private int otherThan(int id) {
    List<Integer> others = placesBut(id, false);
    return others.get(random.nextInt(others.size()));
  }

  private Runnable cut(int id, boolean out, boolean in, List<Integer> others) {
    List<Link> links = new ArrayList<>();
    for (int other : others) {
      if (out) {
        links.add(new Link(id, other));
      }
      if (in) {
        links.add(new Link(other, id));
      }
    }
    diary.accept("  cut " + links);
    links.forEach(this::cut);
    return () -> links.forEach(this::heal);
  }

  /** A link may be cut for two reasons. */
  private void cut(Link link) {
    if (cuts.merge(link, 1, Integer::sum) == 1) {
      place.cut(link.from(), link.to());
    }
  }

  private void heal(Link link) {
    if (cuts.merge(link, -1, Integer::sum) == 0) {
      place.heal(link.from(), link.to());
    }
  }

  private void afterFullDisk(NodeProcess node) {
    if (random.nextBoolean() && node.isAlive()) {
      // It may have to start, or to be killed, while there is still no room.
      node.kill();
      node.start();
      node.mayEnd();
      pause(3_000);
    }
    place.freeDisk(node.id);
    if (node.isAlive()) {
      node.kill();
    }
    node.start();
  }

  private void all(Fault fault) {
    List<Integer> ids = new ArrayList<>(cluster.ids());
    Collections.shuffle(ids, random);
    switch (fault) {
      case KILL_ALL -> killAndStart(ids);
      case KILL_MAJORITY -> killAndStart(ids.subList(0, ids.size() / 2 + 1));
      case STOP_ALL -> {
        ids.forEach(id -> cluster.node(id).terminate());
        ids.forEach(id -> cluster.node(id).stop());
        pause(random.nextInt(3000));
        ids.forEach(id -> cluster.node(id).start());
      }
      case ROLLING_RESTART -> {
        for (int id : ids) {
          cluster.node(id).stop();
          cluster.node(id).start();
          ProcessCluster.await(
              180,
              () -> {
                noticeTheDead();
                return cluster.node(id).isUp();
              });
          pause(2_000);
        }
      }
      case SPLIT -> {
        int size = ids.size() / 2;
        List<Integer> minority = ids.subList(0, size);
        List<Integer> majority = ids.subList(size, ids.size());
        List<Runnable> undo = new ArrayList<>();
        minority.forEach(id -> undo.add(cut(id, true, true, majority)));
        pause(random.nextInt(15_000));
        undo.forEach(Runnable::run);
      }
      default -> throw new IllegalArgumentException(fault.toString());
    }
  }

  private void killAndStart(List<Integer> ids) {
    ids.forEach(id -> cluster.node(id).kill());
    pause(random.nextInt(5_000));
    for (int id : ids) {
      cluster.node(id).start();
      pause(random.nextInt(1_000));
    }
  }

  private void mendThoseDue() {
    long now = System.nanoTime();
    active.entrySet().removeIf(e -> now - e.getValue().untilNanos() > 0 && mend(e.getKey()));
  }

  private boolean mend(int node) {
    diary.accept("  mend " + active.get(node).fault() + " of node " + node);
    active.get(node).undo().run();
    return true;
  }

  /** Mends everything. */
  void mendAll() {
    active.entrySet().removeIf(e -> mend(e.getKey()));
    noticeTheDead();
  }

  /** A node that ended by itself is a finding; it is started again. */
  void noticeTheDead() {
    for (NodeProcess node : cluster.nodes()) {
      if (node.endedByItself()) {
        String what = "node " + node.id + " ended by itself with " + node.exitCode();
        diary.accept(what);
        // As Kafka's does, a start gives up after a while when there is no majority to let it in.
        if (!node.gaveUpStarting()) {
          history.found(Kind.NODE_ENDED, what);
        }
        node.start();
      }
    }
  }

  private static void pause(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
