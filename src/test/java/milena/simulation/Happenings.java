package milena.simulation;

import java.util.PriorityQueue;
import java.util.Random;

/** Simulated time: what will happen, in order, on one thread, by one seed. */
final class Happenings {
  private record Happening(long atMs, long number, Runnable what) {}

  private final PriorityQueue<Happening> queue =
      new PriorityQueue<>(
          (a, b) ->
              a.atMs() != b.atMs()
                  ? Long.compare(a.atMs(), b.atMs())
                  : Long.compare(a.number(), b.number()));
  private final Random random;
  private long nowMs;
  private long numbers;

  Happenings(Random random) {
    this.random = random;
  }

  Random random() {
    return random;
  }

  long nowMs() {
    return nowMs;
  }

  void in(long ms, Runnable what) {
    queue.add(new Happening(nowMs + ms, numbers++, what));
  }

  /** Again and again, a little irregularly. */
  void every(long ms, Runnable what) {
    in(
        1 + ms / 2 + random.nextInt((int) ms),
        () -> {
          what.run();
          every(ms, what);
        });
  }

  void runUntil(long ms, Runnable afterEach) {
    while (!queue.isEmpty() && queue.peek().atMs() <= ms) {
      Happening next = queue.poll();
      nowMs = next.atMs();
      next.what().run();
      afterEach.run();
    }
    nowMs = ms;
  }
}
