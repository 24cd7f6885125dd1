package milena.broker.partition;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import milena.broker.partition.PartitionReplica.Fetched;
import milena.common.TopicIdPartition;
import milena.common.config.BrokerConfig.Replication;
import milena.common.config.ConfigLayers;
import milena.common.config.ThrottleConfig;
import milena.common.config.ThrottledReplicas;
import milena.metadata.BrokerEvent.BrokerRegistered;
import milena.metadata.BrokerImage;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.After;
import org.junit.Test;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePVector;
import org.scalatestplus.junit.JUnitSuite;

public class ReplicaFetcherTest extends JUnitSuite {
  private static final int SELF = 2;
  private static final int LEADER = 1;
  private static final long SELF_EPOCH = 50;
  private static final int SESSION = 77;
  private static final int LEADER_EPOCH = 3;

  private final ActorTestKit kit =
      ActorTestKit.create(
          "fetcher",
          ConfigFactory.parseString("akka.actor.provider = local")
              .withFallback(ConfigFactory.load()));
  private final TestProbe<PartitionReplica.Command> replica = kit.createTestProbe();
  private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
  private final BlockingQueue<Link> links = new LinkedBlockingQueue<>();
  private final ReplicationThrottles throttles =
      new ReplicationThrottles(SELF, ThrottleConfig.of(ConfigLayers.of(Map.of())), () -> 0);
  private final ActorRef<ReplicaFetcher.Command> fetcher =
      kit.spawn(
          ReplicaFetcher.create(
              LEADER,
              new ReplicaFetchers.Setup(
                  SELF,
                  () -> SELF_EPOCH,
                  new Fixed(cluster()),
                  "INTERNAL",
                  endpoint -> {
                    assertEquals("leader", endpoint.host());
                    Link link = new Link();
                    links.add(link);
                    return link;
                  },
                  new Replication(30_000, 1000, 10_000, 1, 500, 1000, 30_000, -1, false),
                  throttles)));

  @After
  public void end() {
    kit.shutdownTestKit();
  }

  @Test
  public void namesEveryPartitionOnceAndThenOnlyThoseThatHaveMoved() throws Exception {
    follow(0, 10);
    follow(1, 20);
    Asked first = settled("0@10", "1@20");
    assertEquals(0, first.request.sessionEpoch());
    assertEquals(SELF, first.request.replicaState().replicaId());
    assertEquals(SELF_EPOCH, first.request.replicaState().replicaEpoch());
    first.answer(data(0, 12));
    taken(0, 15);
    Asked second = next();
    assertEquals(List.of("0@15"), named(second));
    assertEquals(SESSION, second.request.sessionId());
    assertEquals(1, second.request.sessionEpoch());
    second.answer(); // nothing within the time that it may wait
    Asked third = next();
    assertEquals(List.of(), named(third));
    assertEquals(2, third.request.sessionEpoch());
  }

  @Test
  public void asksAgainOnlyWhenEveryReplicaHasTakenItsPart() throws Exception {
    follow(0, 0);
    follow(1, 0);
    settled("0@0", "1@0").answer(data(0, 5), data(1, 7));
    assertEquals(5, replica.expectMessageClass(Fetched.class).answer().highWatermark());
    assertEquals(7, replica.expectMessageClass(Fetched.class).answer().highWatermark());
    tell(new ReplicaFetcher.Taken(id(1), LEADER_EPOCH, 9, LEADER_EPOCH, 0));
    assertNull("asked too early", asked.poll(100, TimeUnit.MILLISECONDS));
    tell(new ReplicaFetcher.Taken(id(0), LEADER_EPOCH, 8, LEADER_EPOCH, 0));
    assertEquals(List.of("0@8", "1@9"), named(next()));
  }

  @Test
  public void theMemoryOfAnAnswerIsFreeOnceTheLastReplicaHasReadIt() throws Exception {
    follow(0, 0);
    follow(1, 0);
    Asked first = settled("0@0", "1@0");
    first.answer(data(0, 5), data(1, 5));
    Fetched one = replica.expectMessageClass(Fetched.class);
    Fetched other = replica.expectMessageClass(Fetched.class);
    // The fetcher itself is done with it when it sees to what comes next.
    tell(new ReplicaFetcher.Taken(id(0), LEADER_EPOCH, 1, LEADER_EPOCH, 0));
    tell(new ReplicaFetcher.Taken(id(1), LEADER_EPOCH, 1, LEADER_EPOCH, 0));
    next();
    one.memory().release();
    assertFalse(first.free.get());
    other.memory().release();
    assertTrue(first.free.get());
  }

  @Test
  public void aPartitionThatIsNotServedRestsWhileTheOthersGoOn() throws Exception {
    follow(0, 0);
    follow(1, 0);
    settled("0@0", "1@0")
        .answer(data(0, 5), new PartitionData().setPartitionIndex(1).setErrorCode(error()));
    taken(0, 1);
    Asked second = next();
    assertEquals(List.of("0@1"), named(second));
    assertEquals(
        List.of(1), second.request.forgottenTopicsData().get(0).partitions()); // until it is back
    while (!named(second).contains("1@0")) { // its rest is over
      second.answer();
      second = next();
    }
  }

  @Test
  public void aThrottledPartitionThatLagsIsLeftOutUntilItsTimeComes() throws Exception {
    throttle(100);
    follow(0, 0);
    follow(1, 0);
    follow(2, 0);
    settled("0@0", "1@0", "2@0").answer(data(0, 9), data(1, 9), data(2, 5));
    throttles.followers().moved(1_000);
    taken(0, 1);
    taken(1, 1);
    taken(2, 5);
    assertEquals("1 waits, 0 is not throttled, 2 is in sync", List.of("0@1", "2@5"), named(next()));
    throttle(Long.MAX_VALUE);
    follow(3, 0); // the parked fetch is hung up
    Asked later = next();
    while (!named(later).contains("1@1")) {
      later.answer();
      later = next();
    }
  }

  private void throttle(long bytesPerSecond) {
    ClusterImage image = cluster();
    throttles.change(
        new ClusterImage(
            2,
            image.clusterId(),
            image.brokers(),
            image
                .topics()
                .plus(Replicas.TOPIC, new TopicImage(Replicas.TOPIC, "t", TreePVector.empty())),
            image.topicIds().plus("t", Replicas.TOPIC),
            image
                .configs()
                .plus(
                    new ConfigResource(ConfigResource.Type.TOPIC, "t"),
                    HashTreePMap.singleton(ThrottledReplicas.FOLLOWERS, "0:1,1:2,2:2")),
            0),
        ThrottleConfig.of(
            ConfigLayers.of(Map.of("follower.replication.throttled.rate", "" + bytesPerSecond))));
  }

  @Test
  public void aReplicaThatCannotTakeItsPartIsAskedForAgainLater() throws Exception {
    follow(0, 0);
    settled("0@0").answer(data(0, 5));
    replica.expectMessageClass(Fetched.class);
    tell(new ReplicaFetcher.NotTaken(id(0), LEADER_EPOCH));
    assertEquals(List.of("0@0"), named(next()));
  }

  @Test
  public void aSessionThatTheLeaderHasForgottenBeginsAnewOnTheSameConnection() throws Exception {
    follow(0, 0);
    settled("0@0").answer(data(0, 5));
    taken(0, 1);
    next().fail(Errors.FETCH_SESSION_ID_NOT_FOUND);
    Asked again = next();
    assertEquals(0, again.request.sessionEpoch());
    assertEquals(List.of("0@1"), named(again));
    assertTrue("dialled anew", links.isEmpty());
  }

  @Test
  public void aBrokenConnectionIsMadeAnewAndWhatTheOldOneStillBringsIsDropped() throws Exception {
    follow(0, 0);
    Asked first = settled("0@0");
    first.answer.completeExceptionally(new IOException("broken"));
    Asked second = next();
    assertEquals(0, second.request.sessionEpoch());
    assertEquals(List.of("0@0"), named(second));
    assertFalse(links.isEmpty());
    follow(1, 0); // hangs up, since the parked fetch does not know it
    Asked third = next();
    assertEquals(List.of("0@0", "1@0"), named(third));
    second.answer(data(0, 5));
    replica.expectNoMessage(Duration.ofMillis(50));
  }

  @Test
  public void aPartitionThatIsDroppedAtWorkHoldsNobodyUp() throws Exception {
    follow(0, 0);
    follow(1, 0);
    settled("0@0", "1@0").answer(data(0, 5), data(1, 5));
    replica.expectMessageClass(Fetched.class);
    replica.expectMessageClass(Fetched.class);
    tell(new ReplicaFetcher.Taken(id(0), LEADER_EPOCH, 1, LEADER_EPOCH, 0));
    tell(new ReplicaFetcher.Drop(id(1)));
    Asked second = next();
    assertEquals(List.of("0@1"), named(second));
    assertEquals(List.of(1), second.request.forgottenTopicsData().get(0).partitions());
  }

  private void tell(ReplicaFetcher.Command command) {
    fetcher.tell(command);
  }

  private void follow(int partition, long offset) {
    tell(
        new ReplicaFetcher.Fetch(
            new ReplicaFetchers.Follow(
                id(partition), LEADER, LEADER_EPOCH, offset, -1, 0, replica.getRef())));
  }

  private void taken(int partition, long offset) {
    assertEquals(LEADER_EPOCH, replica.expectMessageClass(Fetched.class).leaderEpoch());
    tell(new ReplicaFetcher.Taken(id(partition), LEADER_EPOCH, offset, LEADER_EPOCH, 0));
  }

  /** The first request that names all of these; the ones before were hung up. */
  private Asked settled(String... positions) throws InterruptedException {
    Asked request = next();
    while (!named(request).equals(List.of(positions))) {
      request = next();
    }
    links.clear();
    return request;
  }

  private Asked next() throws InterruptedException {
    Asked request = asked.poll(30, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("No request came");
    }
    return request;
  }

  private static List<String> named(Asked asked) {
    return asked.request.topics().stream()
        .flatMap(topic -> topic.partitions().stream())
        .map(partition -> partition.partition() + "@" + partition.fetchOffset())
        .sorted()
        .collect(Collectors.toList());
  }

  private static PartitionData data(int partition, long highWatermark) {
    return new PartitionData()
        .setPartitionIndex(partition)
        .setHighWatermark(highWatermark)
        .setLogStartOffset(0)
        .setRecords(MemoryRecords.readableRecords(ByteBuffer.allocate(0)));
  }

  private static short error() {
    return Errors.NOT_LEADER_OR_FOLLOWER.code();
  }

  private static TopicIdPartition id(int partition) {
    return Replicas.id(partition);
  }

  private static ClusterImage cluster() {
    return ClusterImage.EMPTY.apply(
        new BrokerRegistered(
            new BrokerImage(
                LEADER,
                40,
                new Uuid(3, LEADER),
                Map.of("INTERNAL", new Endpoint("leader", 9092, "PLAINTEXT")),
                Optional.empty(),
                List.of(new Uuid(5, LEADER)),
                false,
                false)));
  }

  /** A request, and how to answer it. */
  private static final class Asked {
    private final FetchRequestData request;
    private final CompletableFuture<LeaderLink.Answer> answer = new CompletableFuture<>();
    private final AtomicBoolean free = new AtomicBoolean();

    Asked(FetchRequestData request) {
      this.request = request;
    }

    void answer(PartitionData... data) {
      FetchResponseData response = new FetchResponseData().setSessionId(SESSION);
      if (data.length > 0) {
        response
            .responses()
            .add(
                new FetchableTopicResponse()
                    .setTopicId(Replicas.TOPIC)
                    .setPartitions(new ArrayList<>(List.of(data))));
      }
      complete(response);
    }

    void fail(Errors error) {
      complete(new FetchResponseData().setErrorCode(error.code()));
    }

    private void complete(FetchResponseData response) {
      answer.complete(
          new LeaderLink.Answer(
              response, new AnswerMemory(() -> assertFalse(free.getAndSet(true)))));
    }
  }

  private final class Link implements LeaderLink {
    @Override
    public CompletionStage<Answer> fetch(FetchRequestData request) {
      Asked next = new Asked(request.duplicate());
      asked.add(next);
      return next.answer;
    }

    @Override
    public void close() {}
  }

  private record Fixed(ClusterImage current) implements ImageSource {
    @Override
    public Subscription subscribe(Listener listener) {
      throw new UnsupportedOperationException();
    }
  }
}
