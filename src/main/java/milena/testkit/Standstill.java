package milena.testkit;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Executors that stand still: each of their threads waits here. What they are given meanwhile waits
 * in their queues, and is done in its order afterwards.
 */
final class Standstill {
  /** For a thread that is in the midst of something; it stands still when it is through. */
  private static final long PATIENCE_SECONDS = 5;

  private final CountDownLatch over = new CountDownLatch(1);

  private Standstill() {}

  /** Returns when the threads stand still, but for those of a pool that are waiting for a disk. */
  static Standstill of(List<Executor> executors) {
    Standstill standstill = new Standstill();
    for (Executor executor : executors) {
      standstill.hold(executor);
    }
    return standstill;
  }

  private void hold(Executor executor) {
    Hold hold = new Hold(executor);
    try {
      executor.execute(hold);
      hold.await();
    } catch (RejectedExecutionException | IllegalStateException ended) {
      // Nothing stands as still as what has ended.
    } catch (InterruptedException e) {
      over.countDown();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a node was to stand still", e);
    }
  }

  /** Lets all go on. */
  void end() {
    over.countDown();
  }

  /** Takes a thread, and has the next one taken first: until no thread is left to take it. */
  private final class Hold implements Runnable {
    private final Executor executor;
    private final Semaphore held = new Semaphore(0);
    private volatile int threads = 1;

    Hold(Executor executor) {
      this.executor = executor;
    }

    @Override
    public void run() {
      if (over.getCount() == 0) {
        return;
      }
      if (Thread.currentThread() instanceof ForkJoinWorkerThread worker) {
        threads = worker.getPool().getParallelism();
      }
      executor.execute(this);
      held.release();
      boolean interrupted = false;
      while (over.getCount() > 0) {
        try {
          over.await();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    /** The first thread tells how many there are. */
    void await() throws InterruptedException {
      if (held.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS) && threads > 1) {
        held.tryAcquire(threads - 1, PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    }
  }
}
