package milena.broker.controller;

import static org.junit.Assert.assertEquals;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.broker.raft.MetadataLog;
import milena.metadata.ClusterImage;
import milena.metadata.MetadataEvent;
import org.apache.kafka.common.protocol.Errors;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Commands find the controller of the moment, or are refused in time. */
public class ControllerGatewayTest extends JUnitSuite {
  private static final int FATAL = -1;

  private static ActorTestKit kit;

  @BeforeClass
  public static void startKit() {
    kit = ActorTestKit.create("gateway", TestSystems.config());
  }

  @AfterClass
  public static void stopKit() {
    kit.shutdownTestKit();
  }

  /** A log that only tells of leadership. */
  private static final class Leadership implements MetadataLog {
    private final CompletableFuture<Observer> observer = new CompletableFuture<>();

    void leads(long term) {
      observer.join().onLeaderReady(term);
    }

    void leadsNoLonger() {
      observer.join().onLeadershipLost();
    }

    @Override
    public ClusterImage image() {
      return ClusterImage.EMPTY;
    }

    @Override
    public CompletionStage<Void> append(long term, long first, List<MetadataEvent> events) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void observe(Observer told) {
      observer.complete(told);
    }

    @Override
    public void close() {}

    @Override
    public void abandon() {}
  }

  private record Started(long term, int formerLeader, ActorRef<Controller.Command> controller) {}

  private final Leadership log = new Leadership();
  private final TestProbe<Started> started = kit.createTestProbe(Started.class);
  private final TestProbe<Controller.Command> received =
      kit.createTestProbe(Controller.Command.class);
  private final TestProbe<Controller.ProducerIdBlock> replies =
      kit.createTestProbe(Controller.ProducerIdBlock.class);

  private ActorRef<Controller.Command> gateway(Duration patience) {
    return kit.spawn(ControllerGateway.create(log, this::controllerOf, patience));
  }

  private Behavior<Controller.Command> controllerOf(long term, int formerLeader) {
    return Behaviors.setup(
        context -> {
          started.ref().tell(new Started(term, formerLeader, context.getSelf()));
          return Behaviors.receiveMessage(
              command -> {
                received.ref().tell(command);
                return command instanceof Controller.AllocateProducerIds ids
                        && ids.brokerId() == FATAL
                    ? Behaviors.stopped()
                    : Behaviors.same();
              });
        });
  }

  private Controller.AllocateProducerIds command(int broker) {
    return new Controller.AllocateProducerIds(broker, 1, replies.ref());
  }

  @Test
  public void aControllerIsToldWhoLedBefore() {
    gateway(Duration.ofSeconds(30));
    MetadataLog.Observer told = log.observer.join();
    told.onLeaderReady(1);
    assertEquals(-1, started.receiveMessage().formerLeader());
    told.onLeader(2);
    told.onLeader(3);
    told.onLeader(3);
    told.onLeader(1);
    told.onLeaderReady(4);
    assertEquals(3, started.receiveMessage().formerLeader());
  }

  @Test
  public void withoutAControllerCommandsWaitAndAreThenRefused() {
    ActorRef<Controller.Command> gateway = gateway(Duration.ofMillis(50));
    gateway.tell(command(1));
    gateway.tell(command(2));
    for (int i = 0; i < 2; i++) {
      assertEquals(Errors.NOT_CONTROLLER, replies.receiveMessage().outcome().toError());
    }
  }

  @Test
  public void whatWaitedGoesToTheControllerThatStartsInOrder() {
    ActorRef<Controller.Command> gateway = gateway(Duration.ofMinutes(1));
    gateway.tell(command(1));
    gateway.tell(command(2));
    log.leads(7);
    assertEquals(7, started.receiveMessage().term());
    gateway.tell(command(3));
    for (int broker = 1; broker <= 3; broker++) {
      assertEquals(command(broker), received.receiveMessage());
    }
  }

  @Test
  public void aControllerEndsWithItsLeadership() {
    ActorRef<Controller.Command> gateway = gateway(Duration.ofMillis(50));
    log.leads(7);
    Started first = started.receiveMessage();
    log.leadsNoLonger();
    received.expectTerminated(first.controller());
    gateway.tell(command(1));
    assertEquals(Errors.NOT_CONTROLLER, replies.receiveMessage().outcome().toError());
    log.leads(9);
    assertEquals(9, started.receiveMessage().term());
  }

  @Test
  public void aControllerThatFailsIsFollowedByOneOfTheSameTerm() {
    ActorRef<Controller.Command> gateway = gateway(Duration.ofMinutes(1));
    log.leads(7);
    Started first = started.receiveMessage();
    gateway.tell(command(FATAL));
    received.expectTerminated(first.controller());
    assertEquals(7, started.receiveMessage().term());
  }

  @Test
  public void whatAControllerHadIsNotHandedToTheNext() {
    ActorRef<Controller.Command> gateway = gateway(Duration.ofMinutes(1));
    log.leads(7);
    gateway.tell(command(1));
    assertEquals(command(1), received.receiveMessage());
    log.leads(9);
    assertEquals(Errors.NOT_CONTROLLER, replies.receiveMessage().outcome().toError());
    gateway.tell(command(2));
    assertEquals(command(2), received.receiveMessage());
  }
}
