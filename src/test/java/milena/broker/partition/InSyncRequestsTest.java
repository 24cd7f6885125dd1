package milena.broker.partition;

import static org.junit.Assert.assertEquals;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import milena.broker.controller.Controller;
import milena.broker.controller.Controller.AlterInSync;
import milena.broker.controller.Controller.InSyncAltered;
import milena.broker.partition.PartitionReplica.InSyncAnswered;
import milena.common.Outcome;
import milena.metadata.InSyncChange;
import milena.metadata.InSyncChange.Member;
import milena.replication.InSyncProposal;
import org.apache.kafka.common.protocol.Errors;
import org.junit.After;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class InSyncRequestsTest extends JUnitSuite {
  private static final int SELF = 1;
  private static final long SELF_EPOCH = 40;

  private final ActorTestKit kit =
      ActorTestKit.create(
          "in-sync-requests",
          ManualTime.config()
              .withFallback(ConfigFactory.parseString("akka.actor.provider = local"))
              .withFallback(ConfigFactory.load()));
  private final ManualTime time = ManualTime.get(kit.system());
  private final TestProbe<Controller.Command> controller = kit.createTestProbe();
  private final TestProbe<PartitionReplica.Command> replica = kit.createTestProbe();
  private final ActorRef<InSyncRequests.Command> requests =
      kit.spawn(InSyncRequests.create(SELF, () -> SELF_EPOCH, controller.getRef()));

  @After
  public void end() {
    kit.shutdownTestKit();
  }

  @Test
  public void aProposalGoesToTheControllerAndItsFateToTheReplica() {
    ask(0, 3, Map.of(1, InSyncProposal.UNCHECKED, 2, 77L));
    AlterInSync asked = controller.expectMessageClass(AlterInSync.class);
    assertEquals(SELF, asked.brokerId());
    assertEquals(SELF_EPOCH, asked.brokerEpoch());
    assertEquals(
        List.of(
            new InSyncChange(
                Replicas.id(0),
                5,
                3,
                List.of(new Member(1, InSyncProposal.UNCHECKED), new Member(2, 77)))),
        asked.changes());
    answer(asked, Errors.NONE);
    replica.expectMessage(new InSyncAnswered(5, 3, Errors.NONE));
  }

  @Test
  public void whatGathersWhileOneIsUnderWayGoesInOneMessageWithTheNewestOfEachPartition() {
    ask(0, 1, Map.of(1, InSyncProposal.UNCHECKED));
    AlterInSync first = controller.expectMessageClass(AlterInSync.class);
    ask(1, 1, Map.of(1, InSyncProposal.UNCHECKED));
    ask(2, 1, Map.of(1, InSyncProposal.UNCHECKED));
    ask(1, 2, Map.of(1, InSyncProposal.UNCHECKED));
    controller.expectNoMessage(Duration.ofMillis(50));
    answer(first, Errors.NOT_CONTROLLER);
    replica.expectMessage(new InSyncAnswered(5, 1, Errors.NOT_CONTROLLER));
    AlterInSync second = controller.expectMessageClass(AlterInSync.class);
    assertEquals(
        List.of("1 in epoch 2", "2 in epoch 1"),
        second.changes().stream()
            .map(change -> change.id().partition() + " in epoch " + change.partitionEpoch())
            .toList());
    answer(second, Errors.NONE, Errors.INVALID_UPDATE_VERSION);
    replica.expectMessage(new InSyncAnswered(5, 2, Errors.NONE));
    replica.expectMessage(new InSyncAnswered(5, 1, Errors.INVALID_UPDATE_VERSION));
  }

  @Test
  public void noAnswerIsToldAsATimeOutAndTheNextIsAsked() {
    ask(0, 1, Map.of(1, InSyncProposal.UNCHECKED));
    controller.expectMessageClass(AlterInSync.class);
    time.timePasses(Duration.ofSeconds(6));
    replica.expectMessage(new InSyncAnswered(5, 1, Errors.REQUEST_TIMED_OUT));
    ask(0, 1, Map.of(1, InSyncProposal.UNCHECKED));
    controller.expectMessageClass(AlterInSync.class);
  }

  private void ask(int partition, int partitionEpoch, Map<Integer, Long> inSync) {
    requests.tell(
        new InSyncRequests.Ask(
            Replicas.id(partition),
            new InSyncProposal(5, partitionEpoch, new TreeMap<>(inSync)),
            replica.getRef()));
  }

  private static void answer(AlterInSync asked, Errors... errors) {
    asked.replyTo().tell(new InSyncAltered(List.of(errors).stream().map(Outcome::of).toList()));
  }
}
