package milena.broker.controller;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import milena.broker.controller.Controller.Command;

/** What was handed to a controller, for as long as somebody may wait for the answer. */
final class HandedOver {
  private static final Duration ANSWERED_BY = Duration.ofSeconds(30);

  private final int most;
  private final Deque<Handed> handed = new ArrayDeque<>();

  private record Handed(Command command, long forgetNanos) {}

  /** One that remembers no more than the {@code most} latest. */
  HandedOver(int most) {
    this.most = most;
  }

  void add(Command command) {
    long now = System.nanoTime();
    while (!handed.isEmpty() && (handed.size() >= most || handed.peek().forgetNanos() - now <= 0)) {
      handed.remove();
    }
    handed.add(new Handed(command, now + ANSWERED_BY.toNanos()));
  }

  /** What is remembered, once. */
  List<Command> take() {
    List<Command> all = handed.stream().map(Handed::command).toList();
    handed.clear();
    return all;
  }
}
