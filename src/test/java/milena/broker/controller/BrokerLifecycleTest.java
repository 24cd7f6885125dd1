package milena.broker.controller;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import akka.Done;
import akka.actor.testkit.typed.FishingOutcome;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.BehaviorInterceptor;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.broker.controller.BrokerLifecycle.Timing;
import milena.broker.controller.Controller.BrokerHeartbeat;
import milena.broker.controller.Controller.HeartbeatReply;
import milena.broker.controller.Controller.RegisterBroker;
import milena.broker.controller.Controller.Registered;
import milena.broker.raft.InMemoryMetadataLog;
import milena.common.Outcome;
import milena.metadata.ImageSource;
import milena.metadata.PreviousStop;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** A broker's life as its controller sees it, in time that the test moves. */
public class BrokerLifecycleTest extends JUnitSuite {
  private static final Uuid DIRECTORY = new Uuid(7, 7);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Timing TIMING =
      new Timing(Duration.ofMillis(500), Duration.ofSeconds(3), Duration.ofSeconds(10));

  private ActorTestKit kit;
  private ManualTime time;
  private TestProbe<Controller.Command> controller;
  private TestProbe<String> processed;
  private ActorRef<BrokerLifecycle.Command> lifecycle;
  private final BrokerStanding standing = new BrokerStanding();

  @Before
  public void start() {
    kit = ActorTestKit.create("life", ManualTime.config().withFallback(TestSystems.config()));
    time = ManualTime.get(kit.system());
    controller = kit.createTestProbe(Controller.Command.class);
    ImageSource images =
        MetadataSubscriber.start(new InMemoryMetadataLog(), behavior -> kit.spawn(behavior));
    processed = kit.createTestProbe(String.class);
    lifecycle =
        kit.spawn(
            Behaviors.intercept(
                () -> new TellsAfterwards(processed.ref()),
                BrokerLifecycle.create(
                    new BrokerIdentity(
                        1,
                        Optional.empty(),
                        Map.of(),
                        Optional.empty(),
                        List.of(DIRECTORY),
                        PreviousStop.CLEAN),
                    TIMING,
                    controller.ref(),
                    images,
                    standing)));
  }

  /** Tells the name of each message once it has been dealt with. */
  private static final class TellsAfterwards
      extends BehaviorInterceptor<BrokerLifecycle.Command, BrokerLifecycle.Command> {
    private final ActorRef<String> told;

    TellsAfterwards(ActorRef<String> told) {
      super(BrokerLifecycle.Command.class);
      this.told = told;
    }

    @Override
    public Behavior<BrokerLifecycle.Command> aroundReceive(
        TypedActorContext<BrokerLifecycle.Command> context,
        BrokerLifecycle.Command message,
        ReceiveTarget<BrokerLifecycle.Command> target) {
      Behavior<BrokerLifecycle.Command> next = target.apply(context, message);
      told.tell(message.getClass().getSimpleName());
      return next;
    }
  }

  @After
  public void stop() {
    kit.shutdownTestKit();
  }

  private RegisterBroker expectRegistration() {
    return controller.expectMessageClass(RegisterBroker.class);
  }

  private BrokerHeartbeat expectHeartbeat() {
    return controller.expectMessageClass(BrokerHeartbeat.class);
  }

  /** Returns when the broker has taken the answer, and set its timers by it. */
  private void answer(RegisterBroker question, Outcome outcome, long epoch) {
    question.replyTo().tell(new Registered(outcome, epoch));
    processed.fishForMessage(PATIENCE, this::untilAnswer);
  }

  private void answer(BrokerHeartbeat question, HeartbeatReply reply) {
    question.replyTo().tell(reply);
    processed.fishForMessage(PATIENCE, this::untilAnswer);
  }

  private FishingOutcome untilAnswer(String message) {
    return message.endsWith("Answer")
        ? FishingOutcomes.complete()
        : FishingOutcomes.continueAndIgnore();
  }

  private static HeartbeatReply in() {
    return new HeartbeatReply(Outcome.SUCCESS, true, false, false);
  }

  private static HeartbeatReply out() {
    return new HeartbeatReply(Outcome.SUCCESS, true, true, false);
  }

  private void letIn() {
    answer(expectRegistration(), Outcome.SUCCESS, 5);
    answer(expectHeartbeat(), in());
    assertEquals(5L, (long) standing.whenActive().toCompletableFuture().join());
    assertFalse(standing.fenced());
  }

  @Test
  public void itRegistersAndIsLetInAndStaysInTouch() {
    letIn();
    for (int beat = 0; beat < 3; beat++) {
      time.expectNoMessageFor(Duration.ofMillis(499), controller);
      time.timePasses(Duration.ofMillis(1));
      BrokerHeartbeat heartbeat = expectHeartbeat();
      assertEquals(5, heartbeat.brokerEpoch());
      answer(heartbeat, in());
    }
  }

  @Test
  public void aRefusedRegistrationIsTriedAgainAsTheSameIncarnation() {
    RegisterBroker first = expectRegistration();
    answer(first, Outcome.of(Errors.NOT_CONTROLLER), -1);
    time.timePasses(Duration.ofMillis(100));
    assertEquals(first.incarnation(), expectRegistration().incarnation());
  }

  @Test
  public void whileItIsOutItAsksAtOnceAgain() {
    answer(expectRegistration(), Outcome.SUCCESS, 5);
    answer(expectHeartbeat(), out());
    assertTrue(standing.fenced());
    time.timePasses(Duration.ofMillis(10));
    answer(expectHeartbeat(), in());
    standing.whenActive().toCompletableFuture().join();
  }

  @Test
  public void withoutAnswersItAsksAgainAndTakesItselfForFenced() {
    letIn();
    time.timePasses(Duration.ofMillis(500));
    expectHeartbeat();
    time.timePasses(Duration.ofMillis(1500));
    expectHeartbeat();
    assertFalse(standing.fenced());
    time.timePasses(Duration.ofMillis(1500));
    processed.fishForMessage(
        PATIENCE,
        message ->
            standing.fenced() ? FishingOutcomes.complete() : FishingOutcomes.continueAndIgnore());
    assertTrue(standing.fenced());
  }

  @Test
  public void unknownToTheControllerItRegistersAgain() {
    letIn();
    time.timePasses(Duration.ofMillis(500));
    Outcome unknown = Outcome.of(Errors.BROKER_ID_NOT_REGISTERED);
    answer(expectHeartbeat(), new HeartbeatReply(unknown, false, true, false));
    assertTrue(standing.fenced());
    time.timePasses(Duration.ofMillis(100));
    answer(expectRegistration(), Outcome.SUCCESS, 9);
    assertEquals(9, expectHeartbeat().brokerEpoch());
  }

  @Test
  public void itStopsWhenItMayGo() {
    letIn();
    TestProbe<Done> done = kit.createTestProbe(Done.class);
    lifecycle.tell(new BrokerLifecycle.Stop(done.ref()));
    BrokerHeartbeat goodbye = expectHeartbeat();
    assertTrue(goodbye.wantShutDown());
    answer(goodbye, in());
    time.timePasses(Duration.ofMillis(10));
    answer(expectHeartbeat(), new HeartbeatReply(Outcome.SUCCESS, true, true, true));
    done.expectMessage(Done.getInstance());
    done.expectTerminated(lifecycle);
  }

  @Test
  public void itStopsWhenNobodyAnswersItsGoodbye() {
    letIn();
    TestProbe<Done> done = kit.createTestProbe(Done.class);
    lifecycle.tell(new BrokerLifecycle.Stop(done.ref()));
    expectHeartbeat();
    time.timePasses(Duration.ofSeconds(10));
    done.expectMessage(Done.getInstance());
  }
}
