package milena.broker.controller;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import milena.broker.raft.InMemoryMetadataLog;
import milena.broker.raft.InMemoryMetadataLog.Fate;
import milena.broker.raft.MetadataLogs;
import milena.common.config.ConfigRules;
import milena.metadata.BrokerEvent.BrokerStateChanged;
import milena.metadata.ClusterEvent.ClusterNamed;
import milena.metadata.ConfigChange;
import milena.metadata.ElectionRules;
import milena.metadata.MetadataEvent;
import milena.metadata.NewPartitions;
import milena.metadata.NewTopic;
import milena.metadata.PreviousStop;
import milena.metadata.TopicDecisions.TopicDefaults;
import milena.metadata.TopicEvent.PartitionChanged;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.After;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** The controller behind its gateway: commits, answers, fails and comes back. */
public class ControllerShellTest extends JUnitSuite {
  private static final Duration SESSION = Duration.ofMillis(80);
  private static final Uuid DIRECTORY = new Uuid(7, 7);

  private final ActorTestKit kit = ActorTestKit.create("shell", TestSystems.config());
  private final InMemoryMetadataLog log = new InMemoryMetadataLog();
  private final AtomicLong nowMs = new AtomicLong();

  /** How far the clock goes on with each look at it. */
  private final AtomicLong stepMs = new AtomicLong();

  private final TestProbe<Long> started = kit.createTestProbe(Long.class);
  private final ActorRef<Controller.Command> gateway;

  public ControllerShellTest() {
    MetadataLogs.provide(kit.system(), log);
    ControllerSettings settings =
        new ControllerSettings(
            Optional.of("given"),
            new TopicDefaults(1, (short) 1),
            SESSION,
            new ElectionRules(1, false),
            Optional.empty());
    ControllerShell.Factory factory =
        ControllerShell.factory(
            settings, ConfigRules.ANY, () -> nowMs.addAndGet(stepMs.get()), new Random(1));
    gateway =
        kit.spawn(
            ControllerGateway.create(
                log,
                (term, formerLeader) -> {
                  started.ref().tell(term);
                  return factory.forTerm(term, formerLeader);
                },
                Duration.ofMinutes(1)));
  }

  @After
  public void stopKit() {
    kit.shutdownTestKit();
  }

  private <R> R ask(Class<R> type, Function<ActorRef<R>, Controller.Command> command) {
    TestProbe<R> probe = kit.createTestProbe(type);
    gateway.tell(command.apply(probe.ref()));
    return probe.receiveMessage(Duration.ofSeconds(30));
  }

  private Controller.Registered register() {
    return ask(
        Controller.Registered.class,
        replyTo ->
            new Controller.RegisterBroker(
                1,
                new Uuid(1, 1),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                List.of(DIRECTORY),
                PreviousStop.CLEAN,
                replyTo));
  }

  private Controller.HeartbeatReply heartbeat(long epoch) {
    return ask(
        Controller.HeartbeatReply.class,
        replyTo ->
            new Controller.BrokerHeartbeat(
                1, epoch, log.image().lastSequence(), false, false, List.of(), replyTo));
  }

  private Errors create(String topic, int partitions, boolean validateOnly) {
    return ask(
            Controller.TopicsCreated.class,
            replyTo ->
                new Controller.CreateTopics(
                    List.of(new NewTopic(topic, partitions, (short) -1, List.of(), Map.of())),
                    validateOnly,
                    replyTo))
        .topics()
        .get(0)
        .outcome()
        .toError();
  }

  private long withBroker() {
    log.lead(1);
    assertEquals(1L, (long) started.receiveMessage());
    long epoch = register().brokerEpoch();
    assertFalse(heartbeat(epoch).fenced());
    return epoch;
  }

  @Test
  public void theNameComesBeforeAllElse() {
    log.lead(1);
    assertTrue(register().outcome().ok());
    assertEquals(List.of(new ClusterNamed("given")), log.commits().get(0));
  }

  @Test
  public void asManyAsMayWaitForAControllerAreAnsweredByIt() {
    TestProbe<Controller.ProducerIdBlock> answers =
        kit.createTestProbe(Controller.ProducerIdBlock.class);
    for (int i = 0; i < ControllerGateway.WAITING_MAX; i++) {
      gateway.tell(new Controller.AllocateProducerIds(9, 9, answers.ref()));
    }
    log.lead(1);
    for (int i = 0; i < ControllerGateway.WAITING_MAX; i++) {
      assertEquals(
          Errors.STALE_BROKER_EPOCH,
          answers.receiveMessage(Duration.ofSeconds(30)).outcome().toError());
    }
  }

  @Test
  public void aCommandIsOneCommit() {
    long epoch = withBroker();
    int before = log.commits().size();
    assertEquals(Errors.NONE, create("wide", 6_000, false));
    assertEquals(before + 1, log.commits().size());
    stepMs.set(SESSION.toMillis() / 4);
    awaitFence();
    List<MetadataEvent> fence = log.commits().get(before + 1);
    assertEquals(new BrokerStateChanged(1, epoch, true, false), fence.get(0));
    assertEquals(6_000, fence.stream().filter(PartitionChanged.class::isInstance).count());
  }

  /** The controller looks for silent brokers by a timer: whoever asks sees it sooner or later. */
  private void awaitFence() {
    TestProbe<Boolean> fenced = kit.createTestProbe(Boolean.class);
    MetadataSubscriber.start(log, behavior -> kit.spawn(behavior))
        .subscribe(
            (old, now) -> {
              if (now.brokers().get(1).fenced()) {
                fenced.ref().tell(true);
              }
            });
    fenced.receiveMessage(Duration.ofSeconds(30));
  }

  @Test
  public void askingWhetherItCouldChangesNothing() {
    withBroker();
    int before = log.commits().size();
    assertEquals(Errors.NONE, create("t", 1, true));
    assertEquals(before, log.commits().size());
    assertEquals(Errors.NONE, create("t", 1, false));
    assertEquals(Errors.TOPIC_ALREADY_EXISTS, create("t", 1, true));
  }

  @Test
  public void afterALostWriteTheNextControllerGoesOn() {
    withBroker();
    log.nextWrite(Fate.LOST);
    createAndFail("lost");
    assertEquals("the lost one is not there", Errors.NONE, create("lost", 1, false));
  }

  @Test
  public void afterAWriteOfUnknownFateTheNextControllerKnows() {
    withBroker();
    log.nextWrite(Fate.COMMITTED_UNKNOWN);
    createAndFail("kept");
    assertEquals(Errors.TOPIC_ALREADY_EXISTS, create("kept", 1, false));
  }

  /** Returns when the write has failed and another controller was started. */
  private void createAndFail(String topic) {
    TestProbe<Controller.TopicsCreated> asker = kit.createTestProbe(Controller.TopicsCreated.class);
    gateway.tell(
        new Controller.CreateTopics(
            List.of(new NewTopic(topic, 1, (short) 1, List.of(), Map.of())), false, asker.ref()));
    started.receiveMessage(Duration.ofSeconds(30));
    Controller.TopicsCreated refused = asker.receiveMessage(Duration.ofSeconds(30));
    assertEquals(Errors.NOT_CONTROLLER, refused.topics().get(0).outcome().toError());
  }

  @Test
  public void aDeposedControllerChangesNothing() {
    long epoch = withBroker();
    int commits = log.commits().size();
    log.loseLeadership();
    log.lead(3);
    assertEquals("the new one has all that the old one had", epoch, register().brokerEpoch());
    assertEquals(commits, log.commits().size());
    assertEquals(Errors.NONE, create("t", 1, false));
  }

  @Test
  public void topicsGrowGetSettingsAndGo() {
    long epoch = withBroker();
    create("t", 1, false);
    Uuid id = log.image().topic("t").id();
    Controller.PartitionsCreated grown =
        ask(
            Controller.PartitionsCreated.class,
            replyTo ->
                new Controller.CreatePartitions(
                    List.of(new NewPartitions("t", 3, Optional.empty())), false, replyTo));
    assertTrue(grown.outcomes().get(0).ok());
    assertEquals(3, log.image().topic(id).partitions().size());
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "t");
    ConfigChange change =
        new ConfigChange(
            resource,
            false,
            List.of(new ConfigChange.Op("retention.ms", ConfigChange.Kind.SET, "5")));
    ask(
        Controller.ConfigsAltered.class,
        replyTo -> new Controller.AlterConfigs(List.of(change), false, replyTo));
    assertEquals(Map.of("retention.ms", "5"), log.image().config(resource));
    Controller.ProducerIdBlock first = allocate(epoch);
    Controller.ProducerIdBlock second = allocate(epoch);
    assertEquals(first.first() + first.count(), second.first());
    ask(
        Controller.TopicsDeleted.class,
        replyTo -> new Controller.DeleteTopics(List.of(id), replyTo));
    assertEquals(0, log.image().topics().size());
  }

  private Controller.ProducerIdBlock allocate(long epoch) {
    return ask(
        Controller.ProducerIdBlock.class,
        replyTo -> new Controller.AllocateProducerIds(1, epoch, replyTo));
  }
}
