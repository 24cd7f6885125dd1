package milena.broker.raft;

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
import milena.metadata.ClusterImage;
import milena.metadata.MetadataEvent;
import org.junit.rules.ExternalResource;
import org.junit.rules.TemporaryFolder;

/** The voters 1, 2 and 3 of a metadata log in this JVM, on directories of their own. */
public final class TestVoters extends ExternalResource {
  public static final List<Integer> IDS = List.of(1, 2, 3);

  private static final int PATIENCE_SECONDS = 180;

  private final int electionTimeoutMs;
  private final Way way;
  private final TemporaryFolder folder = new TemporaryFolder();
  private final Map<Integer, RatisMetadataLog> logs = new ConcurrentHashMap<>();
  private final BlockingQueue<Leading> leads = new LinkedBlockingQueue<>();

  /** One that was elected. */
  public record Leading(int id, long term) {}

  /** How the voters reach each other. */
  public interface Way {
    RaftRpc.Transport from(int id, Duration requestTimeout);

    /** From now on the others reach this one. */
    void open(int id, RatisMetadataLog log);

    void close(int id);

    /** When all voters have been closed. */
    void end();
  }

  /**
   * @param electionTimeoutMs short where a test waits for elections that must come to nothing, long
   *     where one is elected who shall stay
   */
  public TestVoters(int electionTimeoutMs, Way way) {
    this.electionTimeoutMs = electionTimeoutMs;
    this.way = way;
  }

  /** Voters that reach each other through actors of one system. */
  public TestVoters(int electionTimeoutMs) {
    this(electionTimeoutMs, new OneSystem());
  }

  @Override
  protected void before() throws Throwable {
    folder.create();
  }

  @Override
  protected void after() {
    Set.copyOf(logs.keySet()).forEach(this::stop);
    way.end();
    folder.delete();
  }

  /** Opens a voter's log; on an empty directory it is shut at first. */
  public RatisMetadataLog start(int id) throws IOException {
    RaftSettings settings = new RaftSettings(id, IDS, directory(id), electionTimeoutMs);
    RatisMetadataLog log =
        RatisMetadataLog.start(settings, way.from(id, settings.requestTimeout()), failure -> {});
    logs.put(id, log);
    way.open(id, log);
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
    return log;
  }

  /** Starts all of them on empty directories, and lets all vote. */
  public void startNewCluster() throws IOException {
    for (int id : IDS) {
      assertTrue(start(id).isShut());
    }
    for (RatisMetadataLog log : logs.values()) {
      assertTrue(log.isShut() && log.isEmpty());
      log.vote();
    }
  }

  /** Ends a voter as a crash would. */
  public void stop(int id) {
    way.close(id);
    logs.remove(id).abandon();
  }

  /** A voter that runs. */
  public RatisMetadataLog log(int id) {
    return logs.get(id);
  }

  public Path directory(int id) {
    return folder.getRoot().toPath().resolve("node" + id);
  }

  /** Takes a stopped voter all it had. */
  public void wipe(int id) throws IOException {
    try (Stream<Path> all = Files.walk(directory(id))) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** The next that is elected, or was since this was last asked. */
  public Leading leader() throws InterruptedException {
    Leading leading = leads.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertTrue("nobody leads", leading != null);
    return leading;
  }

  /** Whoever was elected until now is not spoken of any more. */
  public void forgetLeaders() {
    leads.clear();
  }

  /** Nobody is elected in four times the longest that a voter waits before it stands. */
  public void nobodyLeads(String why) throws InterruptedException {
    assertNull(why, leads.poll(electionTimeoutMs * 6L, TimeUnit.MILLISECONDS));
  }

  /** Has a leader commit an event. */
  public void append(Leading leader, long sequence, MetadataEvent event) throws Exception {
    log(leader.id())
        .append(leader.term(), sequence, List.of(event))
        .toCompletableFuture()
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** A voter's image once it has an event. */
  public ClusterImage awaitImage(int id, long sequence) throws InterruptedException {
    BlockingQueue<ClusterImage> images = new LinkedBlockingQueue<>();
    log(id)
        .observe(
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
    while (image.lastSequence() < sequence) {
      image = images.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertTrue("Voter " + id + " does not come to event " + sequence, image != null);
    }
    return image;
  }

  /** The system that the voters are in, where they are in one. */
  public ActorTestKit kit() {
    return ((OneSystem) way).kit;
  }

  private static final class OneSystem implements Way {
    private final ActorTestKit kit = ActorTestKit.create("voters", ConfigFactory.load());
    private final Map<String, ActorRef<RaftEndpoint.Call>> endpoints = new ConcurrentHashMap<>();

    @Override
    public RaftRpc.Transport from(int id, Duration requestTimeout) {
      return RaftEndpoint.transport(
          kit.system(), peer -> Optional.ofNullable(endpoints.get(peer)), requestTimeout);
    }

    @Override
    public void open(int id, RatisMetadataLog log) {
      endpoints.put(Integer.toString(id), kit.spawn(RaftEndpoint.create(log)));
    }

    @Override
    public void close(int id) {
      kit.stop(endpoints.remove(Integer.toString(id)));
    }

    @Override
    public void end() {
      kit.shutdownTestKit();
    }
  }
}
