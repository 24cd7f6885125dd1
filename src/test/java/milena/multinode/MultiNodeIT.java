package milena.multinode;

import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Three nodes and a client member, in a JVM each; what they said is in target/multi-node. */
public class MultiNodeIT extends JUnitSuite {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void streamsOutliveLeaderCoordinatorAndController() throws Exception {
    Launcher.run(DeathInEachRole.class, folder.getRoot().toPath());
  }

  @Test
  public void streamsOutliveACutAndARollingRestart() throws Exception {
    Launcher.run(CutAndRestarts.class, folder.getRoot().toPath());
  }
}
