package milena.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.SpawnProtocol;
import akka.cluster.typed.Cluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import milena.broker.raft.RaftEndpoint;
import milena.broker.raft.RaftRpc;
import milena.broker.raft.RatisMetadataLog;
import milena.broker.raft.TestVoters;
import milena.broker.raft.TestVoters.Leading;
import milena.metadata.ClusterEvent.ConfigsReplaced;
import milena.metadata.ClusterImage;
import milena.metadata.ImageCodec;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** A voter that has fallen behind gets 20 MB of metadata over remoting as a node configures it. */
public class LargeSnapshotIT extends JUnitSuite {
  private static final int ENTRIES = 600;
  private static final int ENTRY_BYTES = 35_000;

  @Rule public final TestVoters voters = new TestVoters(4_000, new Remoting());

  /** Each voter in an actor system of its own, with a node's settings. */
  private static final class Remoting implements TestVoters.Way {
    private final Map<Integer, ActorSystem<SpawnProtocol.Command>> systems =
        new ConcurrentHashMap<>();

    @Override
    public RaftRpc.Transport from(int id, Duration requestTimeout) {
      ActorSystem<SpawnProtocol.Command> system =
          NodeSystem.start(
              SpawnProtocol.create(),
              Settings.of(Map.of()).config(),
              new NodeSystem.Remoting("127.0.0.1", "127.0.0.1", 0),
              List.of());
      systems.put(id, system);
      return RaftEndpoint.transport(
          system, peer -> endpoint(system, Integer.parseInt(peer)), requestTimeout);
    }

    private Optional<ActorRef<RaftEndpoint.Call>> endpoint(ActorSystem<?> from, int to) {
      return Optional.ofNullable(systems.get(to))
          .map(system -> Cluster.get(system).selfMember().address())
          .map(
              address ->
                  ActorRefResolver.get(from)
                      .resolveActorRef(address + "/user/" + RaftEndpoint.NAME));
    }

    @Override
    public void open(int id, RatisMetadataLog log) {
      ActorSystem<SpawnProtocol.Command> system = systems.get(id);
      system.tell(
          new SpawnProtocol.Spawn<>(
              RaftEndpoint.create(log), RaftEndpoint.NAME, Props.empty(), system.ignoreRef()));
    }

    @Override
    public void close(int id) {
      systems.remove(id).terminate();
    }

    @Override
    public void end() {}
  }

  @Test
  public void whoIsBehindInstallsIt() throws Exception {
    voters.startNewCluster();
    Leading leader = voters.leader();
    int behind = leader.id() == 3 ? 2 : 3;
    voters.stop(behind);
    for (int i = 1; i <= ENTRIES; i++) {
      ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "t" + i);
      voters.append(leader, i, new ConfigsReplaced(topic, Map.of("k", "v".repeat(ENTRY_BYTES))));
    }
    ClusterImage image = voters.log(leader.id()).image();
    assertTrue(ImageCodec.encode(image).length > 20_000_000);

    assertTrue("the log still has its beginning", logBegins(leader.id()) > 100);

    voters.start(behind);
    assertEquals(image, voters.awaitImage(behind, ENTRIES));
  }

  /** The first entry in a voter's log that a snapshot has not replaced. */
  private long logBegins(int id) throws Exception {
    try (Stream<Path> files = Files.walk(voters.directory(id))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("log_(inprogress_)?\\d+.*"))
          .mapToLong(name -> Long.parseLong(name.replaceFirst("log_(inprogress_)?(\\d+).*", "$2")))
          .min()
          .orElse(0);
    }
  }
}
