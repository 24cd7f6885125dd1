package milena.node;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.AbstractMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** A node that counts as dead or is told to end at the worst moment of a start. */
public class BeginAnewIT extends JUnitSuite {
  private static final int PATIENCE_SECONDS = 120;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private final AtomicBoolean ended = new AtomicBoolean();

  private Map<String, String> alone() {
    return Map.of(
        "process.roles", "broker,controller",
        "node.id", "1",
        "listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0",
        "controller.listener.names", "CONTROLLER",
        "controller.quorum.voters", "1@127.0.0.1:1",
        "log.dirs", folder.getRoot().toString());
  }

  /** Settings that have something done each time when a run reads them. */
  private static final class Watched extends AbstractMap<String, String> {
    private final Map<String, String> settings;
    private final AtomicReference<Runnable> onNextRead = new AtomicReference<>(() -> {});

    Watched(Map<String, String> settings) {
      this.settings = new HashMap<>(settings);
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
      onNextRead.getAndSet(() -> {}).run();
      return settings.entrySet();
    }
  }

  @Test
  public void whoIsToldToStopBeforeTheNextRunBeginsHasNone() throws Exception {
    Settings given = Settings.of(alone());
    Watched watched = new Watched(given.broker());
    NodeRuns runs = NodeRuns.start(new Settings(watched, given.config()), () -> ended.set(true));
    RunningNode first = runs.current();
    CompletableFuture<Boolean> stopped = new CompletableFuture<>();
    CountDownLatch told = new CountDownLatch(1);
    watched.onNextRead.set(
        () -> {
          Thread stopping =
              new Thread(
                  () -> {
                    try {
                      stopped.complete(runs.stop());
                    } catch (Throwable e) {
                      stopped.completeExceptionally(e);
                    }
                  },
                  "stopping");
          stopping.start();
          awaitWaiting(stopping, runs); // it has said so, and waits for the one that begins anew
          told.countDown();
        });
    first.expelled();
    assertTrue("it never begins anew", told.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    stopped.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    Assert.assertSame("no other run has taken its place", first, runs.current());
    assertFalse("nobody is told of an end that was asked for", ended.get());
    // Nothing holds its directory any more.
    MilenaNode.builder().dataDir(folder.getRoot().toPath()).start().stop();
  }

  @Test
  public void whoIsStruckOffJustAsItIsUpDoesNotStay() throws Exception {
    AtomicBoolean begunAnew = new AtomicBoolean();
    RunningNode run =
        RunningNode.of(Settings.of(alone()), () -> ended.set(true), () -> begunAnew.set(true));
    CompletableFuture<Void> started = new CompletableFuture<>();
    Thread starting =
        new Thread(
            () -> {
              try {
                run.start();
                started.complete(null);
              } catch (Throwable e) {
                started.completeExceptionally(e);
              }
            },
            "starting");
    synchronized (run.state()) {
      starting.start();
      awaitWaiting(starting, run.state()); // it serves, and is about to say that it is up
      run.expelled();
    }
    ExecutionException refused =
        Assert.assertThrows(
            ExecutionException.class, () -> started.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertTrue(refused.toString(), refused.getCause() instanceof CannotStart);
    assertTrue("so that whoever started it starts another", run.isExpelled());
    assertFalse("who starts it is told already", begunAnew.get());
    assertFalse(ended.get());
    MilenaNode.builder().dataDir(folder.getRoot().toPath()).start().stop();
  }

  /** Returns when the thread wants to enter the monitor of an object. */
  private static void awaitWaiting(Thread thread, Object monitor) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      ThreadInfo now = ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId());
      if (now != null
          && now.getThreadState() == Thread.State.BLOCKED
          && now.getLockInfo().getIdentityHashCode() == System.identityHashCode(monitor)) {
        return;
      }
      assertTrue(thread + " never comes there: " + now, System.nanoTime() < deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }
}
