package milena.node;

import static org.junit.Assert.assertTrue;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** A broker that waits for controllers which are not there, and is not wanted any more. */
public class GivenUpStartIT extends JUnitSuite {
  private static final int PATIENCE_SECONDS = 180;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void aStartEndsAtOnceWhenItIsGivenUp() throws Exception {
    int nobodyListens = FreePorts.withOffsets(0);
    RunningNode node =
        RunningNode.of(
            Settings.of(
                Map.of(
                    "process.roles", "broker",
                    "node.id", "2",
                    "listeners", "PLAINTEXT://127.0.0.1:0",
                    "controller.listener.names", "CONTROLLER",
                    "controller.quorum.voters", "1@127.0.0.1:" + nobodyListens,
                    // It would wait for so long.
                    "initial.broker.registration.timeout.ms", "" + 20_000 * PATIENCE_SECONDS,
                    "log.dirs", folder.getRoot().getPath())),
            () -> {},
            () -> {});
    CompletableFuture<Void> started = CompletableFuture.runAsync(node::start);
    node.giveUp();
    ExecutionException failure =
        Assert.assertThrows(
            ExecutionException.class, () -> started.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertTrue(failure.toString(), failure.getCause() instanceof CannotStart);
    assertTrue(failure.toString(), failure.getMessage().contains("asked to end"));
  }
}
