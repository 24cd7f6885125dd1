package milena.metadata;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import milena.common.Outcome;
import milena.common.config.ConfigRules;
import milena.metadata.TopicDecisions.TopicDefaults;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Every reason to refuse a topic, and what a topic is when there is none. */
public class TopicDecisionsTest extends JUnitSuite {
  private static final ConfigRules NOTHING_BAD =
      new ConfigRules() {
        @Override
        public Outcome validate(ConfigResource resource, Map<String, String> settings) {
          return settings.containsKey("bad")
              ? Outcome.of(Errors.INVALID_CONFIG, "bad is bad")
              : Outcome.SUCCESS;
        }

        @Override
        public boolean isList(ConfigResource.Type type, String name) {
          return false;
        }

        @Override
        public String defaultValue(ConfigResource.Type type, String name) {
          return null;
        }
      };

  private final TopicDecisions topics =
      new TopicDecisions(new TopicDefaults(4, (short) 2), NOTHING_BAD);
  private final ClusterImage three =
      Images.withTopic(Images.brokers(3), "old.name", Images.partition(1, 2));

  private Decision<List<CreatedTopic>> create(ClusterImage image, NewTopic... wanted) {
    return topics.create(image, List.of(wanted), new Random(1));
  }

  private static NewTopic topic(String name, int partitions, int replicationFactor) {
    return new NewTopic(name, partitions, (short) replicationFactor, List.of(), Map.of());
  }

  private static NewTopic byHand(String name, NewTopic.Assignment... assignments) {
    return new NewTopic(name, -1, (short) -1, List.of(assignments), Map.of());
  }

  private static NewTopic.Assignment on(int partition, Integer... brokers) {
    return new NewTopic.Assignment(partition, Arrays.asList(brokers));
  }

  private void assertRefused(Errors error, NewTopic wanted) {
    Decision<List<CreatedTopic>> decision = create(three, wanted);
    assertTrue(decision.events().isEmpty());
    assertEquals(wanted.toString(), error, decision.reply().get(0).outcome().toError());
  }

  @Test
  public void namesAreKafkas() {
    for (String name : List.of("", ".", "..", "a b", "ä", "a/b", "x".repeat(250))) {
      assertRefused(Errors.INVALID_TOPIC_EXCEPTION, topic(name, 1, 1));
    }
    assertRefused(Errors.INVALID_TOPIC_EXCEPTION, topic("old_name", 1, 1));
    assertRefused(Errors.TOPIC_ALREADY_EXISTS, topic("old.name", 1, 1));
    for (String name : List.of("a", "A-b_c.d", "__consumer_offsets", "x".repeat(249))) {
      assertTrue(create(three, topic(name, 1, 1)).reply().get(0).outcome().ok());
    }
  }

  @Test
  public void countsMustMakeSense() {
    assertRefused(Errors.INVALID_PARTITIONS, topic("t", 0, 1));
    assertRefused(Errors.INVALID_PARTITIONS, topic("t", -2, 1));
    assertRefused(Errors.INVALID_REPLICATION_FACTOR, topic("t", 1, 0));
    assertRefused(Errors.INVALID_REPLICATION_FACTOR, topic("t", 1, -2));
    assertRefused(Errors.INVALID_REPLICATION_FACTOR, topic("t", 1, 4));
    assertRefused(Errors.POLICY_VIOLATION, topic("t", 10_001, 1));
  }

  @Test
  public void assignmentsByHandMustMakeSense() {
    Errors bad = Errors.INVALID_REPLICA_ASSIGNMENT;
    assertRefused(bad, byHand("t", on(0)));
    assertRefused(bad, byHand("t", on(0, 9)));
    assertRefused(bad, byHand("t", on(0, 1, 1)));
    assertRefused(bad, byHand("t", on(0, 1), on(0, 2)));
    assertRefused(bad, byHand("t", on(1, 1)));
    assertRefused(bad, byHand("t", on(0, 1), on(2, 1)));
    assertRefused(bad, byHand("t", on(0, 1), on(1, 1, 2)));
    List<NewTopic.Assignment> fine = List.of(on(0, 1));
    assertRefused(Errors.INVALID_REQUEST, new NewTopic("t", 1, (short) -1, fine, Map.of()));
    assertRefused(Errors.INVALID_REQUEST, new NewTopic("t", -1, (short) 1, fine, Map.of()));
  }

  @Test
  public void assignmentsByHandAreTakenAsTheyAre() {
    Decision<List<CreatedTopic>> decision = create(three, byHand("t", on(1, 3, 1), on(0, 2, 3)));
    TopicImage made = Images.after(three, decision).topic("t");
    assertEquals(List.of(2, 3), made.partition(0).replicas());
    assertEquals(List.of(3, 1), made.partition(1).replicas());
    assertEquals(3, made.partition(1).leader());
    assertEquals(
        List.of(Images.directory(3), Images.directory(1)), made.partition(1).directories());
    assertEquals(2, decision.reply().get(0).partitions());
    assertEquals(2, decision.reply().get(0).replicationFactor());
  }

  @Test
  public void whatIsLeftOpenIsTheDefault() {
    CreatedTopic made = create(three, topic("t", -1, -1)).reply().get(0);
    assertEquals(4, made.partitions());
    assertEquals(2, made.replicationFactor());
  }

  @Test
  public void settingsAreCheckedAndKept() {
    assertRefused(
        Errors.INVALID_CONFIG, new NewTopic("t", 1, (short) 1, List.of(), Map.of("bad", "1")));
    Decision<List<CreatedTopic>> decision =
        create(three, new NewTopic("t", 1, (short) 1, List.of(), Map.of("a", "1")));
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "t");
    assertEquals(Map.of("a", "1"), Images.after(three, decision).config(resource));
    Decision<List<CreatedTopic>> withNull =
        create(
            three, new NewTopic("t", 1, (short) 1, List.of(), Collections.singletonMap("a", null)));
    assertEquals(Map.of(), Images.after(three, withNull).config(resource));
  }

  @Test
  public void aTopicOfARequestSeesTheOnesBeforeIt() {
    Decision<List<CreatedTopic>> decision =
        create(three, topic("a.b", 1, 1), topic("a.b", 1, 1), topic("a_b", 1, 1));
    List<Errors> errors = decision.reply().stream().map(made -> made.outcome().toError()).toList();
    assertEquals(
        List.of(Errors.NONE, Errors.TOPIC_ALREADY_EXISTS, Errors.INVALID_TOPIC_EXCEPTION), errors);
    assertEquals(1, decision.events().size());
  }

  @Test
  public void oneThatFailsHindersNoOther() {
    Decision<List<CreatedTopic>> decision = create(three, topic("", 1, 1), topic("t", 1, 1));
    assertFalse(decision.reply().get(0).outcome().ok());
    assertTrue(decision.reply().get(1).outcome().ok());
  }

  @Test
  public void brokersThatAreShutOutGetNoLeaders() {
    ClusterImage image = three.apply(new BrokerEvent.BrokerStateChanged(1, 101, true, false));
    TopicImage made = Images.after(image, create(image, topic("t", 30, 3))).topic("t");
    for (PartitionImage partition : made.partitions()) {
      assertEquals(3, partition.replicas().size());
      assertEquals(2, partition.isr().size());
      assertTrue(partition.isr().contains(partition.leader()));
      assertFalse(partition.isr().contains(1));
    }
    ClusterImage allOut =
        image
            .apply(new BrokerEvent.BrokerStateChanged(2, 102, true, false))
            .apply(new BrokerEvent.BrokerStateChanged(3, 103, false, true));
    assertEquals(
        Errors.INVALID_REPLICATION_FACTOR,
        create(allOut, topic("t", 1, 1)).reply().get(0).outcome().toError());
    assertEquals(
        Errors.INVALID_REPLICA_ASSIGNMENT,
        create(allOut, byHand("t", on(0, 1, 3))).reply().get(0).outcome().toError());
  }

  @Test
  public void deletingForgetsTheTopicAndItsSettings() {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "old.name");
    ClusterImage image = three.apply(new ClusterEvent.ConfigsReplaced(resource, Map.of("a", "1")));
    Uuid id = Images.topicId("old.name");
    Decision<List<Outcome>> decision = topics.delete(image, List.of(id, Uuid.ONE_UUID, id));
    List<Errors> errors = decision.reply().stream().map(Outcome::toError).toList();
    assertEquals(List.of(Errors.NONE, Errors.UNKNOWN_TOPIC_ID, Errors.UNKNOWN_TOPIC_ID), errors);
    ClusterImage after = Images.after(image, decision);
    assertTrue(after.topics().isEmpty());
    assertTrue(after.topicIds().isEmpty());
    assertTrue(after.configs().isEmpty());
  }

  @Test
  public void growing() {
    assertGrowth(Errors.UNKNOWN_TOPIC_OR_PARTITION, new NewPartitions("x", 2, Optional.empty()));
    assertGrowth(Errors.INVALID_PARTITIONS, new NewPartitions("old.name", 1, Optional.empty()));
    assertGrowth(Errors.INVALID_PARTITIONS, new NewPartitions("old.name", 0, Optional.empty()));
    assertGrowth(Errors.POLICY_VIOLATION, new NewPartitions("old.name", 10_002, Optional.empty()));
    Errors bad = Errors.INVALID_REPLICA_ASSIGNMENT;
    assertGrowth(bad, new NewPartitions("old.name", 3, Optional.of(List.of(List.of(1, 2)))));
    assertGrowth(bad, new NewPartitions("old.name", 2, Optional.of(List.of(List.of(1)))));
    assertGrowth(bad, new NewPartitions("old.name", 2, Optional.of(List.of(List.of(1, 9)))));
    assertGrowth(
        Errors.NONE, new NewPartitions("old.name", 2, Optional.of(List.of(List.of(3, 1)))));
    assertGrowth(Errors.NONE, new NewPartitions("old.name", 5, Optional.empty()));
  }

  private void assertGrowth(Errors error, NewPartitions wanted) {
    Decision<List<Outcome>> decision = topics.grow(three, List.of(wanted), new Random(1));
    assertEquals(wanted.toString(), error, decision.reply().get(0).toError());
    assertEquals(
        error == Errors.NONE ? wanted.count() : 1,
        Images.after(three, decision).topic("old.name").partitions().size());
  }
}
