package milena.node;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import milena.testing.OwnThreads;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** A node that has ended leaves no thread and no open file in its JVM, however it ended. */
public class NodeLeavesNothingIT extends JUnitSuite {
  @ClassRule public static final TemporaryFolder FIRST = new TemporaryFolder();
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  /** Netty, Akka and the JVM start a few threads once, which are the JVM's from then on. */
  @BeforeClass
  public static void warmUp() throws Exception {
    MilenaNode.builder().dataDir(FIRST.getRoot().toPath()).start().stop();
  }

  @Test
  public void afterACleanStop() throws Exception {
    Set<Thread> before = OwnThreads.now();
    MilenaNode node = MilenaNode.builder().dataDir(folder.getRoot().toPath()).start();
    node.stop();
    assertNothingIsLeft(before);
  }

  @Test
  public void afterAKill() throws Exception {
    Set<Thread> before = OwnThreads.now();
    MilenaNode node = MilenaNode.builder().dataDir(folder.getRoot().toPath()).start();
    node.kill();
    assertNothingIsLeft(before);
  }

  @Test
  public void afterAStartThatFailed() throws Exception {
    Set<Thread> before = OwnThreads.now();
    try (MilenaNode owner = MilenaNode.builder().dataDir(folder.newFolder().toPath()).start()) {
      int taken = Integer.parseInt(owner.bootstrapServers().split(":")[1]);
      CannotStart refusal =
          org.junit.Assert.assertThrows(
              CannotStart.class,
              () ->
                  MilenaNode.builder()
                      .port(taken)
                      .dataDir(folder.getRoot().toPath().resolve("second"))
                      .start());
      assertEquals(refusal.getMessage(), -1, refusal.getMessage().indexOf('\n'));
    }
    assertNothingIsLeft(before);
  }

  private void assertNothingIsLeft(Set<Thread> before) throws Exception {
    assertEquals(List.of(), OwnThreads.leftSince(before));
    assertEquals(List.of(), openFiles(folder.getRoot().toPath()));
  }

  private static List<String> openFiles(Path under) throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return List.of();
    }
    List<String> open = new ArrayList<>();
    try (Stream<Path> all = Files.list(descriptors)) {
      for (Path descriptor : all.collect(Collectors.toList())) {
        try {
          Path target = Files.readSymbolicLink(descriptor);
          if (target.startsWith(under)) {
            open.add(target.toString());
          }
        } catch (IOException closedMeanwhile) {
          // It is not left, then.
        }
      }
    }
    return open;
  }
}
