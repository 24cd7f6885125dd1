package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import milena.node.FreePorts;
import milena.node.MilenaNode;
import milena.testing.EachBroker;
import milena.testkit.MilenaCluster;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.QuorumInfo.ReplicaState;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Who keeps and who reads the metadata log, as kafka-metadata-quorum shows them. */
public class MetadataQuorumIT extends JUnitSuite {
  private static final String TOOL = "org.apache.kafka.tools.MetadataQuorumCommand";
  private static final Set<Integer> BROKERS = Set.of(4, 5);

  /** Several times as long as a voter that lives is not heard of. */
  private static final long SILENT_MS = 2_000;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private final Map<Integer, CompletableFuture<MilenaNode>> nodes = new LinkedHashMap<>();

  @After
  public void killAll() {
    nodes.values().stream()
        .filter(node -> !node.isCompletedExceptionally())
        .forEach(node -> node.join().kill());
  }

  /** Two of the three are told of an address at which there is a controller, and no more. */
  private void start(int id, int controllerPort, String role, String listener) {
    MilenaNode.Builder builder =
        MilenaNode.builder()
            .config("node.id", "" + id)
            .config("process.roles", role)
            .config(
                id == 5 ? "controller.quorum.voters" : "controller.quorum.bootstrap.servers",
                (id == 5 ? "1@" : "") + "127.0.0.1:" + controllerPort)
            .config("controller.listener.names", "CONTROLLER")
            .config("listeners", listener)
            .config("log.dirs", folder.getRoot().toPath().resolve("" + id).toString());
    CompletableFuture<MilenaNode> started = new CompletableFuture<>();
    nodes.put(id, started);
    // Of its own: the common pool may have one thread only, and they wait for each other.
    Thread thread =
        new Thread(
            () -> {
              try {
                started.complete(builder.start());
              } catch (RuntimeException e) {
                started.completeExceptionally(e);
              }
            },
            "start-" + id);
    thread.setDaemon(true);
    thread.start();
  }

  @Test
  public void nodesThatDoNotVoteAreObservers() throws Exception {
    int port = FreePorts.withOffsets(0);
    start(1, port, "controller", "CONTROLLER://127.0.0.1:" + port);
    BROKERS.forEach(id -> start(id, port, "broker", "PLAINTEXT://127.0.0.1:0"));
    String bootstrap = nodes.get(4).get().bootstrapServers();
    nodes.get(5).get();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      for (int i = 0; i < 5; i++) {
        admin.createTopics(List.of(new NewTopic("t" + i, 1, (short) 2))).all().get();
      }
      Await.until(
          "all have all, the brokers as observers",
          () -> {
            QuorumInfo quorum = admin.describeMetadataQuorum().quorumInfo().get();
            return ids(quorum.observers()).equals(BROKERS)
                && ids(quorum.voters()).equals(Set.of(1))
                && haveAll(quorum);
          });
      String status = tool(bootstrap, "--status");
      assertTrue(status, status.matches("(?s).*CurrentObservers: +\\[.*4.*5.*].*"));
      String table = tool(bootstrap, "--replication");
      assertEquals(table, 2, table.lines().filter(line -> line.contains("Observer")).count());
      assertEquals(table, 1, table.lines().filter(line -> line.contains("Leader")).count());

      nodes.get(5).get().kill();
      for (int i = 5; i < 10; i++) {
        admin.createTopics(List.of(new NewTopic("t" + i, 1, (short) 1))).all().get();
      }
      Await.until("the dead one lags", () -> lag(admin, 5) > 0 && lag(admin, 4) == 0);
    }
  }

  @Test
  public void ofAVoterThatIsDownWhatIsKnownLastIsTold() throws Exception {
    try (MilenaCluster cluster =
            MilenaCluster.builder()
                .nodes(3)
                // Another leader would know nothing of it.
                .config("controller.quorum.election.timeout.ms", "5000")
                .start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic("first", 1, (short) 1))).all().get();
      int down = 1 + EachBroker.controller(cluster) % 3;
      Await.until("it has all", () -> voter(admin, down).lastCaughtUpTimestamp().isPresent());
      long end = voter(admin, down).logEndOffset();
      assertTrue("" + end, end > 0);
      long killedAt = System.currentTimeMillis();
      cluster.killNode(down);
      for (int i = 0; i < 3; i++) {
        admin.createTopics(List.of(new NewTopic("next" + i, 1, (short) 1))).all().get();
      }
      QuorumInfo quorum = admin.describeMetadataQuorum().quorumInfo().get();
      ReplicaState gone = voter(admin, down);
      assertTrue(gone.toString(), gone.logEndOffset() >= end);
      assertTrue(gone.toString(), gone.logEndOffset() < quorum.highWatermark());
      assertTrue(gone.toString(), gone.lastCaughtUpTimestamp().orElseThrow() > killedAt - 60_000);
      // It may have answered while it was being killed.
      Await.until(
          "it is not said to be heard of any more, nor to have all",
          () -> {
            long latest = System.currentTimeMillis() - SILENT_MS;
            ReplicaState now = voter(admin, down);
            return now.lastFetchTimestamp().orElseThrow() < latest
                && now.lastCaughtUpTimestamp().orElseThrow() < latest;
          });
    }
  }

  private static ReplicaState voter(Admin admin, int id) throws Exception {
    return admin.describeMetadataQuorum().quorumInfo().get().voters().stream()
        .filter(each -> each.replicaId() == id)
        .findFirst()
        .orElseThrow();
  }

  private static Set<Integer> ids(List<ReplicaState> replicas) {
    return replicas.stream().map(ReplicaState::replicaId).collect(Collectors.toSet());
  }

  private static boolean haveAll(QuorumInfo quorum) {
    return Stream.concat(quorum.voters().stream(), quorum.observers().stream())
        .allMatch(
            each ->
                each.logEndOffset() == quorum.highWatermark()
                    && each.lastCaughtUpTimestamp().isPresent());
  }

  private static long lag(Admin admin, int observer) throws Exception {
    QuorumInfo quorum = admin.describeMetadataQuorum().quorumInfo().get();
    return quorum.highWatermark()
        - quorum.observers().stream()
            .filter(each -> each.replicaId() == observer)
            .findFirst()
            .orElseThrow()
            .logEndOffset();
  }

  private static String tool(String bootstrap, String what) {
    return StockTool.kafka(TOOL, "--bootstrap-server", bootstrap, "describe", what).succeeded();
  }
}
