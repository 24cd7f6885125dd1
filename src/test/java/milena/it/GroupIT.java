package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Committed offsets, by every way a consumer has to commit them. */
public class GroupIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  private static final Duration POLL = Duration.ofMillis(100);

  private static String topicOf(int partitions, int perPartition) throws Exception {
    String topic = kafka.topic("grouped", partitions);
    try (var producer = kafka.producer()) {
      for (int i = 0; i < partitions * perPartition; i++) {
        producer.send(new ProducerRecord<>(topic, i % partitions, null, String.valueOf(i)));
      }
    }
    return topic;
  }

  private static Map<TopicPartition, OffsetAndMetadata> committed(
      KafkaConsumer<String, String> consumer, String topic, int partitions) {
    return consumer.committed(Set.of(Read.partitions(topic, partitions)));
  }

  @Test
  public void theNextMemberGoesOnWhereTheLastCommitted() throws Exception {
    String topic = topicOf(1, 100);
    String group = BrokerRule.fresh("manual");
    TopicPartition partition = new TopicPartition(topic, 0);
    try (var first = kafka.consumer("group.id", group, "max.poll.records", 10)) {
      first.subscribe(List.of(topic));
      assertEquals(10, Read.exactly(10, first).size());
      first.commitSync();
      assertEquals(10, Read.exactly(10, first).size());
    }
    try (var second = kafka.consumer("group.id", group, "max.poll.records", 10)) {
      second.subscribe(List.of(topic));
      assertEquals("10", Read.exactly(10, second).get(0).value());
      second.commitSync(Map.of(partition, new OffsetAndMetadata(77, "by hand")));
    }
    try (var third = kafka.consumer("group.id", group)) {
      var committed = third.committed(Set.of(partition)).get(partition);
      assertEquals(77, committed.offset());
      assertEquals("by hand", committed.metadata());
      third.subscribe(List.of(topic));
      assertEquals("77", Read.exactly(23, third).get(0).value());
    }
  }

  @Test
  public void anAsynchronousCommitIsSeenByItsCallback() throws Exception {
    String topic = topicOf(2, 10);
    String group = BrokerRule.fresh("async");
    try (var consumer = kafka.consumer("group.id", group)) {
      consumer.subscribe(List.of(topic));
      Read.exactly(20, consumer);
      Set<TopicPartition> told = new HashSet<>();
      consumer.commitAsync(
          (offsets, failure) -> {
            assertNull(failure);
            told.addAll(offsets.keySet());
          });
      Await.until(
          "the callback is called",
          () -> {
            consumer.poll(POLL);
            return told.size() == 2;
          });
      assertEquals(
          Map.of(
              new TopicPartition(topic, 0), 10L,
              new TopicPartition(topic, 1), 10L),
          offsets(committed(consumer, topic, 2)));
    }
  }

  private static Map<TopicPartition, Long> offsets(Map<TopicPartition, OffsetAndMetadata> of) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    of.forEach((p, o) -> offsets.put(p, o.offset()));
    return offsets;
  }

  @Test
  public void autoCommitHappensByTimeAndOnLeaving() throws Exception {
    String topic = topicOf(1, 50);
    String group = BrokerRule.fresh("auto");
    TopicPartition partition = new TopicPartition(topic, 0);
    try (var watcher = kafka.consumer("group.id", group)) {
      try (var consumer =
          kafka.consumer(
              "group.id",
              group,
              "enable.auto.commit",
              true,
              "auto.commit.interval.ms",
              100,
              "max.poll.records",
              20)) {
        consumer.subscribe(List.of(topic));
        Read.exactly(20, consumer);
        consumer.pause(consumer.assignment());
        Await.until(
            "time has committed",
            () -> {
              consumer.poll(POLL);
              var committed = watcher.committed(Set.of(partition)).get(partition);
              return committed != null && committed.offset() == 20;
            });
        consumer.resume(consumer.assignment());
        Read.exactly(20, consumer);
      }
      assertEquals(40, watcher.committed(Set.of(partition)).get(partition).offset());
    }
  }

  @Test
  public void aGroupWithoutMembersCommitsForAnAssignedConsumer() throws Exception {
    String topic = topicOf(1, 5);
    TopicPartition partition = new TopicPartition(topic, 0);
    String group = BrokerRule.fresh("simple");
    try (var consumer = kafka.consumer("group.id", group)) {
      consumer.assign(List.of(partition));
      Read.exactly(5, consumer);
      consumer.commitSync();
      assertEquals(5, consumer.committed(Set.of(partition)).get(partition).offset());
    }
    try (var again = kafka.consumer("group.id", group)) {
      again.assign(List.of(partition));
      assertEquals(5, again.position(partition));
    }
  }

  @Test
  public void whatWasNeverCommittedIsNull() throws Exception {
    String topic = topicOf(1, 1);
    try (var consumer = kafka.consumer("group.id", BrokerRule.fresh("never"))) {
      assertNull(committed(consumer, topic, 1).get(new TopicPartition(topic, 0)));
    }
  }

  @Test
  public void latestStartsAtTheEndForANewGroup() throws Exception {
    String topic = topicOf(1, 10);
    try (var consumer =
            kafka.consumer("group.id", BrokerRule.fresh("latest"), "auto.offset.reset", "latest");
        var producer = kafka.producer()) {
      consumer.subscribe(List.of(topic));
      Await.until(
          "the consumer has its partition",
          () -> {
            consumer.poll(POLL);
            return !consumer.assignment().isEmpty();
          });
      consumer.position(new TopicPartition(topic, 0));
      producer.send(new ProducerRecord<>(topic, "new")).get();
      assertEquals("new", Read.exactly(1, consumer).get(0).value());
    }
  }

  @Test
  public void aMemberThatWasReplacedCannotCommit() throws Exception {
    String topic = topicOf(1, 10);
    String group = BrokerRule.fresh("fenced");
    TopicPartition partition = new TopicPartition(topic, 0);
    try (var idle =
            kafka.consumer("group.id", group, "max.poll.interval.ms", 500, "max.poll.records", 1);
        var other = kafka.consumer("group.id", group)) {
      idle.subscribe(List.of(topic));
      Read.exactly(1, idle);
      other.subscribe(List.of(topic));
      Await.until(
          "the idle member has lost its partition to the other",
          () -> {
            other.poll(POLL);
            return !other.assignment().isEmpty();
          });
      Refusal.of(
          CommitFailedException.class,
          () -> idle.commitSync(Map.of(partition, new OffsetAndMetadata(1))));
      other.commitSync(Map.of(partition, new OffsetAndMetadata(3)));
      assertEquals(3, other.committed(Set.of(partition)).get(partition).offset());
    }
  }

  @Test
  public void tooMuchMetadataIsRefused() throws Exception {
    String topic = topicOf(1, 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    try (var consumer = kafka.consumer("group.id", BrokerRule.fresh("metadata"))) {
      Refusal.of(
          OffsetMetadataTooLarge.class,
          () -> consumer.commitSync(Map.of(partition, new OffsetAndMetadata(1, "m".repeat(5000)))));
    }
  }

  @Test
  public void aGroupReadsSeveralTopicsAndEachRecordOnce() throws Exception {
    String one = topicOf(3, 20);
    String other = topicOf(2, 20);
    String group = BrokerRule.fresh("several");
    Set<String> read = new HashSet<>();
    try (var a = kafka.consumer("group.id", group);
        var b = kafka.consumer("group.id", group)) {
      a.subscribe(List.of(one, other));
      b.subscribe(List.of(one, other));
      Await.until(
          "both members have partitions",
          () -> {
            a.poll(POLL).forEach(r -> read.add(r.topic() + r.value()));
            b.poll(POLL).forEach(r -> read.add(r.topic() + r.value()));
            return !a.assignment().isEmpty() && !b.assignment().isEmpty() && read.size() == 100;
          });
      Set<TopicPartition> both = new HashSet<>(a.assignment());
      both.addAll(b.assignment());
      assertEquals(5, both.size());
      assertTrue(a.groupMetadata().generationId() > 0);
      assertEquals(a.groupMetadata().generationId(), b.groupMetadata().generationId());
    }
  }
}
