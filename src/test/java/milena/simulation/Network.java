package milena.simulation;

import java.util.HashSet;
import java.util.Set;

/** Delays, reorders, drops and repeats messages, and can be cut between any two places. */
final class Network {
  private record Link(int from, int to) {}

  private final Happenings happenings;
  private final Set<Link> cut = new HashSet<>();
  private boolean faulty = true;

  Network(Happenings happenings) {
    this.happenings = happenings;
  }

  /** The place of a controller; brokers' places are their numbers. */
  static int controller(int number) {
    return -1 - number;
  }

  boolean isCut(int from, int to) {
    return cut.contains(new Link(from, to));
  }

  /** What is sent arrives once or never. */
  void send(int from, int to, Runnable arrives) {
    if (isCut(from, to) || (faulty && happenings.random().nextInt(25) == 0)) {
      return;
    }
    boolean late = faulty && happenings.random().nextInt(20) == 0;
    happenings.in(1 + happenings.random().nextInt(late ? 600 : 10), arrives);
  }

  /** What is sent arrives once or never, and may take so long that it is sent anew meanwhile. */
  void sendSlowly(int from, int to, Runnable arrives) {
    boolean slow = faulty && happenings.random().nextInt(8) == 0;
    int extraMs = slow ? happenings.random().nextInt(2500) : 0;
    send(from, to, () -> happenings.in(extraMs, arrives));
  }

  /** What is sent may arrive twice. */
  void sendCarelessly(int from, int to, Runnable arrives) {
    send(from, to, arrives);
    if (faulty && happenings.random().nextInt(20) == 0) {
      send(from, to, arrives);
    }
  }

  /** One way only, as broken networks do. */
  void cut(int from, int to) {
    cut.add(new Link(from, to));
  }

  void heal() {
    cut.clear();
  }

  void becomeReliable() {
    faulty = false;
    cut.clear();
  }
}
