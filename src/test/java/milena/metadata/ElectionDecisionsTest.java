package milena.metadata;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.common.Outcome;
import milena.common.TopicIdPartition;
import milena.common.config.ConfigRules;
import milena.metadata.ElectionDecisions.Elected;
import milena.metadata.ElectionDecisions.Named;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Elections on demand, for balance, and those that may lose something. */
public class ElectionDecisionsTest extends JUnitSuite {
  private static final ConfigResource TOPIC = new ConfigResource(ConfigResource.Type.TOPIC, "t");
  private static final ConfigResource EVERY_BROKER =
      new ConfigResource(ConfigResource.Type.BROKER, "");
  private static final String UNCLEAN = "unclean.leader.election.enable";
  private static final ElectionRules RULES = new ElectionRules(1, false);

  private final ElectionDecisions elections = new ElectionDecisions(RULES);
  private final BrokerDecisions brokers = new BrokerDecisions(RULES);
  private final ConfigDecisions configs = new ConfigDecisions(ConfigRules.ANY, RULES);

  private static PartitionImage partition(
      List<Integer> isr, List<Integer> elr, int last, int leader) {
    List<Integer> replicas = List.of(1, 2, 3);
    return new PartitionImage(
        replicas, replicas.stream().map(Images::directory).toList(), isr, elr, last, leader, 4, 7);
  }

  private static ClusterImage image(PartitionImage... partitions) {
    return Images.withTopic(Images.brokers(3), "t", partitions);
  }

  private ClusterImage without(ClusterImage image, int broker) {
    return Images.after(image, brokers.fence(image, List.of(image.brokers().get(broker))));
  }

  private static PartitionImage first(ClusterImage image) {
    return image.partition(new TopicIdPartition(Images.topicId("t"), 0));
  }

  private Errors elect(ClusterImage image, ElectionType type, String topic, int partition) {
    List<Named> wanted = List.of(new Named(topic, partition));
    return elections.elect(image, type, Optional.of(wanted)).reply().get(0).outcome().toError();
  }

  @Test
  public void thePreferredReplicaLeadsWhenItIsInSync() {
    ClusterImage image = image(partition(List.of(2, 1), List.of(), 2, 2));
    Decision<List<Elected>> decision =
        elections.elect(image, ElectionType.PREFERRED, Optional.empty());
    assertEquals(List.of(new Elected(new Named("t", 0), Outcome.SUCCESS)), decision.reply());
    ClusterImage after = Images.after(image, decision);
    assertEquals(1, first(after).leader());
    assertEquals(5, first(after).leaderEpoch());
    assertEquals(List.of(2, 1), first(after).isr());
    assertEquals(Errors.ELECTION_NOT_NEEDED, elect(after, ElectionType.PREFERRED, "t", 0));
    assertEquals(
        "what needs no election is not listed",
        List.of(),
        elections.elect(after, ElectionType.PREFERRED, Optional.empty()).reply());
  }

  @Test
  public void anotherLeadsOnWhenThePreferredReplicaCannot() {
    assertEquals(
        Errors.PREFERRED_LEADER_NOT_AVAILABLE,
        elect(image(partition(List.of(2, 3), List.of(), 2, 2)), ElectionType.PREFERRED, "t", 0));
    ClusterImage fenced = without(image(Images.partition(1, 2)), 1);
    assertEquals(
        Errors.PREFERRED_LEADER_NOT_AVAILABLE, elect(fenced, ElectionType.PREFERRED, "t", 0));
  }

  @Test
  public void anOperatorMayHaveAnybodyElected() {
    ClusterImage image = without(image(partition(List.of(1), List.of(), 1, 1)), 1);
    assertFalse("nobody may lead by itself: " + first(image), first(image).hasLeader());
    assertEquals(
        "without a loss nobody can",
        Errors.PREFERRED_LEADER_NOT_AVAILABLE,
        elect(image, ElectionType.PREFERRED, "t", 0));
    Decision<?> decision = elections.elect(image, ElectionType.UNCLEAN, Optional.empty());
    ClusterImage after = Images.after(image, decision);
    assertEquals(2, first(after).leader());
    assertEquals(List.of(2), first(after).isr());
    assertEquals(List.of(), first(after).elr());
    List<RiskyElection> risky = RiskyElection.among(image, decision.events());
    assertEquals(1, risky.size());
    assertEquals("t", risky.get(0).topic());
    assertFalse(risky.get(0).ofLastKnownLeader());
    assertEquals(Errors.ELECTION_NOT_NEEDED, elect(after, ElectionType.UNCLEAN, "t", 0));
  }

  @Test
  public void whatIsNotThereIsNotElected() {
    ClusterImage image = image(Images.partition(1, 2));
    assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION, elect(image, ElectionType.PREFERRED, "u", 0));
    assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION, elect(image, ElectionType.PREFERRED, "t", 1));
    ClusterImage dead = without(without(image, 1), 2);
    assertEquals(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE, elect(dead, ElectionType.UNCLEAN, "t", 0));
  }

  @Test
  public void leadershipGoesBackSomeAtATime() {
    PartitionImage moved = partition(List.of(1, 2, 3), List.of(), 2, 2);
    ClusterImage image =
        image(moved, Images.partition(1, 2, 3), moved, partition(List.of(2), List.of(), 2, 2));
    Decision<Integer> one = elections.balance(image, 1);
    assertEquals(1, (int) one.reply());
    ClusterImage after = Images.after(image, one);
    Decision<Integer> rest = elections.balance(after, 10);
    assertEquals("the fourth can't", 1, (int) rest.reply());
    assertEquals(0, (int) elections.balance(Images.after(after, rest), 10).reply());
  }

  @Test
  public void aTopicMayAllowUncleanElectionsAtAnyTime() {
    ClusterImage stuck = without(image(partition(List.of(1), List.of(), 1, 1)), 1);
    for (ConfigResource resource : List.of(TOPIC, EVERY_BROKER)) {
      ConfigChange allow =
          new ConfigChange(
              resource,
              false,
              List.of(new ConfigChange.Op(UNCLEAN, ConfigChange.Kind.SET, "true")));
      ClusterImage after = Images.after(stuck, configs.alter(stuck, List.of(allow)));
      assertEquals(resource.toString(), 2, first(after).leader());
    }
  }

  @Test
  public void whereItIsAllowedAnybodyLeadsRatherThanNobody() {
    ClusterImage image =
        image(partition(List.of(1), List.of(), 1, 1))
            .apply(new ClusterEvent.ConfigsReplaced(TOPIC, Map.of(UNCLEAN, "true")));
    Decision<?> decision = brokers.fence(image, List.of(image.brokers().get(1)));
    assertEquals(2, first(Images.after(image, decision)).leader());
    assertEquals(1, RiskyElection.among(image, decision.events()).size());
    ClusterImage forbidden =
        image.apply(new ClusterEvent.ConfigsReplaced(EVERY_BROKER, Map.of(UNCLEAN, "true")));
    forbidden = forbidden.apply(new ClusterEvent.ConfigsReplaced(TOPIC, Map.of(UNCLEAN, "false")));
    assertFalse("the topic's word counts", first(without(forbidden, 1)).hasLeader());
  }

  @Test
  public void theLastKnownLeadersReturnIsToldOf() {
    ClusterImage image = image(partition(List.of(), List.of(), 2, -1));
    ClusterImage fenced = image.apply(new BrokerEvent.BrokerStateChanged(2, 102, true, false));
    Decision<?> decision =
        brokers.heartbeat(
            fenced, new BrokerDecisions.Beat(2, 102, Long.MAX_VALUE, false, false, List.of()), 0);
    assertEquals(2, first(Images.after(fenced, decision)).leader());
    List<RiskyElection> risky = RiskyElection.among(fenced, decision.events());
    assertTrue(risky.get(0).ofLastKnownLeader());
    assertEquals(
        "elections of who has everything are not",
        List.of(),
        RiskyElection.among(
            image(Images.partition(1, 2)),
            brokers
                .fence(image(Images.partition(1, 2)), List.of(image.brokers().get(1)))
                .events()));
  }
}
