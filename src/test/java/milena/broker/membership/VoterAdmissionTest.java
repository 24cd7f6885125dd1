package milena.broker.membership;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import milena.broker.raft.MetadataLog;
import milena.broker.raft.RaftEndpoint;
import milena.broker.raft.RaftSettings;
import milena.broker.raft.RatisMetadataLog;
import milena.metadata.ClusterEvent.ClusterNamed;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.MemberNode;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Three voters, of whom some have lost their memory: a cluster begins once, by all of them. */
public class VoterAdmissionTest extends JUnitSuite {
  private static final List<Integer> IDS = List.of(1, 2, 3);

  /** Several times as long as any election takes. */
  private static final int QUIET_SECONDS = 4;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private ActorTestKit kit;
  private final Map<String, ActorRef<RaftEndpoint.Call>> endpoints = new ConcurrentHashMap<>();
  private final Map<Integer, ActorRef<VoterAdmission.Ask>> admissions = new ConcurrentHashMap<>();
  private final Map<Integer, RatisMetadataLog> logs = new ConcurrentHashMap<>();
  private final BlockingQueue<Leading> leads = new LinkedBlockingQueue<>();

  private record Leading(int id, long term) {}

  @Before
  public void startKit() {
    kit = ActorTestKit.create("admission", ConfigFactory.load());
  }

  @After
  public void stopAll() {
    Set.copyOf(logs.keySet()).forEach(this::stop);
    kit.shutdownTestKit();
  }

  private Path directory(int id) {
    return folder.getRoot().toPath().resolve("node" + id);
  }

  private void start(int id, boolean mayFound) throws IOException {
    RatisMetadataLog log =
        RatisMetadataLog.start(
            new RaftSettings(id, IDS, directory(id)),
            RaftEndpoint.transport(
                kit.system(),
                peer -> Optional.ofNullable(endpoints.get(peer)),
                Duration.ofSeconds(1)),
            failure -> {});
    logs.put(id, log);
    endpoints.put("" + id, kit.spawn(RaftEndpoint.create(log)));
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
    admissions.put(
        id,
        kit.spawn(
            VoterAdmission.create(
                log,
                new MemberNode(id, "here", 1, id, false),
                others(id),
                leader -> Optional.empty(),
                images(log),
                mayFound)));
  }

  private VoterAdmission.Others others(int id) {
    return new VoterAdmission.Others() {
      @Override
      public List<Integer> ids() {
        return IDS.stream().filter(each -> each != id).toList();
      }

      @Override
      public Optional<ActorRef<VoterAdmission.Ask>> voter(int other) {
        return Optional.ofNullable(admissions.get(other));
      }
    };
  }

  private static ImageSource images(RatisMetadataLog log) {
    return new ImageSource() {
      @Override
      public ClusterImage current() {
        return log.image();
      }

      @Override
      public Subscription subscribe(Listener listener) {
        return () -> {};
      }
    };
  }

  private void stop(int id) {
    kit.stop(admissions.remove(id));
    kit.stop(endpoints.remove("" + id));
    logs.remove(id).abandon();
  }

  private void wipe(int id) throws IOException {
    try (Stream<Path> all = Files.walk(directory(id))) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private Leading leader() throws InterruptedException {
    Leading leading = leads.poll(60, TimeUnit.SECONDS);
    assertTrue("nobody leads", leading != null);
    return leading;
  }

  private void nobodyLeads(String why) throws InterruptedException {
    assertNull(why, leads.poll(QUIET_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  public void aClusterBeginsWhenTheLastOfItsVotersIsThere() throws Exception {
    start(2, true);
    start(3, true);
    nobodyLeads("two of three began a cluster, and the third may know one");
    assertTrue(logs.get(2).isShut() && logs.get(3).isShut());
    start(1, true);
    leader();
  }

  @Test
  public void partitionsOfAnEarlierClusterOnOneVoterKeepAllFromBeginningAnother() throws Exception {
    start(1, false);
    start(2, true);
    start(3, true);
    nobodyLeads("there was a cluster");
  }

  @Test
  public void twoThatLostTheirMemoryBeginNothingAndTheThirdsIsTakenOnAnOperatorsWord()
      throws Exception {
    for (int id : IDS) {
      start(id, true);
    }
    Leading first = leader();
    logs.get(first.id())
        .append(first.term(), 1, List.of(new ClusterNamed("kept")))
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
    IDS.forEach(this::stop);
    List<Integer> lost = IDS.stream().filter(id -> id != first.id()).toList();
    leads.clear();
    for (int id : lost) {
      wipe(id);
      start(id, true);
    }
    nobodyLeads("two that know nothing began anew");
    start(first.id(), true);
    nobodyLeads("two that know nothing elected somebody");

    stop(first.id());
    stop(lost.get(0));
    wipe(lost.get(0));
    copy(directory(first.id()), directory(lost.get(0)));
    start(first.id(), true);
    start(lost.get(0), true);
    Leading second = leader();
    assertEquals(Optional.of("kept"), logs.get(second.id()).image().clusterId());
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }
}
