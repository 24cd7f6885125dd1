package milena.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs as many worlds as wanted, each on one thread from one seed, on all processors: {@code mvn
 * -Psimulate -Dseeds=1000000}. It ends at the first that goes wrong, and says how to repeat that
 * one.
 */
public final class Simulate {
  private static final long WORD_EVERY_SECONDS = 10;

  private final long first;
  private final long count;
  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong acknowledgements = new AtomicLong();
  private final AtomicBoolean failed = new AtomicBoolean();
  private final long startNanos = System.nanoTime();

  private Simulate(long first, long count) {
    this.first = first;
    this.count = count;
  }

  /** How many worlds, and optionally the first seed; the others follow it. */
  public static void main(String[] arguments) throws InterruptedException {
    boolean isGiven = arguments.length > 1 && !arguments[1].isEmpty();
    long first = isGiven ? Long.decode(arguments[1]) : System.nanoTime();
    Simulate simulate = new Simulate(first, Long.parseLong(arguments[0]));
    if (!simulate.run()) {
      System.exit(1);
    }
  }

  private boolean run() throws InterruptedException {
    int threads = (int) Math.min(Runtime.getRuntime().availableProcessors(), count);
    System.out.println(count + " worlds from seed " + first + " on, on " + threads + " threads");
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread worker = new Thread(this::work, "worlds-" + i);
      worker.start();
      workers.add(worker);
    }
    for (Thread worker : workers) {
      worker.join(TimeUnit.SECONDS.toMillis(WORD_EVERY_SECONDS));
      while (worker.isAlive()) {
        tell("so far");
        worker.join(TimeUnit.SECONDS.toMillis(WORD_EVERY_SECONDS));
      }
    }
    tell(failed.get() ? "before one went wrong" : "and none went wrong");
    return !failed.get();
  }

  private void work() {
    long next = begun.getAndIncrement();
    while (next < count && !failed.get()) {
      simulate(first + next);
      next = begun.getAndIncrement();
    }
  }

  private void simulate(long seed) {
    try {
      acknowledgements.addAndGet(new ReplicationWorld(seed, Bug.NONE).run().acknowledgements());
      done.incrementAndGet();
    } catch (Throwable wrong) {
      if (failed.compareAndSet(false, true)) {
        wrong.printStackTrace();
        System.out.println(
            "The world of seed "
                + seed
                + " went wrong; its story: mvn -Psimulate -Dseeds=1 -Dseed="
                + seed
                + " -Dsimulation.trace=true");
      }
    }
  }

  private void tell(String when) {
    System.out.printf(
        "%,d worlds, %,d records acknowledged, %,d s: %s%n",
        done.get(),
        acknowledgements.get(),
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos),
        when);
  }
}
