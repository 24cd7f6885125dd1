package milena.broker.raft;

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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import milena.metadata.ClusterEvent.ClusterNamed;
import milena.metadata.ClusterEvent.ProducerIdsAllocated;
import milena.metadata.ClusterImage;
import milena.metadata.MetadataEvent;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Three voters that reach each other through actors only: they elect, replicate and catch up. */
public class VotersTest extends JUnitSuite {
  private static final List<Integer> IDS = List.of(1, 2, 3);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private ActorTestKit kit;
  private final Map<String, ActorRef<RaftEndpoint.Call>> endpoints = new ConcurrentHashMap<>();
  private final Map<Integer, RatisMetadataLog> logs = new ConcurrentHashMap<>();
  private final BlockingQueue<Leading> leads = new LinkedBlockingQueue<>();

  private record Leading(int id, long term) {}

  @Before
  public void startKit() {
    kit = ActorTestKit.create("voters", ConfigFactory.load());
  }

  @After
  public void stop() {
    new ArrayList<>(logs.keySet()).forEach(this::stopVoter);
    kit.shutdownTestKit();
  }

  private void startVoter(int id) throws IOException {
    RatisMetadataLog log =
        RatisMetadataLog.start(
            new RaftSettings(id, IDS, folder.getRoot().toPath().resolve("node" + id)),
            RaftEndpoint.transport(
                kit.system(),
                peer -> Optional.ofNullable(endpoints.get(peer)),
                Duration.ofSeconds(1)),
            failure -> {});
    logs.put(id, log);
    endpoints.put(Integer.toString(id), kit.spawn(RaftEndpoint.create(log)));
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

  private void stopVoter(int id) {
    kit.stop(endpoints.remove(Integer.toString(id)));
    logs.remove(id).abandon();
  }

  private Leading leader() throws InterruptedException {
    Leading leading = leads.poll(60, TimeUnit.SECONDS);
    assertTrue("nobody leads", leading != null);
    return leading;
  }

  private void append(Leading leader, long first, MetadataEvent event) throws Exception {
    logs.get(leader.id())
        .append(leader.term(), first, List.of(event))
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  @Test
  public void aMajorityGoesOnAndWhoeverReturnsCatchesUp() throws Exception {
    startNewCluster();
    Leading first = leader();
    append(first, 1, new ClusterNamed("three"));
    append(first, 2, new ProducerIdsAllocated(1000));
    stopVoter(first.id());

    Leading second = leader();
    assertTrue(second.term() > first.term());
    append(second, 3, new ProducerIdsAllocated(2000));
    ClusterImage image = logs.get(second.id()).image();
    assertEquals(2000, image.nextProducerId());

    startVoter(first.id());
    assertEquals(image, imageOnceAt(first.id(), 3));
  }

  @Test
  public void whoseTurnItIsStandsInForALeaderThatIsSaidToBeDead() throws Exception {
    startNewCluster();
    Leading first = leader();
    append(first, 1, new ClusterNamed("three"));
    List<Integer> others = IDS.stream().filter(id -> id != first.id()).toList();
    for (int id : others) {
      imageOnceAt(id, 1);
    }
    logs.get(others.get(1)).challenge(first.id(), 0); // not its turn
    logs.get(others.get(0)).challenge(others.get(1), 0); // not the leader
    logs.get(others.get(0)).challenge(first.id(), 0);
    Leading second = leader();
    assertEquals(new Leading(others.get(0), first.term() + 1), second);
    append(second, 2, new ProducerIdsAllocated(1000));
    imageOnceAt(others.get(1), 2);
    logs.get(others.get(1)).challenge(second.id(), 1);
    assertEquals(new Leading(others.get(1), first.term() + 2), leader());
  }

  private ClusterImage imageOnceAt(int voter, long sequence) throws InterruptedException {
    BlockingQueue<ClusterImage> images = new LinkedBlockingQueue<>();
    logs.get(voter)
        .observe(
            new MetadataLog.Observer() {
              @Override
              public void onImage(ClusterImage applied) {
                images.add(applied);
              }

              @Override
              public void onLeaderReady(long term) {}

              @Override
              public void onLeadershipLost() {}
            });
    ClusterImage image = ClusterImage.EMPTY;
    while (image.lastSequence() < sequence) {
      image = images.poll(60, TimeUnit.SECONDS);
      assertTrue("node " + voter + " does not catch up", image != null);
    }
    return image;
  }

  private void startNewCluster() throws IOException {
    for (int id : IDS) {
      startVoter(id);
    }
    for (RatisMetadataLog log : logs.values()) {
      assertTrue(log.isShut() && log.isEmpty());
      log.vote();
    }
  }

  private void wipe(int id) throws IOException {
    try (Stream<Path> all = Files.walk(folder.getRoot().toPath().resolve("node" + id))) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** What a voter's image comes to be. */
  private ClusterImage await(int id, long sequence) throws InterruptedException {
    BlockingQueue<ClusterImage> images = new LinkedBlockingQueue<>();
    logs.get(id)
        .observe(
            new MetadataLog.Observer() {
              @Override
              public void onImage(ClusterImage applied) {
                images.add(applied);
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
  public void aWipedVoterHelpsNobodyToForgetWhatWasCommitted() throws Exception {
    startNewCluster();
    Leading first = leader();
    append(first, 1, new ClusterNamed("three"));
    List<Integer> others = IDS.stream().filter(id -> id != first.id()).toList();
    int behind = others.get(0);
    int wiped = others.get(1);
    await(behind, 1);
    stopVoter(behind);
    append(first, 2, new ProducerIdsAllocated(1000));
    stopVoter(wiped);
    stopVoter(first.id());
    wipe(wiped);
    leads.clear();

    startVoter(behind);
    startVoter(wiped);
    assertTrue(logs.get(wiped).isShut());
    // Several times as long as any election takes.
    assertNull("one that had lost all voted", leads.poll(6, TimeUnit.SECONDS));

    startVoter(first.id());
    Leading second = leader();
    assertEquals(first.id(), second.id());
    append(second, 3, new ProducerIdsAllocated(2000));
    RatisMetadataLog returned = logs.get(wiped);
    assertEquals(0, returned.image().lastSequence());
    returned.learn();
    assertEquals(2000, await(wiped, 3).nextProducerId());
    assertTrue(!returned.mayVote());
    returned.vote();
    stopVoter(behind);
    append(second, 4, new ProducerIdsAllocated(3000));
  }

  @Test
  public void whoCrashesWhileItLearnsBeginsAgain() throws Exception {
    startNewCluster();
    Leading first = leader();
    append(first, 1, new ClusterNamed("three"));
    int wiped = IDS.stream().filter(id -> id != first.id()).findFirst().orElseThrow();
    stopVoter(wiped);
    wipe(wiped);
    startVoter(wiped);
    logs.get(wiped).learn();
    await(wiped, 1);
    stopVoter(wiped);
    startVoter(wiped);
    assertTrue(logs.get(wiped).isShut());
    logs.get(wiped).vote();
    stopVoter(wiped);
    startVoter(wiped);
    assertTrue(logs.get(wiped).mayVote());
  }
}
