package milena.metadata;

import static org.junit.Assert.assertEquals;

import java.util.List;
import java.util.Map;
import milena.common.Outcome;
import milena.common.TopicIdPartition;
import milena.metadata.InSyncChange.Member;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Which in-sync replicas a leader may have. Broker n has the epoch 100 + n. */
public class InSyncDecisionsTest extends JUnitSuite {
  private static final TopicIdPartition ID = new TopicIdPartition(Images.topicId("t"), 0);

  private final InSyncDecisions decisions = new InSyncDecisions(new ElectionRules(2, false));
  private final ClusterImage image =
      Images.withTopic(Images.brokers(4), "t", Images.partition(1, 2, 3));

  private static InSyncChange change(int leaderEpoch, int partitionEpoch, Member... members) {
    return new InSyncChange(ID, leaderEpoch, partitionEpoch, List.of(members));
  }

  private static Member member(int broker) {
    return new Member(broker, -1);
  }

  private ClusterImage after(ClusterImage before, InSyncChange change) {
    return Images.after(before, decisions.alter(before, 1, 101, List.of(change)));
  }

  private Errors answer(ClusterImage before, int leader, long epoch, InSyncChange change) {
    Decision<List<Outcome>> decision = decisions.alter(before, leader, epoch, List.of(change));
    assertEquals("nothing changes", List.of(), decision.events());
    return decision.reply().get(0).toError();
  }

  @Test
  public void theLeaderDropsAndTakesBack() {
    ClusterImage dropped = after(image, change(0, 0, member(1), member(2)));
    assertEquals(List.of(1, 2), dropped.partition(ID).isr());
    assertEquals("enough are left", List.of(), dropped.partition(ID).elr());
    assertEquals(0, dropped.partition(ID).leaderEpoch());
    ClusterImage back = after(dropped, change(0, 1, member(1), member(2), new Member(3, 103)));
    assertEquals(List.of(1, 2, 3), back.partition(ID).isr());
    assertEquals(2, back.partition(ID).partitionEpoch());
  }

  @Test
  public void whoLeavesBelowTheMinimumStaysEligibleUntilEnoughAreBack() {
    ClusterImage two = after(image, change(0, 0, member(1), member(2)));
    ClusterImage one = after(two, change(0, 1, member(1)));
    assertEquals(List.of(2), one.partition(ID).elr());
    ClusterImage again = after(one, change(0, 2, member(1), new Member(3, 103)));
    assertEquals(List.of(), again.partition(ID).elr());
  }

  @Test
  public void whenFewerAreAskedForNobodyElseIsEligible() {
    ClusterImage one = after(image, change(0, 0, member(1)));
    assertEquals(List.of(2, 3), one.partition(ID).elr());
    ClusterImage lowered =
        one.withConfig(
            new ConfigResource(ConfigResource.Type.TOPIC, "t"), Map.of("min.insync.replicas", "1"));
    List<TopicEvent> events =
        new PartitionSweep(new ElectionRules(2, false)).settingsChanged(one, lowered);
    ClusterImage now = Images.after(lowered, new Decision<>(List.copyOf(events), "lowered"));
    assertEquals(List.of(), now.partition(ID).elr());
    assertEquals(List.of(1), now.partition(ID).isr());
    assertEquals(
        "nothing else changes",
        List.of(),
        new PartitionSweep(new ElectionRules(2, false)).settingsChanged(one, one));
  }

  @Test
  public void aChangeOfNothingMakesEarlierRequestsTooLate() {
    ClusterImage same = after(image, change(0, 0, member(1), member(2), member(3)));
    assertEquals(1, same.partition(ID).partitionEpoch());
    assertEquals(Errors.INVALID_UPDATE_VERSION, answer(same, 1, 101, change(0, 0, member(1))));
  }

  @Test
  public void theDeposedAndTheUninformedAreRefused() {
    assertEquals(Errors.STALE_BROKER_EPOCH, answer(image, 1, 100, change(0, 0, member(1))));
    assertEquals(Errors.STALE_BROKER_EPOCH, answer(image, 9, 109, change(0, 0, member(9))));
    assertEquals(Errors.INVALID_REQUEST, answer(image, 2, 102, change(0, 0, member(2))));
    assertEquals(Errors.NOT_CONTROLLER, answer(image, 1, 101, change(1, 0, member(1))));
    assertEquals(Errors.NOT_CONTROLLER, answer(image, 1, 101, change(0, 1, member(1))));
    ClusterImage led =
        Images.after(
            image,
            new BrokerDecisions(new ElectionRules(1, false))
                .fence(image, List.of(image.brokers().get(1))));
    assertEquals(Errors.FENCED_LEADER_EPOCH, answer(led, 1, 101, change(0, 1, member(1))));
  }

  @Test
  public void strangersAreRefused() {
    assertEquals(Errors.INVALID_REQUEST, answer(image, 1, 101, change(0, 0, member(1), member(4))));
    assertEquals(Errors.INVALID_REQUEST, answer(image, 1, 101, change(0, 0, member(2))));
    TopicIdPartition unknown = new TopicIdPartition(Images.topicId("u"), 0);
    assertEquals(
        Errors.UNKNOWN_TOPIC_ID,
        answer(image, 1, 101, new InSyncChange(unknown, 0, 0, List.of(member(1)))));
  }

  @Test
  public void theFencedAndOtherIncarnationsAreIneligible() {
    ClusterImage dropped = after(image, change(0, 0, member(1), member(2)));
    assertEquals(
        Errors.INELIGIBLE_REPLICA,
        answer(dropped, 1, 101, change(0, 1, member(1), member(2), new Member(3, 99))));
    ClusterImage fenced =
        Images.after(
            dropped,
            new BrokerDecisions(new ElectionRules(2, false))
                .fence(dropped, List.of(dropped.brokers().get(3))));
    assertEquals(
        Errors.INELIGIBLE_REPLICA,
        answer(fenced, 1, 101, change(0, 1, member(1), member(2), new Member(3, 103))));
  }
}
