package milena.broker.raft;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.DispatcherSelector;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import milena.metadata.ClusterEvent.ClusterNamed;
import milena.metadata.ClusterEvent.ConfigsReplaced;
import milena.metadata.ClusterEvent.ProducerIdsAllocated;
import milena.metadata.ClusterImage;
import milena.metadata.ImageCodec;
import milena.metadata.MetadataEvent;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** What a voter's feed gives is what a follower has in the end, whatever it had and asks. */
public class MetadataFeedTest extends JUnitSuite {
  private static final int LEADER = 2;

  private ActorTestKit kit;
  private Executor blocking;

  @Before
  public void startKit() {
    kit = ActorTestKit.create("feed", ConfigFactory.load());
    blocking = kit.system().dispatchers().lookup(DispatcherSelector.blocking());
  }

  @After
  public void stopKit() {
    kit.shutdownTestKit();
  }

  /** A voter's log that a test writes. */
  private static final class Written implements MetadataLog {
    private final List<Observer> observers = new ArrayList<>();
    private ClusterImage image = ClusterImage.EMPTY;
    private volatile int leader = LEADER;

    synchronized void write(MetadataEvent... events) {
      for (MetadataEvent event : events) {
        image = image.apply(event);
      }
      observers.forEach(each -> each.onEvents(List.of(events), image));
    }

    synchronized void install(ClusterImage snapshot) {
      image = snapshot;
      observers.forEach(each -> each.onImage(snapshot));
    }

    @Override
    public synchronized ClusterImage image() {
      return image;
    }

    @Override
    public CompletionStage<Void> append(long term, long first, List<MetadataEvent> events) {
      return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }

    @Override
    public synchronized void observe(Observer observer) {
      observers.add(observer);
      observer.onImage(image);
    }

    @Override
    public QuorumState quorum() {
      return new QuorumState(leader, 1, 0, List.of(), List.of());
    }

    @Override
    public void close() {}

    @Override
    public void abandon() {}
  }

  private static MetadataEvent event(int value) {
    return new ProducerIdsAllocated(value);
  }

  private ActorRef<MetadataFeed.Ask> feed(MetadataLog log) {
    return kit.spawn(MetadataFeed.create(log, blocking));
  }

  private FollowedMetadataLog follow(List<ActorRef<MetadataFeed.Ask>> feeds) {
    FollowedMetadataLog followed = new FollowedMetadataLog();
    kit.spawn(
        MetadataFollower.create(
            followed, turn -> feeds.get(Math.floorMod(turn, feeds.size())), 0, blocking));
    return followed;
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
      image = images.poll(30, TimeUnit.SECONDS);
    }
    return image;
  }

  @Test
  public void aFollowerSeesWhatIsWritten() throws Exception {
    Written voter = new Written();
    FollowedMetadataLog followed = follow(List.of(feed(voter)));
    voter.write(new ClusterNamed("one"), event(1000));
    assertEquals(voter.image(), await(followed, 2));
    for (int i = 2; i < 3_000; i++) {
      voter.write(event(i * 1000), event(i * 1000 + 500));
    }
    assertEquals(voter.image(), await(followed, voter.image().lastSequence()));
    assertEquals(LEADER, followed.quorum().leader());
  }

  @Test
  public void whoComesLateGetsTheImageInParts() throws Exception {
    Written voter = new Written();
    for (int i = 0; i < 5_000; i++) {
      voter.write(
          new ConfigsReplaced(
              new ConfigResource(ConfigResource.Type.TOPIC, "t" + i),
              Map.of("retention.ms", "x".repeat(1_000))));
    }
    FollowedMetadataLog followed = follow(List.of(feed(voter)));
    assertEquals(voter.image(), await(followed, 5_000));
    voter.write(event(1));
    assertEquals(voter.image(), await(followed, 5_001));
  }

  @Test
  public void partsJoinToTheImageAndEntriesGoOnFromIt() {
    Written voter = new Written();
    ActorRef<MetadataFeed.Ask> feed = feed(voter);
    ClusterImage big = ClusterImage.EMPTY;
    for (int i = 0; i < 3_000; i++) {
      big =
          big.apply(
              new ConfigsReplaced(
                  new ConfigResource(ConfigResource.Type.TOPIC, "t" + i),
                  Map.of("retention.ms", "x".repeat(1_000))));
    }
    voter.install(big);
    TestProbe<MetadataFeed.Answer> probe = kit.createTestProbe(MetadataFeed.Answer.class);
    ByteArrayOutputStream parts = new ByteArrayOutputStream();
    long snapshot = -1;
    int total = Integer.MAX_VALUE;
    while (parts.size() < total) {
      feed.tell(new MetadataFeed.Ask(7, 0, snapshot, parts.size(), probe.ref()));
      MetadataFeed.Chunk chunk = probe.expectMessageClass(MetadataFeed.Chunk.class);
      assertEquals(parts.size(), chunk.offset());
      parts.writeBytes(chunk.bytes());
      snapshot = chunk.snapshot();
      total = chunk.total();
      voter.write(event(parts.size()));
    }
    assertEquals(big, ImageCodec.decode(parts.toByteArray()));
    feed.tell(new MetadataFeed.Ask(8, snapshot, -1, 0, probe.ref()));
    MetadataFeed.Entries entries = probe.expectMessageClass(MetadataFeed.Entries.class);
    assertEquals(8, entries.number());
    assertEquals(snapshot + 1, entries.first());
  }

  @Test
  public void aFollowerLeavesAVoterThatIsSilentOrKnowsNoLeader() throws Exception {
    Written cutOff = new Written();
    cutOff.leader = -1;
    Written sound = new Written();
    TestProbe<MetadataFeed.Ask> silent = kit.createTestProbe(MetadataFeed.Ask.class);
    FollowedMetadataLog followed = follow(List.of(silent.ref(), feed(cutOff), feed(sound)));
    sound.write(new ClusterNamed("one"));
    assertEquals(sound.image(), await(followed, 1));
  }

  @Test
  public void aGapIsNotApplied() {
    FollowedMetadataLog followed = new FollowedMetadataLog();
    assertTrue(followed.apply(1, List.of(event(1), event(2))));
    assertFalse(followed.apply(4, List.of(event(4))));
    assertTrue(followed.apply(1, List.of(event(1), event(2))));
    assertEquals(2, followed.image().lastSequence());
    assertTrue(followed.apply(3, List.of(event(3))));
    assertEquals(3, followed.image().lastSequence());
  }
}
