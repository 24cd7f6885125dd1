package milena.node;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import milena.broker.controller.BrokerLifecycle;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** A node is whole or gone. */
public class PartFailureIT extends JUnitSuite {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void aNodeThatLostAPartEndsAndSaysSo() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    Settings settings =
        Settings.of(
            Map.of(
                "process.roles", "broker,controller",
                "node.id", "1",
                "listeners", "PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0",
                "controller.listener.names", "CONTROLLER",
                "controller.quorum.voters", "1@127.0.0.1:1",
                "log.dirs", folder.getRoot().toString()));
    RunningNode node = RunningNode.of(settings, ended::countDown, () -> {});
    node.start();
    node.parts().lifecycle().tell(new BrokerLifecycle.Stop(node.parts().system().deadLetters()));
    assertTrue(ended.await(180, TimeUnit.SECONDS));
    assertFalse(node.stop());
    MilenaNode.builder().dataDir(folder.getRoot().toPath()).start().stop();
  }
}
