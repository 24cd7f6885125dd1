package milena.broker.controller;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import milena.broker.raft.MetadataLogs;
import milena.broker.raft.RaftRpc;
import milena.broker.raft.RaftSettings;
import milena.broker.raft.RatisMetadataLog;
import milena.common.config.ConfigRules;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.ClusterImage;
import milena.metadata.ElectionRules;
import milena.metadata.ImageSource;
import milena.metadata.NewTopic;
import milena.metadata.PartitionImage;
import milena.metadata.PreviousStop;
import milena.metadata.TopicDecisions.TopicDefaults;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.After;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** One node's control plane whole, on a real disk: Raft, journal, controller, broker, image. */
public class ControlPlaneTest extends JUnitSuite {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Uuid DIRECTORY = new Uuid(7, 7);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Node node;

  /** A node as far as this package goes. */
  private static final class Node {
    final ActorTestKit kit = ActorTestKit.create("control-plane", TestSystems.config());
    final RatisMetadataLog log;
    final ImageSource images;
    final ActorRef<Controller.Command> gateway;
    final BrokerStanding standing = new BrokerStanding();
    final ActorRef<BrokerLifecycle.Command> lifecycle;

    Node(Path directory, PreviousStop previousStop) throws Exception {
      log =
          RatisMetadataLog.start(
              new RaftSettings(1, List.of(1), directory), RaftRpc.Transport.NOBODY, failure -> {});
      MetadataLogs.provide(kit.system(), log);
      images = MetadataSubscriber.start(log, behavior -> kit.spawn(behavior, "subscriber"));
      ControllerSettings settings =
          new ControllerSettings(
              Optional.empty(),
              new TopicDefaults(3, (short) 1),
              Duration.ofSeconds(3),
              new ElectionRules(1, false),
              Optional.empty());
      gateway =
          kit.spawn(
              ControllerGateway.create(
                  log,
                  ControllerShell.factory(
                      settings,
                      ConfigRules.ANY,
                      () -> System.nanoTime() / 1_000_000,
                      new Random(1)),
                  PATIENCE));
      lifecycle =
          kit.spawn(
              BrokerLifecycle.create(
                  new BrokerIdentity(
                      1,
                      Optional.empty(),
                      Map.of("PLAINTEXT", new Endpoint("localhost", 9092, "PLAINTEXT")),
                      Optional.empty(),
                      List.of(DIRECTORY),
                      previousStop),
                  new BrokerLifecycle.Timing(
                      Duration.ofMillis(500), Duration.ofSeconds(3), PATIENCE),
                  gateway,
                  images,
                  standing));
      standing.whenActive().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    void stop() {
      TestProbe<Done> done = kit.createTestProbe(Done.class);
      lifecycle.tell(new BrokerLifecycle.Stop(done.ref()));
      done.receiveMessage(PATIENCE);
      log.close();
      kit.shutdownTestKit();
    }

    void kill() {
      kit.shutdownTestKit();
      log.abandon();
    }

    Controller.TopicsCreated create(NewTopic... topics) {
      TestProbe<Controller.TopicsCreated> probe =
          kit.createTestProbe(Controller.TopicsCreated.class);
      gateway.tell(new Controller.CreateTopics(List.of(topics), false, probe.ref()));
      return probe.receiveMessage(PATIENCE);
    }

    ClusterImage await(Predicate<ClusterImage> condition) {
      TestProbe<ClusterImage> probe = kit.createTestProbe(ClusterImage.class);
      images.subscribe(
          (old, now) -> {
            if (condition.test(now)) {
              probe.ref().tell(now);
            }
          });
      return probe.receiveMessage(PATIENCE);
    }
  }

  @After
  public void stopNode() {
    if (node != null) {
      node.kill();
    }
  }

  private Node start(PreviousStop previousStop) throws Exception {
    node = new Node(folder.getRoot().toPath(), previousStop);
    return node;
  }

  private static NewTopic topic(String name, int partitions) {
    return new NewTopic(name, partitions, (short) -1, List.of(), Map.of());
  }

  private static boolean hasLeader(ClusterImage image, String topic) {
    return image.topic(topic).partitions().stream().allMatch(PartitionImage::hasLeader);
  }

  @Test
  public void topicsAreMadeSeenAndKeptOverStopsAndCrashes() throws Exception {
    start(PreviousStop.LOSSY);
    assertTrue(node.images.current().clusterId().isPresent());
    Controller.TopicsCreated reply = node.create(topic("many", 1_000), topic("bad name", 1));
    assertEquals(Errors.NONE.code(), reply.topics().get(0).outcome().errorCode());
    assertEquals(
        Errors.INVALID_TOPIC_EXCEPTION.code(), reply.topics().get(1).outcome().errorCode());
    assertEquals("whoever has the answer sees the topic", 1_000, partitions("many"));
    node.await(image -> image.topic("many") != null);
    ClusterImage before = node.images.current();
    long epoch = node.standing.epoch();
    node.kill();

    start(PreviousStop.PROCESS_CRASH);
    assertEquals(before.clusterId(), node.images.current().clusterId());
    assertNotEquals(epoch, node.standing.epoch());
    ClusterImage led = node.await(image -> hasLeader(image, "many"));
    PartitionImage partition = led.topic("many").partition(999);
    assertEquals("no leader epoch spans a restart", 2, partition.leaderEpoch());
    node.stop();

    start(PreviousStop.CLEAN);
    led = node.await(image -> hasLeader(image, "many"));
    assertEquals(4, led.topic("many").partition(999).leaderEpoch());
    assertEquals(List.of(1), led.topic("many").partition(0).isr());
  }

  private int partitions(String topic) {
    return node.images.current().topic(topic).partitions().size();
  }
}
