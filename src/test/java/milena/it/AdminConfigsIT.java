package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Settings are told with where they come from, and a changed one takes effect. */
public class AdminConfigsIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  private static final ConfigResource BROKER = new ConfigResource(Type.BROKER, "1");
  private static final ConfigResource CLUSTER = new ConfigResource(Type.BROKER, "");

  private static ConfigResource of(String topic) {
    return new ConfigResource(Type.TOPIC, topic);
  }

  private static Config describe(ConfigResource resource) throws Exception {
    return kafka.admin().describeConfigs(List.of(resource)).all().get().get(resource);
  }

  private static AlterConfigOp op(OpType type, String name, String value) {
    return new AlterConfigOp(new ConfigEntry(name, value), type);
  }

  private static void alter(ConfigResource resource, AlterConfigOp... ops) throws Exception {
    Map<ConfigResource, Collection<AlterConfigOp>> change = Map.of(resource, Arrays.asList(ops));
    kafka.admin().incrementalAlterConfigs(change).all().get();
  }

  private static void set(String topic, String name, String value) throws Exception {
    alter(of(topic), op(OpType.SET, name, value));
  }

  /** Waits until the change is seen, for a broker may acknowledge it before it has read it. */
  private static void awaitValue(ConfigResource resource, String name, String value) {
    Await.until(name + " is " + value, () -> describe(resource).get(name).value().equals(value));
  }

  private static Throwable outcome(String topic, int size) throws Exception {
    try (var producer = kafka.producer("max.request.size", 10_000_000)) {
      producer.send(new ProducerRecord<>(topic, "x".repeat(size))).get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  @Test
  public void aTopicsSettingsSayWhereTheyComeFrom() throws Exception {
    String topic = kafka.topic("described", 1, Map.of("segment.bytes", "2000000"));
    Config config = describe(of(topic));
    ConfigEntry own = config.get("segment.bytes");
    assertEquals("2000000", own.value());
    assertEquals(ConfigSource.DYNAMIC_TOPIC_CONFIG, own.source());
    assertFalse(own.isDefault());
    ConfigEntry inherited = config.get("retention.ms");
    assertEquals("604800000", inherited.value());
    assertEquals(ConfigSource.DEFAULT_CONFIG, inherited.source());
    assertFalse(inherited.isReadOnly());
    assertFalse(inherited.isSensitive());
    assertEquals("delete", config.get("cleanup.policy").value());
    assertEquals("producer", config.get("compression.type").value());
  }

  @Test
  public void synonymsDocumentationAndTypesAreGivenWhenAskedFor() throws Exception {
    String topic = kafka.topic("synonyms", 1, Map.of("segment.bytes", "2000000"));
    Config config =
        kafka
            .admin()
            .describeConfigs(
                List.of(of(topic)),
                new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true))
            .all()
            .get()
            .get(of(topic));
    ConfigEntry entry = config.get("segment.bytes");
    assertEquals(ConfigEntry.ConfigType.INT, entry.type());
    assertFalse(entry.documentation().isEmpty());
    List<String> names = entry.synonyms().stream().map(s -> s.name()).toList();
    assertEquals(List.of("segment.bytes", "log.segment.bytes"), names);
    assertEquals("2000000", entry.synonyms().get(0).value());
    assertEquals(ConfigSource.DYNAMIC_TOPIC_CONFIG, entry.synonyms().get(0).source());
    assertEquals("1073741824", entry.synonyms().get(1).value());
  }

  @Test
  public void theBrokersSettingsAreTold() throws Exception {
    Config config = describe(BROKER);
    assertEquals("1", config.get("node.id").value());
    assertEquals(ConfigSource.STATIC_BROKER_CONFIG, config.get("node.id").source());
    assertTrue(config.get("node.id").isReadOnly());
    assertEquals(kafka.broker().logDir().toString(), config.get("log.dirs").value());
    assertEquals("1", config.get("offsets.topic.replication.factor").value());
    ConfigEntry retention = config.get("log.retention.hours");
    assertEquals("168", retention.value());
    assertFalse(config.get("log.segment.bytes").isReadOnly());
  }

  @Test
  public void unknownTopicsHaveNoSettings() throws Exception {
    String unknown = BrokerRule.fresh("unknown");
    Refusal.of(UnknownTopicOrPartitionException.class, () -> describe(of(unknown)));
    Refusal.of(UnknownTopicOrPartitionException.class, () -> set(unknown, "retention.ms", "1"));
  }

  @Test
  public void aSettingIsSetAndDeletedAgain() throws Exception {
    String topic = kafka.topic("set", 1);
    set(topic, "retention.ms", "5000");
    awaitValue(of(topic), "retention.ms", "5000");
    alter(of(topic), op(OpType.DELETE, "retention.ms", null));
    awaitValue(of(topic), "retention.ms", "604800000");
  }

  @Test
  public void listsAreAppendedToAndSubtractedFrom() throws Exception {
    String topic = kafka.topic("list", 1);
    alter(of(topic), op(OpType.APPEND, "cleanup.policy", "compact"));
    Await.until(
        "both policies are there",
        () ->
            Set.of(describe(of(topic)).get("cleanup.policy").value().split(","))
                .equals(Set.of("delete", "compact")));
    alter(of(topic), op(OpType.SUBTRACT, "cleanup.policy", "delete"));
    awaitValue(of(topic), "cleanup.policy", "compact");
    Refusal.of(Exception.class, () -> alter(of(topic), op(OpType.APPEND, "retention.ms", "1")));
  }

  @Test
  public void badSettingsAreRefusedAndChangeNothing() throws Exception {
    String topic = kafka.topic("bad", 1);
    Refusal.of(InvalidConfigurationException.class, () -> set(topic, "no.such.config", "1"));
    Refusal.of(InvalidConfigurationException.class, () -> set(topic, "retention.ms", "soon"));
    Refusal.of(InvalidConfigurationException.class, () -> set(topic, "compression.type", "rar"));
    Refusal.of(
        InvalidConfigurationException.class,
        () ->
            alter(
                of(topic),
                op(OpType.SET, "segment.ms", "70000"),
                op(OpType.SET, "segment.bytes", "-3")));
    assertEquals("604800000", describe(of(topic)).get("segment.ms").value());
    Refusal.of(InvalidRequestException.class, () -> alter(BROKER, op(OpType.SET, "node.id", "7")));
  }

  @Test
  public void validatingChangesNothing() throws Exception {
    String topic = kafka.topic("validated", 1);
    Map<ConfigResource, Collection<AlterConfigOp>> change =
        Map.of(of(topic), List.of(op(OpType.SET, "retention.ms", "77")));
    kafka
        .admin()
        .incrementalAlterConfigs(change, new AlterConfigsOptions().validateOnly(true))
        .all()
        .get();
    assertEquals("604800000", describe(of(topic)).get("retention.ms").value());
  }

  @Test
  public void theMessageSizeLimitMovesWithItsSetting() throws Exception {
    String topic = kafka.topic("size", 1);
    assertNull(outcome(topic, 50_000));
    set(topic, "max.message.bytes", "10000");
    Await.until(
        "large records are refused",
        () -> outcome(topic, 50_000) instanceof RecordTooLargeException);
    assertNull(outcome(topic, 5_000));
    set(topic, "max.message.bytes", "5000000");
    Await.until("larger ones than at first pass", () -> outcome(topic, 4_000_000) == null);
  }

  @Test
  public void theTimestampTypeMovesWithItsSetting() throws Exception {
    // The producer's time is so small that a record would be deleted for its age.
    Map<String, String> forEver = Map.of("retention.ms", "-1");
    TopicPartition partition = new TopicPartition(kafka.topic("stamp", 1, forEver), 0);
    set(partition.topic(), "message.timestamp.type", "LogAppendTime");
    try (var producer = kafka.producer();
        var consumer = kafka.consumer()) {
      Await.until(
          "records are stamped by the broker",
          () -> {
            producer.send(new ProducerRecord<>(partition.topic(), 0, 5L, "k", "v")).get();
            var records = Read.all(consumer, partition);
            return records.get(records.size() - 1).timestampType() == TimestampType.LOG_APPEND_TIME;
          });
    }
  }

  @Test
  public void theCompressionMovesWithItsSetting() throws Exception {
    TopicPartition partition = new TopicPartition(kafka.topic("compression", 1), 0);
    set(partition.topic(), "compression.type", "gzip");
    try (var producer = kafka.producer()) {
      Await.until(
          "what is written is smaller than what was sent",
          () -> {
            long before = LogSizes.of(kafka.admin(), partition);
            producer.send(new ProducerRecord<>(partition.topic(), "x".repeat(100_000))).get();
            return LogSizes.of(kafka.admin(), partition) - before < 10_000;
          });
    }
  }

  @Test
  public void aDefaultForTheClusterReachesItsTopics() throws Exception {
    String topic = kafka.topic("inherits", 1);
    try {
      alter(CLUSTER, op(OpType.SET, "log.retention.ms", "1234567"));
      awaitValue(of(topic), "retention.ms", "1234567");
      assertEquals(
          ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
          describe(of(topic)).get("retention.ms").source());
      alter(BROKER, op(OpType.SET, "log.retention.ms", "7654321"));
      awaitValue(of(topic), "retention.ms", "7654321");
      assertEquals(
          ConfigSource.DYNAMIC_BROKER_CONFIG, describe(of(topic)).get("retention.ms").source());
    } finally {
      alter(BROKER, op(OpType.DELETE, "log.retention.ms", null));
      alter(CLUSTER, op(OpType.DELETE, "log.retention.ms", null));
    }
    awaitValue(of(topic), "retention.ms", "604800000");
  }

  @Test
  public void resourcesWithSettingsAreListed() throws Exception {
    String topic = kafka.topic("listed", 1);
    var topics =
        kafka
            .admin()
            .listConfigResources(Set.of(Type.TOPIC), new ListConfigResourcesOptions())
            .all()
            .get();
    assertTrue(topics.stream().map(ConfigResource::name).toList().contains(topic));
    Set<Type> types =
        kafka.admin().listConfigResources().all().get().stream()
            .map(ConfigResource::type)
            .collect(Collectors.toSet());
    assertTrue(types.toString(), types.containsAll(Set.of(Type.TOPIC, Type.BROKER)));
  }

  @Test
  public void deletionByAgeAndBySizeFollowsTheSettings() throws Exception {
    try (TestBroker eager =
        TestBroker.start(
            Map.of(
                "log.retention.check.interval.ms", "200",
                "log.initial.task.delay.ms", "100",
                "log.segment.delete.delay.ms", "100"))) {
      var config = BrokerRule.config(eager.bootstrapServers());
      try (var admin = Admin.create(config);
          var producer =
              new KafkaProducer<String, String>(
                  config, new StringSerializer(), new StringSerializer())) {
        TopicPartition aged = new TopicPartition("aged", 0);
        TopicPartition grown = new TopicPartition("grown", 0);
        admin
            .createTopics(
                List.of(
                    new NewTopic("aged", 1, (short) 1),
                    new NewTopic("grown", 1, (short) 1)
                        .configs(Map.of("segment.bytes", "1048576"))))
            .all()
            .get();
        long hourAgo = System.currentTimeMillis() - 3_600_000;
        producer.send(new ProducerRecord<>("aged", 0, hourAgo, "k", "v")).get();
        for (int i = 0; i < 40; i++) {
          producer.send(new ProducerRecord<>("grown", 0, null, "k", "x".repeat(100_000))).get();
        }
        Map<ConfigResource, Collection<AlterConfigOp>> change =
            Map.of(
                of("aged"), List.of(op(OpType.SET, "retention.ms", "60000")),
                of("grown"), List.of(op(OpType.SET, "retention.bytes", "1500000")));
        admin.incrementalAlterConfigs(change).all().get();
        Await.until("the old record is gone", () -> earliest(admin, aged) == 1);
        Await.until("the surplus is gone", () -> earliest(admin, grown) > 10);
        assertNotNull(admin.listOffsets(Map.of(grown, OffsetSpec.latest())).all().get());
        Await.until(
            "the disk is free again",
            () -> LogSizes.of(admin, grown) < 3_000_000 && segments(eager, grown) <= 3);
      }
    }
  }

  private static long earliest(Admin admin, TopicPartition partition) throws Exception {
    return admin
        .listOffsets(Map.of(partition, OffsetSpec.earliest()))
        .partitionResult(partition)
        .get()
        .offset();
  }

  private static long segments(TestBroker broker, TopicPartition partition) throws Exception {
    try (var files = Files.list(broker.logDir().resolve(partition.toString()))) {
      return files.filter(f -> f.toString().contains(".log")).count();
    }
  }
}
