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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import milena.broker.raft.MetadataLog;
import milena.broker.raft.RaftEndpoint;
import milena.broker.raft.RaftSettings;
import milena.broker.raft.RatisMetadataLog;
import milena.metadata.ClusterEvent.ConfigsReplaced;
import milena.metadata.ClusterImage;
import milena.metadata.ImageCodec;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** A voter that has fallen behind gets 20 MB of metadata over remoting as a node configures it. */
public class LargeSnapshotIT extends JUnitSuite {
  private static final List<Integer> IDS = List.of(1, 2, 3);
  private static final int ENTRIES = 1_050;
  private static final int ENTRY_BYTES = 20_000;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private final Map<Integer, ActorSystem<SpawnProtocol.Command>> systems = new TreeMap<>();
  private final Map<Integer, RatisMetadataLog> logs = new TreeMap<>();
  private final BlockingQueue<Leading> leads = new LinkedBlockingQueue<>();

  private record Leading(int id, long term) {}

  @After
  public void stopAll() {
    logs.values().forEach(RatisMetadataLog::abandon);
    systems.values().forEach(ActorSystem::terminate);
  }

  private Path directory(int id) {
    return folder.getRoot().toPath().resolve("" + id);
  }

  private void startSystem(int id) {
    systems.put(
        id,
        NodeSystem.start(
            SpawnProtocol.create(),
            Settings.of(Map.of()).config(),
            new NodeSystem.Remoting("127.0.0.1", "127.0.0.1", 0),
            List.of()));
  }

  private Optional<ActorRef<RaftEndpoint.Call>> endpoint(int from, String to) {
    String address =
        Cluster.get(systems.get(Integer.parseInt(to))).selfMember().address().toString();
    return Optional.of(
        ActorRefResolver.get(systems.get(from))
            .resolveActorRef(address + "/user/" + RaftEndpoint.NAME));
  }

  private void startVoter(int id) throws Exception {
    RaftSettings settings = new RaftSettings(id, IDS, directory(id));
    RatisMetadataLog log =
        RatisMetadataLog.start(
            settings,
            RaftEndpoint.transport(
                systems.get(id), peer -> endpoint(id, peer), settings.requestTimeout()),
            failure -> {});
    logs.put(id, log);
    systems
        .get(id)
        .tell(
            new SpawnProtocol.Spawn<>(
                RaftEndpoint.create(log),
                RaftEndpoint.NAME,
                Props.empty(),
                systems.get(id).ignoreRef()));
    log.vote();
    log.observe(
        new MetadataLog.Observer() {
          @Override
          public void onImage(ClusterImage image) {}

          @Override
          public void onLeaderReady(long term) {
            leads.add(new Leading(id, term));
          }

          @Override
          public void onLeadershipLost() {}
        });
  }

  private static ClusterImage await(MetadataLog log, long sequence) throws Exception {
    BlockingQueue<ClusterImage> images = new LinkedBlockingQueue<>();
    log.observe(
        new MetadataLog.Observer() {
          @Override
          public void onImage(ClusterImage image) {
            images.add(image);
          }

          @Override
          public void onLeaderReady(long term) {}

          @Override
          public void onLeadershipLost() {}
        });
    ClusterImage image = ClusterImage.EMPTY;
    while (image != null && image.lastSequence() < sequence) {
      image = images.poll(60, TimeUnit.SECONDS);
    }
    return image;
  }

  @Test
  public void whoIsBehindInstallsIt() throws Exception {
    IDS.forEach(this::startSystem);
    for (int id : IDS) {
      startVoter(id);
    }
    Leading leader = leads.poll(60, TimeUnit.SECONDS);
    int behind = leader.id() == 3 ? 2 : 3;
    logs.remove(behind).abandon();
    systems.remove(behind).terminate();
    RatisMetadataLog leading = logs.get(leader.id());
    for (int i = 1; i <= ENTRIES; i++) {
      ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "t" + i);
      leading
          .append(
              leader.term(),
              i,
              List.of(new ConfigsReplaced(topic, Map.of("k", "v".repeat(ENTRY_BYTES)))))
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);
    }
    ClusterImage image = leading.image();
    assertTrue(ImageCodec.encode(image).length > 20_000_000);

    assertTrue("the log still has its beginning", logBegins(leader.id()) > 100);

    startSystem(behind);
    startVoter(behind);
    assertEquals(image, await(logs.get(behind), ENTRIES));
  }

  /** The first entry in a voter's log that a snapshot has not replaced. */
  private long logBegins(int id) throws Exception {
    try (Stream<Path> files = Files.walk(directory(id))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("log_(inprogress_)?\\d+.*"))
          .mapToLong(name -> Long.parseLong(name.replaceFirst("log_(inprogress_)?(\\d+).*", "$2")))
          .min()
          .orElse(0);
    }
  }
}
