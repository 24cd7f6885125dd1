package milena.broker.partition;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import akka.actor.typed.ActorRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import milena.broker.partition.PartitionReplica.Command;
import milena.broker.partition.ReplicaReconciler.AllStopped;
import milena.common.TopicIdPartition;
import milena.common.config.BrokerConfig.Upkeep;
import milena.common.config.ConfigLayers;
import milena.common.config.LogConfig;
import milena.common.config.ThrottleConfig;
import milena.log.LogDirectory;
import milena.metadata.BrokerImage;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.PartitionImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePVector;
import org.scalatestplus.junit.JUnitSuite;

public class ReplicaReconcilerTest extends JUnitSuite {
  private static final Upkeep UPKEEP =
      new Upkeep(
          300_000,
          Long.MAX_VALUE,
          60_000,
          60_000,
          20,
          true,
          1,
          1 << 20,
          0.9,
          1e9,
          15_000,
          86_400_000,
          600_000);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private final Images images = new Images();
  private Replicas node;
  private Map<TopicIdPartition, ActorRef<Command>> actors;

  /** What the replicas were told while a test keeps it back; null when nothing is. */
  private volatile Queue<Runnable> kept;

  private ActorRef<ReplicaReconciler.Command> reconciler;

  @Before
  public void start() throws IOException {
    node = new Replicas(folder.newFolder("a").toPath());
    begin(List.of(node.directory));
  }

  @After
  public void end() throws IOException {
    node.close();
  }

  private void begin(List<ReplicaDirectory> directories) {
    actors = new ConcurrentHashMap<>();
    ReplicaReconciler.Setup setup =
        new ReplicaReconciler.Setup(
            node.host,
            directories,
            images,
            this::tell,
            ReplicaReconcilerTest::config,
            UPKEEP,
            new ReplicationThrottles(1, ThrottleConfig.of(ConfigLayers.of(Map.of())), () -> 0),
            (id, directory) -> {},
            () -> {});
    reconciler = node.kit.spawn(ReplicaReconciler.create(setup));
  }

  /** As sharding does: starts what is not there, and again what has stopped. */
  private void tell(TopicIdPartition id, Command command) {
    Queue<Runnable> keep = kept;
    if (keep != null) {
      keep.add(() -> deliver(id, command));
    } else {
      deliver(id, command);
    }
  }

  private void deliver(TopicIdPartition id, Command command) {
    actors
        .computeIfAbsent(id, key -> node.kit.spawn(PartitionReplica.create(key, node.host)))
        .tell(command);
  }

  private static LogConfig config(ClusterImage image, String topic) {
    String size =
        image
            .config(new ConfigResource(ConfigResource.Type.TOPIC, topic))
            .getOrDefault("max.message.bytes", "1000000");
    return LogConfigs.with(c -> c.maxMessageBytes = Integer.parseInt(size));
  }

  @Test
  public void replicasComeAndGoWithTheImage() {
    images.change(image -> withBroker(image, 10));
    images.change(image -> withTopic(image, 1, "t", 3, 1));
    reconciler.tell(new ReplicaReconciler.Begin(10));
    awaitPartitions("t-0", "t-1", "t-2");
    images.change(image -> withTopic(image, 1, "t", 5, 1));
    awaitPartitions("t-0", "t-1", "t-2", "t-3", "t-4");
    assertEquals(5, node.directory.replicas());
    images.change(image -> withTopic(image, 2, "elsewhere", 2, 9));
    images.change(image -> without(image, 1));
    awaitPartitions();
    awaitReplicas(0);
  }

  @Test
  public void nothingHappensBeforeTheImageKnowsThisIncarnation() {
    images.change(image -> withBroker(image, 10));
    images.change(image -> withTopic(image, 1, "t", 1, 1));
    reconciler.tell(new ReplicaReconciler.Begin(20));
    images.change(image -> withTopic(image, 2, "u", 1, 1));
    assertTrue(actors.isEmpty());
    images.change(image -> withBroker(without(image, 1), 20));
    awaitPartitions("u-0");
  }

  @Test
  public void aNameIsGivenAgainAtOnce() {
    images.change(image -> withBroker(image, 10));
    images.change(image -> withTopic(image, 1, "t", 1, 1));
    reconciler.tell(new ReplicaReconciler.Begin(10));
    awaitPartitions("t-0");
    for (int id = 2; id < 20; id++) {
      int next = id;
      images.change(image -> withTopic(without(image, next - 1), next, "t", 1, 1));
    }
    TopicIdPartition last = new TopicIdPartition(new Uuid(19, 19), 0);
    node.kit
        .createTestProbe()
        .awaitAssert(
            () -> {
              assertTrue(node.registry.find(last) != null);
              assertEquals(1, node.registry.all().size());
              return null;
            });
    Replicas.Answer answer = node.append(actors.get(last), 1, node.batch("a"));
    assertEquals(0, answer.await().baseOffset());
  }

  @Test
  public void settingsReachTheReplicas() {
    images.change(image -> withBroker(image, 10));
    images.change(image -> withTopic(image, 1, "t", 1, 1));
    reconciler.tell(new ReplicaReconciler.Begin(10));
    awaitPartitions("t-0");
    TopicIdPartition id = new TopicIdPartition(new Uuid(1, 1), 0);
    assertEquals(Errors.NONE, node.append(actors.get(id), 1, node.batch("a")).await().error());
    images.change(
        image ->
            new ClusterImage(
                image.lastSequence() + 1,
                image.clusterId(),
                image.brokers(),
                image.topics(),
                image.topicIds(),
                image
                    .configs()
                    .plus(
                        new ConfigResource(ConfigResource.Type.TOPIC, "t"),
                        HashTreePMap.singleton("max.message.bytes", "10")),
                image.nextProducerId()));
    node.kit
        .createTestProbe()
        .awaitAssert(
            () -> {
              Errors error = node.append(actors.get(id), 1, node.batch("a")).await().error();
              assertEquals(Errors.MESSAGE_TOO_LARGE, error);
              return null;
            });
  }

  @Test
  public void newReplicasGoWhereFewestAre() throws IOException {
    LogDirectory second = LogDirectory.open(folder.newFolder("b").toPath());
    ReplicaDirectory other = ReplicaDirectory.load(second, new Uuid(2, 2));
    begin(List.of(node.directory, other));
    images.change(image -> withBroker(image, 10));
    images.change(image -> withTopic(image, 1, "t", 10, 1));
    reconciler.tell(new ReplicaReconciler.Begin(10));
    awaitReplicas(10);
    assertEquals(5, node.directory.replicas());
    assertEquals(5, other.replicas());
    second.close();
  }

  @Test
  public void aCleanStopIsFoundByTheNextStartAndStraysAreDropped() throws IOException {
    images.change(image -> withBroker(image, 10));
    images.change(image -> withTopic(withTopic(image, 1, "t", 2, 1), 2, "gone", 1, 1));
    reconciler.tell(new ReplicaReconciler.Begin(10));
    awaitPartitions("t-0", "t-1", "gone-0");
    TopicIdPartition id = new TopicIdPartition(new Uuid(1, 1), 1);
    node.append(actors.get(id), 1, node.batch("a", "b")).await();
    var probe = node.kit.<AllStopped>createTestProbe();
    reconciler.tell(new ReplicaReconciler.StopAll(true, probe.getRef()));
    probe.receiveMessage(Duration.ofSeconds(30));
    assertEquals(0, node.registry.all().size());
    node.files.close();
    Path path = node.directory.path();
    String checkpoint = Files.readString(path.resolve("replication-offset-checkpoint"));
    assertTrue(checkpoint, checkpoint.contains("t 1 2"));
    assertTrue(Files.exists(path.resolve(".kafka_cleanshutdown")));
    node.close();

    node = new Replicas(path);
    assertEquals(10, node.directory.cleanStopEpoch().getAsLong());
    begin(List.of(node.directory));
    images.change(image -> withBroker(without(image, 2), 20));
    reconciler.tell(new ReplicaReconciler.Begin(20));
    awaitPartitions("t-0", "t-1");
    assertEquals(2, node.registry.find(id).view().highWatermark());
    node.kit
        .createTestProbe()
        .awaitAssert(
            () -> {
              assertFalse(Files.exists(path.resolve("gone-0")));
              return null;
            });
  }

  @Test
  public void theHighWatermarkIsCheckpointedWhileTheNodeRuns() throws IOException {
    images.change(image -> withTopic(withBroker(image, 10), 1, "t", 1, 1));
    reconciler.tell(new ReplicaReconciler.Begin(10));
    awaitPartitions("t-0");
    TopicIdPartition id = new TopicIdPartition(new Uuid(1, 1), 0);
    node.append(actors.get(id), 1, node.batch("a", "b", "c")).await();
    node.kit
        .createTestProbe()
        .awaitAssert(
            () -> {
              try {
                Path file = node.directory.path().resolve("replication-offset-checkpoint");
                assertTrue(Files.readString(file).contains("t 0 3"));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
              return null;
            });
  }

  @Test
  public void aFailedDirectoryIsToldToAllInIt() {
    images.change(image -> withTopic(withBroker(image, 10), 1, "t", 3, 1));
    reconciler.tell(new ReplicaReconciler.Begin(10));
    awaitPartitions("t-0", "t-1", "t-2");
    assertTrue(node.directory.fail(new IOException("on purpose")));
    reconciler.tell(new ReplicaReconciler.DirectoryFailed(node.directory));
    node.kit
        .createTestProbe()
        .awaitAssert(
            () -> {
              node.registry.all().forEach(handle -> assertTrue(handle.isOffline()));
              return null;
            });
  }

  @Test
  public void thousandsOfPartitionsComeQuickly() {
    images.change(image -> withTopic(withBroker(image, 10), 1, "t", 2000, 1));
    reconciler.tell(new ReplicaReconciler.Begin(10));
    awaitReplicas(2000);
    assertNull(node.registry.find(new TopicIdPartition(new Uuid(1, 1), 2000)));
  }

  @Test
  public void noMoreAreOnTheirWayThanAStartingShardKeeps() throws IOException {
    Queue<Runnable> onTheirWay = new ConcurrentLinkedQueue<>();
    kept = onTheirWay;
    images.change(image -> withTopic(withBroker(image, 10), 1, "t", 1500, 1));
    reconciler.tell(new ReplicaReconciler.Begin(10));
    awaitSize(onTheirWay, 1000);
    images.change(image -> without(image, 1));
    awaitSize(onTheirWay, 2000);
    kept = null;
    onTheirWay.forEach(Runnable::run);
    node.kit
        .createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(30),
            () -> {
              assertEquals(0, node.directory.replicas());
              return null;
            });
    assertEquals(1500, actors.size());
    awaitPartitions();
  }

  @Test
  public void whatACrashLeftIsNotCleanUntilItWasOpened() throws IOException {
    images.change(image -> withTopic(withBroker(image, 10), 1, "t", 1100, 1));
    reconciler.tell(new ReplicaReconciler.Begin(10));
    awaitReplicas(1100);
    node.close();

    node = new Replicas(node.directory.path());
    kept = new ConcurrentLinkedQueue<>();
    begin(List.of(node.directory));
    images.change(image -> withBroker(image, 20));
    reconciler.tell(new ReplicaReconciler.Begin(20));
    awaitSize(kept, 1000);
    var probe = node.kit.<AllStopped>createTestProbe();
    reconciler.tell(new ReplicaReconciler.StopAll(true, probe.getRef()));
    awaitSize(kept, 2000);
    Queue<Runnable> onTheirWay = kept;
    kept = null;
    onTheirWay.forEach(Runnable::run);
    probe.receiveMessage(Duration.ofSeconds(30));
    assertFalse(Files.exists(node.directory.path().resolve(".kafka_cleanshutdown")));
  }

  private void awaitSize(Queue<Runnable> queue, int size) {
    node.kit
        .createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(30),
            () -> {
              assertEquals(size, queue.size());
              return null;
            });
  }

  private void awaitPartitions(String... names) {
    Set<String> expected = new TreeSet<>(List.of(names));
    node.kit
        .createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(30),
            () -> {
              Set<String> found =
                  node.registry.all().stream()
                      .map(handle -> handle.view().name().toString())
                      .collect(Collectors.toCollection(TreeSet::new));
              assertEquals(expected, found);
              return null;
            });
  }

  private void awaitReplicas(int count) {
    node.kit
        .createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(30),
            () -> {
              assertEquals(count, node.registry.all().size());
              return null;
            });
  }

  private static ClusterImage withBroker(ClusterImage image, long epoch) {
    BrokerImage broker =
        new BrokerImage(
            Replicas.SELF,
            epoch,
            new Uuid(5, epoch),
            Map.of(),
            Optional.empty(),
            List.of(),
            false,
            false);
    return new ClusterImage(
        image.lastSequence() + 1,
        image.clusterId(),
        image.brokers().plus(Replicas.SELF, broker),
        image.topics(),
        image.topicIds(),
        image.configs(),
        0);
  }

  private static ClusterImage withTopic(
      ClusterImage image, int id, String name, int partitions, int broker) {
    Uuid topicId = new Uuid(id, id);
    TopicImage old = image.topic(topicId);
    List<PartitionImage> all = new ArrayList<>(old == null ? List.of() : old.partitions());
    while (all.size() < partitions) {
      all.add(Replicas.image(0, 0, broker, List.of(broker), broker));
    }
    return new ClusterImage(
        image.lastSequence() + 1,
        image.clusterId(),
        image.brokers(),
        image.topics().plus(topicId, new TopicImage(topicId, name, TreePVector.from(all))),
        image.topicIds().plus(name, topicId),
        image.configs(),
        0);
  }

  private static ClusterImage without(ClusterImage image, int id) {
    Uuid topicId = new Uuid(id, id);
    return new ClusterImage(
        image.lastSequence() + 1,
        image.clusterId(),
        image.brokers(),
        image.topics().minus(topicId),
        image.topicIds().minus(image.topic(topicId).name()),
        image.configs(),
        0);
  }

  /** The newest image, set by the test. */
  private static final class Images implements ImageSource {
    private ClusterImage current = ClusterImage.EMPTY;
    private final List<Listener> listeners = new ArrayList<>();

    synchronized void change(UnaryOperator<ClusterImage> change) {
      ClusterImage old = current;
      current = change.apply(old);
      listeners.forEach(listener -> listener.onChange(old, current));
    }

    @Override
    public synchronized ClusterImage current() {
      return current;
    }

    @Override
    public synchronized Subscription subscribe(Listener listener) {
      listeners.add(listener);
      listener.onChange(ClusterImage.EMPTY, current);
      return () -> listeners.remove(listener);
    }
  }
}
