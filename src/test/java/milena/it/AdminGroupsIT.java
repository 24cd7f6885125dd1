package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Consumer groups through the stock Admin client. */
public class AdminGroupsIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  private static final Duration POLL = Duration.ofMillis(100);

  private static Map<TopicPartition, OffsetAndMetadata> committed(String group) throws Exception {
    return kafka.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group).get();
  }

  private static Map<String, GroupListing> groups(ListGroupsOptions options) throws Exception {
    Map<String, GroupListing> groups = new HashMap<>();
    kafka.admin().listGroups(options).all().get().forEach(g -> groups.put(g.groupId(), g));
    return groups;
  }

  private static void poll(Consumer<?, ?> consumer) {
    Await.until(
        "the member has partitions",
        () -> {
          consumer.poll(POLL);
          return !consumer.assignment().isEmpty();
        });
  }

  @Test
  public void aGroupIsDescribedWithItsMembers() throws Exception {
    String topic = kafka.topic("described", 3);
    String group = BrokerRule.fresh("described");
    try (var consumer =
        kafka.consumer("group.id", group, "client.id", "me", "group.instance.id", "static-1")) {
      consumer.subscribe(List.of(topic));
      poll(consumer);
      var description = kafka.admin().describeConsumerGroups(List.of(group)).all().get().get(group);
      assertEquals(GroupState.STABLE, description.groupState());
      assertEquals(GroupType.CLASSIC, description.type());
      assertEquals("range", description.partitionAssignor());
      assertEquals(1, description.coordinator().id());
      assertFalse(description.isSimpleConsumerGroup());
      var member = description.members().iterator().next();
      assertEquals(1, description.members().size());
      assertEquals("me", member.clientId());
      assertEquals("static-1", member.groupInstanceId().get());
      assertEquals(consumer.groupMetadata().memberId(), member.consumerId());
      assertEquals("/127.0.0.1", member.host());
      assertEquals(Set.of(Read.partitions(topic, 3)), member.assignment().topicPartitions());
      var classic = kafka.admin().describeClassicGroups(List.of(group)).all().get().get(group);
      assertEquals("consumer", classic.protocol());
    }
  }

  @Test
  public void groupsAreListedByStateTypeAndProtocol() throws Exception {
    String topic = kafka.topic("listed", 1);
    String active = BrokerRule.fresh("active");
    String empty = BrokerRule.fresh("empty");
    TopicPartition partition = new TopicPartition(topic, 0);
    alter(empty, Map.of(partition, new OffsetAndMetadata(1)));
    try (var consumer = kafka.consumer("group.id", active)) {
      consumer.subscribe(List.of(topic));
      poll(consumer);
      var all = groups(new ListGroupsOptions());
      assertEquals(GroupState.STABLE, all.get(active).groupState().get());
      assertEquals("consumer", all.get(active).protocol());
      assertEquals(GroupState.EMPTY, all.get(empty).groupState().get());
      var stable = groups(new ListGroupsOptions().inGroupStates(Set.of(GroupState.STABLE)));
      assertTrue(stable.containsKey(active));
      assertFalse(stable.containsKey(empty));
      var classic = groups(new ListGroupsOptions().withTypes(Set.of(GroupType.CLASSIC)));
      assertTrue(classic.containsKey(active));
      var share = groups(new ListGroupsOptions().withTypes(Set.of(GroupType.SHARE)));
      assertFalse(share.containsKey(active));
      var consumers = groups(ListGroupsOptions.forConsumerGroups());
      assertTrue(consumers.containsKey(active));
    }
  }

  private static void alter(String group, Map<TopicPartition, OffsetAndMetadata> offsets)
      throws Exception {
    kafka.admin().alterConsumerGroupOffsets(group, offsets).all().get();
  }

  @Test
  public void offsetsAreAlteredListedAndDeleted() throws Exception {
    String topic = kafka.topic("altered", 3);
    String group = BrokerRule.fresh("altered");
    TopicPartition[] p = Read.partitions(topic, 3);
    alter(
        group,
        Map.of(
            p[0], new OffsetAndMetadata(5),
            p[1], new OffsetAndMetadata(6, Optional.of(0), "note")));
    assertEquals(5, committed(group).get(p[0]).offset());
    assertEquals("note", committed(group).get(p[1]).metadata());
    assertEquals(Optional.of(0), committed(group).get(p[1]).leaderEpoch());
    kafka.admin().deleteConsumerGroupOffsets(group, Set.of(p[0])).all().get();
    assertEquals(Set.of(p[1]), committed(group).keySet());
    kafka.admin().deleteConsumerGroups(List.of(group)).all().get();
    assertEquals(Set.of(), committed(group).keySet());
    assertFalse(groups(new ListGroupsOptions()).containsKey(group));
  }

  @Test
  public void offsetsOfManyGroupsAreFetchedTogether() throws Exception {
    String topic = kafka.topic("many", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    Map<String, ListConsumerGroupOffsetsSpec> specs = new HashMap<>();
    for (int i = 0; i < 10; i++) {
      String group = BrokerRule.fresh("many");
      alter(group, Map.of(partition, new OffsetAndMetadata(i)));
      specs.put(group, new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(partition)));
    }
    var all = kafka.admin().listConsumerGroupOffsets(specs).all().get();
    assertEquals(specs.keySet(), all.keySet());
    assertEquals(
        45L, all.values().stream().mapToLong(offsets -> offsets.get(partition).offset()).sum());
  }

  @Test
  public void aGroupInUseIsProtected() throws Exception {
    String topic = kafka.topic("used", 1);
    String group = BrokerRule.fresh("used");
    TopicPartition partition = new TopicPartition(topic, 0);
    try (var consumer = kafka.consumer("group.id", group)) {
      consumer.subscribe(List.of(topic));
      poll(consumer);
      consumer.commitSync(Map.of(partition, new OffsetAndMetadata(0)));
      Refusal.of(
          GroupNotEmptyException.class, kafka.admin().deleteConsumerGroups(List.of(group)).all());
      Refusal.of(
          GroupSubscribedToTopicException.class,
          kafka
              .admin()
              .deleteConsumerGroupOffsets(group, Set.of(partition))
              .partitionResult(partition));
      Refusal.of(
          UnknownMemberIdException.class,
          () -> alter(group, Map.of(partition, new OffsetAndMetadata(0))));
    }
    Await.until(
        "the group is empty",
        () ->
            kafka
                .admin()
                .describeConsumerGroups(List.of(group))
                .all()
                .get()
                .get(group)
                .groupState()
                .equals(GroupState.EMPTY));
    kafka.admin().deleteConsumerGroups(List.of(group)).all().get();
  }

  @Test
  public void unknownGroupsAreSaidToBeUnknown() throws Exception {
    String unknown = BrokerRule.fresh("unknown");
    Refusal.of(
        GroupIdNotFoundException.class, kafka.admin().deleteConsumerGroups(List.of(unknown)).all());
    Refusal.of(
        GroupIdNotFoundException.class,
        kafka.admin().describeConsumerGroups(List.of(unknown)).all());
    Refusal.of(
        GroupIdNotFoundException.class,
        kafka
            .admin()
            .deleteConsumerGroupOffsets(unknown, Set.of(new TopicPartition("t", 0)))
            .all());
    assertEquals(Map.of(), committed(unknown));
  }

  @Test
  public void membersAreRemovedByAnAdministrator() throws Exception {
    String topic = kafka.topic("removed", 2);
    String group = BrokerRule.fresh("removed");
    try (var consumer = kafka.consumer("group.id", group, "group.instance.id", "removable")) {
      consumer.subscribe(List.of(topic));
      poll(consumer);
      kafka
          .admin()
          .removeMembersFromConsumerGroup(
              group,
              new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("removable"))))
          .all()
          .get();
      var description = kafka.admin().describeConsumerGroups(List.of(group)).all().get().get(group);
      assertEquals(GroupState.EMPTY, description.groupState());
    }
  }

  @Test
  public void deletingATopicForgetsItsOffsets() throws Exception {
    String topic = kafka.topic("forgotten", 1);
    String kept = kafka.topic("kept", 1);
    String group = BrokerRule.fresh("forgets");
    TopicPartition gone = new TopicPartition(topic, 0);
    TopicPartition stays = new TopicPartition(kept, 0);
    alter(group, Map.of(gone, new OffsetAndMetadata(3), stays, new OffsetAndMetadata(4)));
    kafka.admin().deleteTopics(List.of(topic)).all().get();
    Await.until(
        "only the other topic's offset is left",
        () -> committed(group).keySet().equals(Set.of(stays)));
  }
}
