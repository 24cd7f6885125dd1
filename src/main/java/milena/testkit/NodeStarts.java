package milena.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;

/**
 * Nodes that start side by side, since each waits for the others: when one can't start, or not all
 * are up within a minute, the rest are given up as well.
 */
final class NodeStarts {
  private static final Duration UP_WITHIN = Duration.ofSeconds(60);

  /** What a start that was interrupted takes to undo what it has done. */
  private static final Duration UNDONE_WITHIN = Duration.ofSeconds(20);

  private final List<Thread> threads = new ArrayList<>();
  private final List<CompletableFuture<Void>> ups = new ArrayList<>();
  private final CompletableFuture<Void> failed = new CompletableFuture<>();

  private NodeStarts() {}

  /**
   * Returns when all are up.
   *
   * @param start starts a node and waits until it serves; ends early when it is interrupted
   * @throws RuntimeException what the first that failed has thrown, or that they took too long
   */
  static void run(List<Integer> ids, IntConsumer start) {
    NodeStarts starts = new NodeStarts();
    ids.forEach(id -> starts.begin(id, start));
    boolean up = false;
    try {
      starts.await();
      up = true;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "Not all of the nodes " + ids + " were up within " + UP_WITHIN.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the nodes " + ids + " started", e);
    } finally {
      if (!up) {
        starts.giveUp();
      }
    }
  }

  private void begin(int id, IntConsumer start) {
    CompletableFuture<Void> up = new CompletableFuture<>();
    ups.add(up);
    Thread thread =
        new Thread(
            () -> {
              try {
                start.accept(id);
                up.complete(null);
              } catch (Throwable e) {
                failed.completeExceptionally(e);
              }
            },
            "milena-cluster-start-" + id);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void await() throws ExecutionException, TimeoutException, InterruptedException {
    CompletableFuture<Void> all = CompletableFuture.allOf(ups.toArray(CompletableFuture[]::new));
    CompletableFuture.anyOf(all, failed).get(UP_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Also for one who was interrupted itself: nothing shall be left of what it began. */
  private void giveUp() {
    boolean interrupted = Thread.interrupted();
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join(UNDONE_WITHIN.toMillis());
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
