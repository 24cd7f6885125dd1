package milena.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import milena.node.MilenaNode;
import milena.node.NodeExecutors;

/**
 * A node that stands still, wholly or in what ties it to others, until this is {@link #end ended}:
 * each thread that carries it waits here, and what its executors are given meanwhile waits in their
 * queues. For tests that run nodes of their own; {@link MilenaCluster} does this for its nodes.
 */
public final class Standstill {
  /**
   * Settings of a node that is to be {@link #cut}: all that Akka's remoting has to send and to
   * receive goes through one dispatcher.
   */
  public static final Map<String, String> SETTINGS =
      Map.of(
          "milena.akka.remote.artery.advanced.use-control-stream-dispatcher",
          "akka.remote.default-remote-dispatcher");

  /** For a thread that is in the midst of something; it stands still when it is through. */
  private static final long PATIENCE_SECONDS = 5;

  private final CountDownLatch over = new CountDownLatch(1);

  private Standstill() {}

  /**
   * Lets a node stand still, as a process does that was sent SIGSTOP: its connections stay open,
   * and what comes in waits. Its actors, timers and sockets stand still; threads of its metadata
   * log may go on, but nobody hears of it.
   */
  public static Standstill pause(MilenaNode node) {
    NodeExecutors executors = node.executors();
    List<Executor> all = new ArrayList<>(executors.inner());
    all.addAll(executors.network());
    return of(all);
  }

  /**
   * Cuts a node off from the others and from all clients, as a network does that drops every
   * packet: it goes on, its connections stay open, and what it sends and is sent arrives
   * afterwards. It must have been started with {@link #SETTINGS}. Streams that run in its JVM with
   * {@link MilenaNode#brokers} still reach it.
   */
  public static Standstill cut(MilenaNode node) {
    return of(node.executors().network());
  }

  /** Returns when the threads stand still, but for those of a pool that are waiting for a disk. */
  private static Standstill of(List<Executor> executors) {
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
  public void end() {
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
