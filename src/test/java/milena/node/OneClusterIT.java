package milena.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import milena.broker.raft.RaftSettings;
import milena.metadata.ClusterImage;
import milena.testkit.MilenaCluster;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Whatever its nodes have lost and in whatever order they start: there is one cluster, or none. */
public class OneClusterIT extends JUnitSuite {
  /** Several times as long as voters that may elect somebody take to. */
  private static final int NOTHING_SECONDS = 4;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private MilenaCluster start() {
    return MilenaCluster.builder()
        .nodes(3)
        .config("broker.heartbeat.interval.ms", "250")
        .config("broker.session.timeout.ms", "1000")
        .directory(folder.getRoot().toPath())
        .start();
  }

  private static void makeTopic(MilenaCluster cluster) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
      admin
          .createTopics(List.of(new NewTopic("kept", 3, (short) 3)))
          .all()
          .get(180, TimeUnit.SECONDS);
    }
  }

  private static ClusterImage image(MilenaCluster cluster, int node) {
    return cluster.node(node).run().core().images().current();
  }

  /** A start of nodes side by side, each on a thread that can be interrupted. */
  private static final class Starts {
    private final List<Thread> threads = new ArrayList<>();
    private final CompletableFuture<Object> done;

    Starts(MilenaCluster cluster, int... ids) {
      List<CompletableFuture<Void>> ups = new ArrayList<>();
      CompletableFuture<Void> failed = new CompletableFuture<>();
      for (int id : ids) {
        CompletableFuture<Void> up = new CompletableFuture<>();
        ups.add(up);
        threads.add(
            new Thread(
                () -> {
                  try {
                    cluster.startNode(id);
                    up.complete(null);
                  } catch (RuntimeException e) {
                    failed.completeExceptionally(e);
                  }
                }));
      }
      CompletableFuture<Void> all = CompletableFuture.allOf(ups.toArray(CompletableFuture[]::new));
      done = CompletableFuture.anyOf(all, failed);
      threads.forEach(Thread::start);
    }

    void come() throws Exception {
      done.get(180, TimeUnit.SECONDS);
    }

    void comeToNothing() throws Exception {
      Assert.assertThrows(
          TimeoutException.class, () -> done.get(NOTHING_SECONDS, TimeUnit.SECONDS));
      threads.forEach(Thread::interrupt);
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  @Test
  public void twoThatLostAllBeginNoOtherWhileTheThirdIsAway() throws Exception {
    try (MilenaCluster cluster = start()) {
      makeTopic(cluster);
      final String id = image(cluster, 1).clusterId().orElseThrow();
      cluster.nodeIds().forEach(cluster::killNode);
      Path root = folder.getRoot().toPath();
      delete(root.resolve("2"));
      delete(root.resolve("3"));
      new Starts(cluster, 3, 2).comeToNothing();

      // As the documentation tells the operator: what the first has shall count.
      copy(
          root.resolve("1/" + RaftSettings.DIRECTORY), root.resolve("2/" + RaftSettings.DIRECTORY));
      new Starts(cluster, 3, 2, 1).come();
      for (int node : cluster.nodeIds()) {
        ClusterImage image =
            ImageWait.until(
                cluster.node(node).run().core().images(), now -> now.topic("kept") != null);
        assertEquals(id, image.clusterId().orElseThrow());
      }
    }
  }

  @Test
  public void whoIsCutOffWhileTheOthersStartAnewJoinsThemAndBeginsNothing() throws Exception {
    try (MilenaCluster cluster = start()) {
      makeTopic(cluster);
      final String id = image(cluster, 3).clusterId().orElseThrow();
      cluster.killNode(1);
      cluster.killNode(2);
      cluster.cutNode(3);
      new Starts(cluster, 2, 1).come();
      cluster.healNode(3);
      awaitOneMembership(cluster);
      for (int node : cluster.nodeIds()) {
        assertEquals(id, image(cluster, node).clusterId().orElseThrow());
        assertTrue(image(cluster, node).topic("kept") != null);
      }
    }
  }

  /** Each node's actor cluster has the same three members, all of them up. */
  private static void awaitOneMembership(MilenaCluster cluster) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(180);
    while (true) {
      Set<Set<String>> seen =
          cluster.nodeIds().stream()
              .map(node -> members(cluster.node(node)))
              .collect(Collectors.toSet());
      if (seen.size() == 1
          && seen.iterator().next().size() == 3
          && seen.iterator().next().stream().allMatch(each -> each.startsWith("Up"))) {
        return;
      }
      assertTrue("The actor cluster is " + seen, System.nanoTime() < deadline);
      Thread.sleep(50);
    }
  }

  private static Set<String> members(MilenaNode node) {
    Iterable<Member> members = Cluster.get(node.run().parts().system()).state().getMembers();
    return StreamSupport.stream(members.spliterator(), false)
        .map(member -> member.status() + " " + member.uniqueAddress())
        .collect(Collectors.toSet());
  }

  private static void delete(Path directory) throws Exception {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static void copy(Path from, Path to) throws Exception {
    if (Files.exists(to)) {
      delete(to);
    }
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }
}
