package milena.broker.raft;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;

/**
 * Spares a stopping node a second. Ratis's log worker looks for the end only when its wait for more
 * work runs out; this interrupts that wait once all is applied and the snapshot is taken, when no
 * work can come any more. The worker takes an interrupt as a reason to finish. Should Ratis call
 * its thread otherwise one day, a stop takes the second again.
 */
final class LogWorkerWaker {
  private static final String WORKER = "-SegmentedRaftLogWorker";
  private static final int LOOKS = 50;

  /** Long enough for Ratis to get from its state machine's end to its log worker's. */
  private static final long BEFORE_LOOK_MS = 20;

  private final ThreadGroup group;
  private final CountDownLatch machineClosed;

  /**
   * @param group the threads of one Ratis server
   * @param machineClosed reached when its state machine has been closed
   */
  LogWorkerWaker(ThreadGroup group, CountDownLatch machineClosed) {
    this.group = group;
    this.machineClosed = machineClosed;
  }

  /** Watches a close that is about to begin, on a thread of its own. */
  void watchClose() {
    Thread waker = new Thread(this::wakeOnceClosed, group.getName() + "-waker");
    waker.setDaemon(true);
    waker.start();
  }

  private void wakeOnceClosed() {
    try {
      machineClosed.await();
      for (int look = 0; look < LOOKS; look++) {
        Thread.sleep(BEFORE_LOOK_MS);
        Thread worker = worker();
        if (worker == null) {
          return;
        }
        if (worker.getState() == Thread.State.TIMED_WAITING) {
          worker.interrupt();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Thread worker() {
    Thread[] threads = new Thread[group.activeCount() + 16];
    group.enumerate(threads);
    return Arrays.stream(threads)
        .filter(Objects::nonNull)
        .filter(thread -> thread.getName().endsWith(WORKER))
        .findFirst()
        .orElse(null);
  }
}
