package milena.testing;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The threads of this process but those of the JVM's own pools, which come when they are needed: on
 * a machine of many cores more of them, and each for a minute.
 */
public final class OwnThreads {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final List<String> POOLS =
      List.of("ForkJoinPool.commonPool", "CompletableFutureDelayScheduler", "process reaper");

  private OwnThreads() {}

  /** Those that live now. */
  public static Set<Thread> now() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> POOLS.stream().noneMatch(thread.getName()::startsWith))
        .collect(Collectors.toCollection(HashSet::new));
  }

  /** The names of those that came after these and do not end: the others are waited for. */
  public static List<String> leftSince(Set<Thread> before) throws InterruptedException {
    Set<Thread> left = now();
    left.removeAll(before);
    long deadline = System.nanoTime() + LIMIT.toNanos();
    for (Thread thread : left) {
      thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
    }
    return left.stream().filter(Thread::isAlive).map(Thread::getName).sorted().toList();
  }
}
