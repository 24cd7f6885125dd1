package milena.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import milena.metadata.PreviousStop;
import org.apache.kafka.common.Uuid;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Whose log directories are. */
public class DirectoriesTest extends JUnitSuite {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  @Test
  public void aNewDirectoryGetsAnIdAtOnceAndItsClusterLater() throws Exception {
    List<Uuid> ids;
    try (Directories directories = Directories.open(1, paths("a", "b"))) {
      ids = directories.ids();
      assertNotEquals(ids.get(0), ids.get(1));
      assertEquals(Optional.empty(), directories.clusterId());
      directories.join("cluster-one");
    }
    try (Directories directories = Directories.open(1, paths("a", "b"))) {
      assertEquals(ids, directories.ids());
      assertEquals(Optional.of("cluster-one"), directories.clusterId());
    }
  }

  @Test
  public void anotherNodesDirectoryIsRefused() {
    Directories.open(1, paths("a")).close();
    refuses(() -> Directories.open(2, paths("a")), "belongs to node 1, this is node 2");
    refuses(() -> Directories.open(2, paths("b", "a")), "belongs to node 1, this is node 2");
    Directories.open(2, paths("b")).close();
  }

  @Test
  public void anotherClustersDirectoryIsRefused() {
    try (Directories directories = Directories.open(1, paths("a"))) {
      directories.join("cluster-one");
      refuses(() -> directories.join("cluster-two"), "belongs to the cluster cluster-one");
    }
    try (Directories directories = Directories.open(1, paths("b"))) {
      directories.join("cluster-two");
    }
    refuses(() -> Directories.open(1, paths("a", "b")), "belongs to the cluster cluster-two");
  }

  @Test
  public void aDirectoryInUseIsRefused() {
    try (Directories first = Directories.open(1, paths("a"))) {
      assertEquals(1, first.ids().size());
      refuses(() -> Directories.open(1, paths("a")), "a");
    }
    Directories.open(1, paths("a")).close();
  }

  @Test
  public void partitionsWithoutTheirMetadataLogAreRefused() throws Exception {
    Path metadataLog = folder.getRoot().toPath().resolve("a/metadata");
    try (Directories directories = Directories.open(1, paths("a"))) {
      directories.requireMetadataLog(metadataLog);
      Files.createDirectories(folder.getRoot().toPath().resolve("a/orders-0"));
      refuses(() -> directories.requireMetadataLog(metadataLog), "hold partitions");
      Files.createDirectories(metadataLog);
      directories.requireMetadataLog(metadataLog);
    }
  }

  @Test
  public void aStopWithoutTheMarkIsACrashOfTheProcessWithinOneBoot() throws Exception {
    try (Directories directories = Directories.open(1, paths("a"))) {
      assertEquals(PreviousStop.LOSSY, directories.previousStop(directories.read()));
      assertEquals(PreviousStop.PROCESS_CRASH, directories.previousStop(directories.read()));
      Files.writeString(folder.getRoot().toPath().resolve("a/milena.boot"), "another\n");
      assertEquals(PreviousStop.LOSSY, directories.previousStop(directories.read()));
      directories.all().get(0).markCleanShutdown(7);
      assertEquals(PreviousStop.CLEAN, directories.previousStop(directories.read()));
    }
  }

  private List<Path> paths(String... names) {
    return List.of(names).stream().map(folder.getRoot().toPath()::resolve).toList();
  }

  private static void refuses(ThrowingRunnable action, String because) {
    CannotStart refusal = Assert.assertThrows(CannotStart.class, action);
    assertTrue(refusal.getMessage(), refusal.getMessage().contains(because));
    assertEquals(refusal.getMessage(), -1, refusal.getMessage().indexOf('\n'));
  }
}
