package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeProducersOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** The cluster, its topics, their offsets and their logs through the stock Admin client. */
public class AdminTopicsIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  private static TopicDescription describe(String topic) throws Exception {
    return kafka.admin().describeTopics(List.of(topic)).allTopicNames().get().get(topic);
  }

  private static Set<String> topics() throws Exception {
    return kafka.admin().listTopics().names().get();
  }

  private static void create(NewTopic topic) throws Exception {
    kafka.admin().createTopics(List.of(topic)).all().get();
  }

  /** Waits until the broker writes to the partition, which it may not be ready for at first. */
  private static void fill(TopicPartition partition, int records) throws Exception {
    try (var producer = kafka.producer("linger.ms", 0)) {
      for (int i = 0; i < records; i++) {
        producer
            .send(new ProducerRecord<>(partition.topic(), partition.partition(), "k", "v"))
            .get();
      }
    }
  }

  @Test
  public void theClusterDescribesItself() throws Exception {
    var cluster = kafka.admin().describeCluster();
    assertNotNull(cluster.clusterId().get());
    assertEquals(1, cluster.nodes().get().size());
    var node = cluster.nodes().get().iterator().next();
    assertEquals("127.0.0.1", node.host());
    assertEquals(kafka.broker().address().getPort(), node.port());
    assertEquals(1, node.id());
    assertEquals(1, cluster.controller().get().id());
    var withOperations =
        kafka
            .admin()
            .describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));
    assertFalse(withOperations.authorizedOperations().get().isEmpty());
    assertEquals(cluster.clusterId().get(), withOperations.clusterId().get());
  }

  @Test
  public void aTopicIsMadeDescribedListedAndDeleted() throws Exception {
    String name = BrokerRule.fresh("life");
    var made =
        kafka
            .admin()
            .createTopics(
                List.of(new NewTopic(name, 3, (short) 1).configs(Map.of("retention.ms", "12345"))));
    assertEquals(3, (int) made.numPartitions(name).get());
    assertEquals(1, (int) made.replicationFactor(name).get());
    assertEquals("12345", made.config(name).get().get("retention.ms").value());
    TopicDescription description = describe(name);
    assertEquals(made.topicId(name).get(), description.topicId());
    assertFalse(description.isInternal());
    assertEquals(3, description.partitions().size());
    for (int i = 0; i < 3; i++) {
      var partition = description.partitions().get(i);
      assertEquals(i, partition.partition());
      assertEquals(1, partition.leader().id());
      assertEquals(1, partition.replicas().size());
      assertEquals(1, partition.isr().size());
    }
    assertTrue(topics().contains(name));
    kafka.admin().deleteTopics(List.of(name)).all().get();
    Await.until("the topic is gone", () -> !topics().contains(name));
    Refusal.of(UnknownTopicOrPartitionException.class, () -> describe(name));
  }

  @Test
  public void aTopicIsFoundAndDeletedById() throws Exception {
    String name = kafka.topic("by-id", 1);
    Uuid id = describe(name).topicId();
    assertNotEquals(Uuid.ZERO_UUID, id);
    var byId = kafka.admin().describeTopics(TopicCollection.ofTopicIds(List.of(id)));
    assertEquals(name, byId.allTopicIds().get().get(id).name());
    kafka.admin().deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all().get();
    Await.until("the topic is gone", () -> !topics().contains(name));
    Refusal.of(
        UnknownTopicIdException.class,
        kafka.admin().deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all());
  }

  @Test
  public void aTopicMadeAgainUnderItsNameIsAnotherAndEmpty() throws Exception {
    String name = kafka.topic("again", 1);
    TopicPartition partition = new TopicPartition(name, 0);
    Uuid first = describe(name).topicId();
    fill(partition, 5);
    kafka.admin().deleteTopics(List.of(name)).all().get();
    Await.until("the topic is gone", () -> !topics().contains(name));
    create(new NewTopic(name, 1, (short) 1));
    assertNotEquals(first, describe(name).topicId());
    fill(partition, 2);
    try (var consumer = kafka.consumer()) {
      assertEquals(2, Read.all(consumer, partition).size());
    }
  }

  @Test
  public void theDefaultsOfTheBrokerFillWhatIsLeftOut() throws Exception {
    String name = BrokerRule.fresh("defaults");
    create(new NewTopic(name, Optional.empty(), Optional.empty()));
    assertEquals(1, describe(name).partitions().size());
  }

  @Test
  public void replicasCanBeAssignedByHand() throws Exception {
    String name = BrokerRule.fresh("assigned");
    create(new NewTopic(name, Map.of(0, List.of(1), 1, List.of(1))));
    assertEquals(2, describe(name).partitions().size());
    Refusal.of(
        InvalidReplicaAssignmentException.class,
        () -> create(new NewTopic(BrokerRule.fresh("assigned"), Map.of(0, List.of(99)))));
    Refusal.of(
        InvalidReplicaAssignmentException.class,
        () -> create(new NewTopic(BrokerRule.fresh("assigned"), Map.of(1, List.of(1)))));
  }

  @Test
  public void validatingMakesNothing() throws Exception {
    String name = BrokerRule.fresh("validated");
    var validated =
        kafka
            .admin()
            .createTopics(
                List.of(new NewTopic(name, 2, (short) 1)),
                new CreateTopicsOptions().validateOnly(true));
    validated.all().get();
    assertEquals(2, (int) validated.numPartitions(name).get());
    assertFalse(topics().contains(name));
  }

  @Test
  public void whatCannotBeMadeIsRefusedWithItsReason() throws Exception {
    String existing = kafka.topic("exists", 1);
    Refusal.of(TopicExistsException.class, () -> create(new NewTopic(existing, 1, (short) 1)));
    Refusal.of(
        InvalidReplicationFactorException.class,
        () -> create(new NewTopic(BrokerRule.fresh("rf"), 1, (short) 2)));
    Refusal.of(
        InvalidPartitionsException.class,
        () -> create(new NewTopic(BrokerRule.fresh("none"), 0, (short) 1)));
    for (String name : List.of("no spaces", "x".repeat(250), "..", "ä")) {
      Refusal.of(InvalidTopicException.class, () -> create(new NewTopic(name, 1, (short) 1)));
    }
    for (Map<String, String> config :
        List.of(
            Map.of("no.such.config", "1"),
            Map.of("retention.ms", "soon"),
            Map.of("cleanup.policy", "tidy"))) {
      Refusal.of(
          InvalidConfigurationException.class,
          () -> create(new NewTopic(BrokerRule.fresh("config"), 1, (short) 1).configs(config)));
    }
    Refusal.of(
        UnknownTopicOrPartitionException.class,
        kafka.admin().deleteTopics(List.of(BrokerRule.fresh("unknown"))).all());
  }

  @Test
  public void oneRefusalLeavesTheOthersOfTheRequestAlone() throws Exception {
    String existing = kafka.topic("exists", 1);
    String fresh = BrokerRule.fresh("beside");
    var made =
        kafka
            .admin()
            .createTopics(
                List.of(new NewTopic(existing, 1, (short) 1), new NewTopic(fresh, 1, (short) 1)));
    Refusal.of(TopicExistsException.class, made.values().get(existing));
    made.values().get(fresh).get();
    assertTrue(topics().contains(fresh));
  }

  @Test
  public void partitionsAreAddedAndServe() throws Exception {
    String name = kafka.topic("grows", 1);
    kafka.admin().createPartitions(Map.of(name, NewPartitions.increaseTo(4))).all().get();
    Await.until("there are four", () -> describe(name).partitions().size() == 4);
    fill(new TopicPartition(name, 3), 1);
    kafka
        .admin()
        .createPartitions(
            Map.of(name, NewPartitions.increaseTo(9)),
            new CreatePartitionsOptions().validateOnly(true))
        .all()
        .get();
    assertEquals(4, describe(name).partitions().size());
    Refusal.of(
        InvalidPartitionsException.class,
        kafka.admin().createPartitions(Map.of(name, NewPartitions.increaseTo(2))).all());
    Refusal.of(
        UnknownTopicOrPartitionException.class,
        kafka
            .admin()
            .createPartitions(Map.of(BrokerRule.fresh("unknown"), NewPartitions.increaseTo(2)))
            .all());
    kafka
        .admin()
        .createPartitions(Map.of(name, NewPartitions.increaseTo(5, List.of(List.of(1)))))
        .all()
        .get();
    Await.until("there are five", () -> describe(name).partitions().size() == 5);
  }

  @Test
  public void manyTopicsAreDescribedPageByPage() throws Exception {
    String prefix = BrokerRule.fresh("page");
    List<String> names = IntStream.range(0, 30).mapToObj(i -> prefix + "." + i).toList();
    kafka
        .admin()
        .createTopics(names.stream().map(n -> new NewTopic(n, 3, (short) 1)).toList())
        .all()
        .get();
    Map<String, TopicDescription> all =
        kafka
            .admin()
            .describeTopics(names, new DescribeTopicsOptions().partitionSizeLimitPerResponse(7))
            .allTopicNames()
            .get();
    assertEquals(Set.copyOf(names), all.keySet());
    assertTrue(all.values().stream().allMatch(d -> d.partitions().size() == 3));
    assertEquals(
        30,
        all.values().stream().map(TopicDescription::topicId).collect(Collectors.toSet()).size());
    kafka.admin().deleteTopics(names).all().get();
  }

  @Test
  public void offsetsAreListedByEverySpecification() throws Exception {
    // Its times are so small that the records would be deleted for their age.
    Map<String, String> forEver = Map.of("retention.ms", "-1");
    TopicPartition partition = new TopicPartition(kafka.topic("offsets", 1, forEver), 0);
    try (var producer = kafka.producer("linger.ms", 0)) {
      for (long time : new long[] {100, 300, 200}) {
        producer.send(new ProducerRecord<>(partition.topic(), 0, time, "k", "v")).get();
      }
    }
    assertEquals(0, list(partition, OffsetSpec.earliest()).offset());
    assertEquals(3, list(partition, OffsetSpec.latest()).offset());
    assertEquals(0, list(partition, OffsetSpec.forTimestamp(50)).offset());
    assertEquals(1, list(partition, OffsetSpec.forTimestamp(150)).offset());
    assertEquals(300, list(partition, OffsetSpec.forTimestamp(150)).timestamp());
    assertEquals(-1, list(partition, OffsetSpec.forTimestamp(301)).offset());
    assertEquals(1, list(partition, OffsetSpec.maxTimestamp()).offset());
    assertEquals(300, list(partition, OffsetSpec.maxTimestamp()).timestamp());
    assertEquals(0, list(partition, OffsetSpec.earliestLocal()).offset());
    assertEquals(
        3,
        kafka
            .admin()
            .listOffsets(
                Map.of(partition, OffsetSpec.latest()),
                new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
            .partitionResult(partition)
            .get()
            .offset());
    TopicPartition unknown = new TopicPartition(partition.topic(), 7);
    Refusal.of(
        Exception.class,
        kafka
            .admin()
            .listOffsets(
                Map.of(unknown, OffsetSpec.latest()), new ListOffsetsOptions().timeoutMs(1500))
            .all());
  }

  private static ListOffsetsResultInfo list(TopicPartition partition, OffsetSpec by)
      throws Exception {
    return kafka.admin().listOffsets(Map.of(partition, by)).partitionResult(partition).get();
  }

  @Test
  public void recordsAreDeletedUpToAnOffset() throws Exception {
    TopicPartition partition = new TopicPartition(kafka.topic("head", 1), 0);
    fill(partition, 10);
    assertEquals(4, deleteBefore(partition, 4));
    assertEquals(4, list(partition, OffsetSpec.earliest()).offset());
    assertEquals("an earlier offset changes nothing", 4, deleteBefore(partition, 2));
    Refusal.of(OffsetOutOfRangeException.class, () -> deleteBefore(partition, 11));
    assertEquals("-1 is all there is", 10, deleteBefore(partition, -1));
    try (var consumer = kafka.consumer()) {
      assertEquals(0, Read.all(consumer, partition).size());
    }
    fill(partition, 1);
    assertEquals(11, list(partition, OffsetSpec.latest()).offset());
  }

  private static long deleteBefore(TopicPartition partition, long offset) throws Exception {
    return kafka
        .admin()
        .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
        .lowWatermarks()
        .get(partition)
        .get()
        .lowWatermark();
  }

  @Test
  public void activeProducersAreDescribed() throws Exception {
    TopicPartition partition = new TopicPartition(kafka.topic("producers", 1), 0);
    try (var producer = kafka.producer("linger.ms", 0)) {
      for (int i = 0; i < 3; i++) {
        producer.send(new ProducerRecord<>(partition.topic(), 0, "k", "v")).get();
      }
      List<ProducerState> producers =
          kafka
              .admin()
              .describeProducers(List.of(partition), new DescribeProducersOptions().brokerId(1))
              .partitionResult(partition)
              .get()
              .activeProducers();
      assertEquals(1, producers.size());
      assertEquals(2, producers.get(0).lastSequence());
      assertEquals(0, producers.get(0).producerEpoch());
      assertTrue(producers.get(0).producerId() >= 0);
      assertTrue(producers.get(0).currentTransactionStartOffset().isEmpty());
    }
  }

  @Test
  public void logDirectoriesTellTheirReplicasAndSizes() throws Exception {
    String topic = kafka.topic("dirs", 2);
    fill(new TopicPartition(topic, 0), 10);
    var directories = kafka.admin().describeLogDirs(List.of(1)).allDescriptions().get().get(1);
    assertEquals(Set.of(kafka.broker().logDir().toString()), directories.keySet());
    var directory = directories.values().iterator().next();
    assertTrue(directory.totalBytes().getAsLong() > 0);
    assertTrue(directory.usableBytes().getAsLong() > 0);
    var full = directory.replicaInfos().get(new TopicPartition(topic, 0));
    var empty = directory.replicaInfos().get(new TopicPartition(topic, 1));
    assertTrue(full.size() > 0);
    assertEquals(0, empty.size());
    assertEquals(0, full.offsetLag());
    assertFalse(full.isFuture());
  }
}
