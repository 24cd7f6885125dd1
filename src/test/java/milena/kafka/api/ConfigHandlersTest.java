package milena.kafka.api;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import akka.actor.testkit.typed.javadsl.TestKitJunitResource;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import milena.metadata.BrokerEvent;
import milena.metadata.PartitionImage;
import milena.metadata.TopicEvent;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class ConfigHandlersTest extends JUnitSuite {
  @ClassRule public static final TestKitJunitResource KIT = new TestKitJunitResource();

  private static final int SET = 0;
  private static final int DELETE = 1;
  private static final int APPEND = 2;
  private static final int SUBTRACT = 3;

  private final AdminFixture admin =
      new AdminFixture(KIT.testKit(), "log.retention.hours=2", "my.own=secret");

  @Before
  public void addWords() {
    PartitionImage partition =
        new PartitionImage(List.of(1), List.of(new Uuid(7, 1001)), List.of(1), List.of(), 1, 0, 0);
    admin.images.apply(new TopicEvent.TopicCreated(new Uuid(3, 3), "words", List.of(partition)));
  }

  @Test
  public void describesATopicWithItsSourcesInEveryVersion() {
    for (int version = 1; version <= 4; version++) {
      Map<String, DescribeConfigsResourceResult> configs =
          entries(describe(version, Type.TOPIC, "words"));
      assertEquals(33, configs.size());
      DescribeConfigsResourceResult retention = configs.get("retention.ms");
      assertEquals("7200000", retention.value());
      assertEquals(4, retention.configSource());
      assertEquals(
          List.of("log.retention.hours=2 of 4", "log.retention.hours=168 of 5"),
          synonyms(retention));
      assertFalse(retention.readOnly());
      assertEquals(version < 3 ? 0 : 5, retention.configType());
      assertEquals(version < 3, retention.documentation().isEmpty());
      DescribeConfigsResourceResult policy = configs.get("cleanup.policy");
      assertEquals(List.of("log.cleanup.policy=delete of 5"), synonyms(policy));
    }
  }

  @Test
  public void aTopicsOwnSettingGoesBeforeTheBrokers() {
    changed(Type.BROKER, "", "log.retention.ms", SET, "3000", Errors.NONE);
    assertEquals("3000", value(Type.TOPIC, "words", "retention.ms"));
    changed(Type.BROKER, "1", "log.retention.ms", SET, "2000", Errors.NONE);
    assertEquals("2000", value(Type.TOPIC, "words", "retention.ms"));
    changed(Type.TOPIC, "words", "retention.ms", SET, "1000", Errors.NONE);
    DescribeConfigsResourceResult retention =
        entries(describe(4, Type.TOPIC, "words")).get("retention.ms");
    assertEquals(
        List.of(
            "retention.ms=1000 of 1",
            "log.retention.ms=2000 of 2",
            "log.retention.ms=3000 of 3",
            "log.retention.hours=2 of 4",
            "log.retention.hours=168 of 5"),
        synonyms(retention));
    changed(Type.TOPIC, "words", "retention.ms", DELETE, null, Errors.NONE);
    assertEquals("2000", value(Type.TOPIC, "words", "retention.ms"));
  }

  @Test
  public void describesThisBroker() {
    Map<String, DescribeConfigsResourceResult> configs = entries(describe(4, Type.BROKER, "1"));
    assertEquals("2", configs.get("log.retention.hours").value());
    assertTrue(configs.get("log.retention.hours").readOnly());
    assertNull(configs.get("log.retention.ms").value());
    assertFalse(configs.get("log.retention.ms").readOnly());
    assertTrue(configs.get("ssl.key.password").isSensitive());
    assertTrue(configs.get("my.own").isSensitive());
    assertNull(configs.get("my.own").value());
    assertFalse(configs.containsKey("unstable.api.versions.enable"));
    assertEquals(List.of(), describe(4, Type.BROKER, "").configs());
    changed(Type.BROKER, "", "max.connections", SET, "9", Errors.NONE);
    assertEquals(1, describe(4, Type.BROKER, "").configs().size());
    assertEquals("9", value(Type.BROKER, "1", "max.connections"));
  }

  @Test
  public void describesOnlyWhatIsAskedFor() {
    DescribeConfigsRequestData request = new DescribeConfigsRequestData();
    request
        .resources()
        .add(
            new DescribeConfigsResource()
                .setResourceType(Type.TOPIC.id())
                .setResourceName("words")
                .setConfigurationKeys(List.of("segment.bytes", "nonsense")));
    DescribeConfigsResponseData response = admin.call(4, request);
    List<DescribeConfigsResourceResult> configs = response.results().get(0).configs();
    assertEquals(1, configs.size());
    assertEquals("segment.bytes", configs.get(0).name());
    assertEquals(List.of(), configs.get(0).synonyms());
  }

  @Test
  public void refusesToDescribeWhatIsNotThere() {
    refused(Type.TOPIC, "never", Errors.UNKNOWN_TOPIC_OR_PARTITION);
    refused(Type.TOPIC, "a/b", Errors.INVALID_TOPIC_EXCEPTION);
    refused(Type.BROKER, "2", Errors.INVALID_REQUEST);
    refused(Type.BROKER, "one", Errors.INVALID_REQUEST);
    refused(Type.BROKER_LOGGER, "", Errors.INVALID_REQUEST);
    refused(Type.GROUP, "", Errors.INVALID_REQUEST);
    refused(Type.UNKNOWN, "x", Errors.INVALID_REQUEST);
    refused(Type.GROUP, "g", Errors.NONE);
    refused(Type.CLIENT_METRICS, "m", Errors.NONE);
  }

  @Test
  public void changesListsByTheirEntries() {
    changed(Type.TOPIC, "words", "cleanup.policy", APPEND, "compact", Errors.NONE);
    assertEquals("delete,compact", value(Type.TOPIC, "words", "cleanup.policy"));
    changed(Type.TOPIC, "words", "cleanup.policy", SUBTRACT, "delete", Errors.NONE);
    assertEquals("compact", value(Type.TOPIC, "words", "cleanup.policy"));
    changed(Type.TOPIC, "words", "retention.ms", APPEND, "1", Errors.INVALID_CONFIG);
  }

  @Test
  public void refusesChangesThatMakeNoSense() {
    changed(Type.TOPIC, "words", "retention.ms", SET, "soon", Errors.INVALID_CONFIG);
    changed(Type.TOPIC, "words", "nonsense", SET, "1", Errors.INVALID_CONFIG);
    changed(Type.TOPIC, "words", "remote.storage.enable", SET, "true", Errors.INVALID_CONFIG);
    changed(Type.TOPIC, "words", "min.compaction.lag.ms", SET, "-1", Errors.INVALID_CONFIG);
    changed(Type.TOPIC, "words", "retention.ms", SET, null, Errors.INVALID_REQUEST);
    changed(Type.TOPIC, "words", "retention.ms", 9, "1", Errors.INVALID_REQUEST);
    changed(Type.TOPIC, "never", "retention.ms", SET, "1", Errors.UNKNOWN_TOPIC_OR_PARTITION);
    changed(Type.TOPIC, "", "retention.ms", SET, "1", Errors.INVALID_REQUEST);
    changed(Type.BROKER, "2", "log.retention.ms", SET, "1", Errors.INVALID_REQUEST);
    changed(Type.BROKER, "1", "log.retention.hours", SET, "1", Errors.INVALID_REQUEST);
    changed(Type.BROKER, "1", "log.retention.ms", SET, "0", Errors.INVALID_REQUEST);
    changed(Type.BROKER, "1", "max.connections", SET, "-5", Errors.INVALID_REQUEST);
    changed(Type.BROKER, "", "listeners", SET, "PLAINTEXT://:1", Errors.INVALID_REQUEST);
    changed(Type.BROKER, "1", "ssl.keystore.type", SET, "PEM", Errors.INVALID_REQUEST);
    changed(Type.GROUP, "g", "consumer.session.timeout.ms", SET, "1", Errors.INVALID_REQUEST);
    changed(Type.BROKER, "1", "nobody.knows.it", SET, "1", Errors.NONE);
  }

  @Test
  public void triesAChangeWithoutMakingIt() {
    IncrementalAlterConfigsRequestData request =
        change(Type.TOPIC, "words", "retention.ms", SET, "1").setValidateOnly(true);
    IncrementalAlterConfigsResponseData response = admin.call(1, request);
    assertEquals(Errors.NONE.code(), response.responses().get(0).errorCode());
    assertEquals("7200000", value(Type.TOPIC, "words", "retention.ms"));
  }

  @Test
  public void theOlderWayReplacesAll() {
    changed(Type.TOPIC, "words", "retention.ms", SET, "1", Errors.NONE);
    AlterConfigsRequestData request = new AlterConfigsRequestData();
    AlterConfigsRequestData.AlterConfigsResource resource =
        new AlterConfigsRequestData.AlterConfigsResource()
            .setResourceType(Type.TOPIC.id())
            .setResourceName("words");
    resource
        .configs()
        .add(new AlterConfigsRequestData.AlterableConfig().setName("segment.ms").setValue("5"));
    request.resources().add(resource);
    for (int version = 0; version <= 2; version++) {
      AlterConfigsResponseData response = admin.call(version, request);
      assertEquals(Errors.NONE.code(), response.responses().get(0).errorCode());
      assertEquals(
          Map.of("segment.ms", "5"),
          admin.images.current().config(new ConfigResource(Type.TOPIC, "words")));
    }
  }

  @Test
  public void showsAndChangesLogLevels() {
    Map<String, DescribeConfigsResourceResult> loggers =
        entries(describe(4, Type.BROKER_LOGGER, "1"));
    assertEquals("DEBUG", loggers.get("milena").value());
    assertEquals(6, loggers.get("milena").configSource());
    assertFalse(loggers.get("milena").isSensitive());
    changed(Type.BROKER_LOGGER, "1", "milena", SET, "TRACE", Errors.NONE);
    assertEquals("TRACE", admin.logLevels.get("milena"));
    changed(Type.BROKER_LOGGER, "1", "milena", DELETE, null, Errors.NONE);
    assertEquals("INFO", admin.logLevels.get("milena"));
    changed(Type.BROKER_LOGGER, "1", "milena", SET, "LOUD", Errors.INVALID_CONFIG);
    changed(Type.BROKER_LOGGER, "1", "nobody", SET, "INFO", Errors.INVALID_CONFIG);
    changed(Type.BROKER_LOGGER, "1", "root", DELETE, null, Errors.INVALID_REQUEST);
    changed(Type.BROKER_LOGGER, "1", "root", APPEND, "INFO", Errors.INVALID_REQUEST);
    changed(Type.BROKER_LOGGER, "2", "root", SET, "INFO", Errors.INVALID_REQUEST);
  }

  @Test
  public void refusesAResourceThatIsThereTwice() {
    admin.images.apply(
        new BrokerEvent.BrokerRegistered(AdminFixture.broker(2, false, "PLAINTEXT")));
    IncrementalAlterConfigsRequestData request =
        change(Type.TOPIC, "words", "retention.ms", SET, "1");
    request
        .resources()
        .mustAdd(
            change(Type.BROKER, "1", "max.connections", SET, "7")
                .resources()
                .iterator()
                .next()
                .duplicate());
    AlterConfigsResource twice = request.resources().iterator().next().duplicate();
    request.resources().mustAdd(twice);
    IncrementalAlterConfigsResponseData response = admin.call(1, request);
    assertEquals(
        List.of(Errors.INVALID_REQUEST, Errors.NONE, Errors.INVALID_REQUEST),
        response.responses().stream().map(each -> Errors.forCode(each.errorCode())).toList());
  }

  private void refused(Type type, String name, Errors error) {
    DescribeConfigsResult result = describe(4, type, name);
    assertEquals(type + " " + name, error, Errors.forCode(result.errorCode()));
    assertEquals(List.of(), result.configs());
  }

  private String value(Type type, String resource, String name) {
    return entries(describe(4, type, resource)).get(name).value();
  }

  private DescribeConfigsResult describe(int version, Type type, String name) {
    DescribeConfigsRequestData request =
        new DescribeConfigsRequestData()
            .setIncludeSynonyms(true)
            .setIncludeDocumentation(version >= 3);
    request
        .resources()
        .add(
            new DescribeConfigsResource()
                .setResourceType(type.id())
                .setResourceName(name)
                .setConfigurationKeys(null));
    DescribeConfigsResponseData response = admin.call(version, request);
    return response.results().get(0);
  }

  private static Map<String, DescribeConfigsResourceResult> entries(DescribeConfigsResult result) {
    assertEquals(result.errorMessage(), Errors.NONE.code(), result.errorCode());
    return result.configs().stream()
        .collect(Collectors.toMap(DescribeConfigsResourceResult::name, Function.identity()));
  }

  private static List<String> synonyms(DescribeConfigsResourceResult entry) {
    return entry.synonyms().stream()
        .map(each -> each.name() + "=" + each.value() + " of " + each.source())
        .toList();
  }

  private void changed(
      Type type, String resource, String name, int operation, String value, Errors error) {
    IncrementalAlterConfigsResponseData response =
        admin.call(1, change(type, resource, name, operation, value));
    assertEquals(
        resource + " " + name + " " + response,
        error,
        Errors.forCode(response.responses().get(0).errorCode()));
  }

  private static IncrementalAlterConfigsRequestData change(
      Type type, String resource, String name, int operation, String value) {
    AlterConfigsResource change =
        new AlterConfigsResource().setResourceType(type.id()).setResourceName(resource);
    change
        .configs()
        .add(
            new AlterableConfig()
                .setName(name)
                .setConfigOperation((byte) operation)
                .setValue(value));
    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
    request.resources().add(change);
    return request;
  }
}
