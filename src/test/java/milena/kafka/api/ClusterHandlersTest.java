package milena.kafka.api;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import akka.actor.testkit.typed.javadsl.TestKitJunitResource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import milena.broker.partition.ReplicaDirectory;
import milena.log.LogDirectory;
import milena.metadata.BrokerEvent;
import milena.metadata.PartitionImage;
import milena.metadata.TopicEvent;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Assert;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

public class ClusterHandlersTest extends JUnitSuite {
  @ClassRule public static final TestKitJunitResource KIT = new TestKitJunitResource();

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private final AdminFixture admin = new AdminFixture(KIT.testKit());

  @Test
  public void describesTheClusterInEveryVersion() {
    admin.images.apply(new BrokerEvent.BrokerRegistered(AdminFixture.broker(2, true, "PLAINTEXT")));
    for (int version = 0; version <= 2; version++) {
      DescribeClusterRequestData request =
          new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true);
      DescribeClusterResponseData response = admin.call(version, request);
      assertEquals("cluster-1", response.clusterId());
      assertEquals(1, response.controllerId());
      assertEquals(1, response.brokers().size());
      assertEquals("plaintext1", response.brokers().find(1).host());
      assertEquals(AuthorizedOperations.CLUSTER, response.clusterAuthorizedOperations());
    }
    DescribeClusterResponseData all =
        admin.call(2, new DescribeClusterRequestData().setIncludeFencedBrokers(true));
    assertTrue(all.brokers().find(2).isFenced());
  }

  @Test
  public void isNoEndpointForControllers() {
    DescribeClusterResponseData controllers =
        admin.call(1, new DescribeClusterRequestData().setEndpointType((byte) 2));
    assertEquals(Errors.MISMATCHED_ENDPOINT_TYPE.code(), controllers.errorCode());
    DescribeClusterResponseData nonsense =
        admin.call(1, new DescribeClusterRequestData().setEndpointType((byte) 7));
    assertEquals(Errors.UNSUPPORTED_ENDPOINT_TYPE.code(), nonsense.errorCode());
  }

  @Test
  public void pagesThroughTopicsAndPartitions() {
    addTopic("a", 3);
    addTopic("b", 1);
    addTopic("c", 2);
    DescribeTopicPartitionsRequestData request =
        new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(2);
    List<String> pages = new ArrayList<>();
    do {
      DescribeTopicPartitionsResponseData response = admin.call(0, request);
      StringBuilder page = new StringBuilder();
      response
          .topics()
          .forEach(
              topic ->
                  topic
                      .partitions()
                      .forEach(each -> page.append(topic.name()).append(each.partitionIndex())));
      pages.add(page.toString());
      DescribeTopicPartitionsResponseData.Cursor next = response.nextCursor();
      request.setCursor(
          next == null
              ? null
              : new Cursor()
                  .setTopicName(next.topicName())
                  .setPartitionIndex(next.partitionIndex()));
    } while (request.cursor() != null);
    assertEquals(List.of("a0a1", "a2b0", "c0c1"), pages);
  }

  @Test
  public void describesOnlyTopicsAskedForAndSaysWhichThereAreNot() {
    addTopic("a", 1);
    DescribeTopicPartitionsRequestData request = new DescribeTopicPartitionsRequestData();
    for (String name : List.of("never", "a", "x/y")) {
      request.topics().add(new TopicRequest().setName(name));
    }
    DescribeTopicPartitionsResponseData response = admin.call(0, request);
    assertEquals(
        Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), response.topics().find("never").errorCode());
    assertEquals(Errors.INVALID_TOPIC_EXCEPTION.code(), response.topics().find("x/y").errorCode());
    assertEquals(List.of(), response.topics().find("a").partitions().get(0).lastKnownElr());
    assertEquals(
        AuthorizedOperations.TOPIC, response.topics().find("a").topicAuthorizedOperations());
    assertNull(response.nextCursor());
    request.setCursor(new Cursor().setTopicName("b").setPartitionIndex(0));
    Assert.assertThrows(InvalidRequestException.class, () -> admin.call(0, request));
  }

  @Test
  public void describesLogDirectoriesInEveryVersion() throws IOException {
    try (LogDirectory files = LogDirectory.open(folder.newFolder().toPath())) {
      ReplicaDirectory directory = ReplicaDirectory.load(files, new Uuid(7, 1001));
      AdminFixture disk = new AdminFixture(KIT.testKit(), directory);
      disk.images.apply(topic("words", 2), topic("other", 1));
      for (int version = 1; version <= 5; version++) {
        DescribeLogDirsResponseData all =
            disk.call(version, new DescribeLogDirsRequestData().setTopics(null));
        DescribeLogDirsResult result = all.results().get(0);
        assertEquals(directory.path().toString(), result.logDir());
        assertEquals(version < 4 ? -1 : 1, Long.signum(result.totalBytes()));
        assertEquals(version < 4, result.usableBytes() == -1);
        assertEquals(2, result.topics().size());
        DescribeLogDirsPartition partition = result.topics().get(1).partitions().get(1);
        assertEquals(1234, partition.partitionSize());
        assertEquals(0, partition.offsetLag());
      }
      DescribeLogDirsRequestData request = new DescribeLogDirsRequestData();
      request
          .topics()
          .add(new DescribableLogDirTopic().setTopic("words").setPartitions(List.of(1, 5)));
      DescribeLogDirsResponseData one = disk.call(4, request);
      assertEquals(1, one.results().get(0).topics().size());
      assertEquals(1, one.results().get(0).topics().get(0).partitions().size());
    }
  }

  @Test
  public void listsWhatHasSettings() {
    addTopic("a", 1);
    ListConfigResourcesResponseData old = admin.call(0, new ListConfigResourcesRequestData());
    assertEquals(List.of(), old.configResources());
    ListConfigResourcesResponseData all = admin.call(1, new ListConfigResourcesRequestData());
    assertEquals(
        List.of("2 a", "4 1", "8 1"),
        all.configResources().stream()
            .map(each -> each.resourceType() + " " + each.resourceName())
            .toList());
    ListConfigResourcesResponseData groups =
        admin.call(1, new ListConfigResourcesRequestData().setResourceTypes(List.of((byte) 32)));
    assertEquals(List.of(), groups.configResources());
    ListConfigResourcesResponseData nonsense =
        admin.call(1, new ListConfigResourcesRequestData().setResourceTypes(List.of((byte) 3)));
    assertEquals(Errors.UNSUPPORTED_VERSION.code(), nonsense.errorCode());
  }

  private void addTopic(String name, int partitions) {
    admin.images.apply(topic(name, partitions));
    assertNotNull(admin.images.current().topic(name));
  }

  private static TopicEvent.TopicCreated topic(String name, int partitions) {
    PartitionImage partition =
        new PartitionImage(List.of(1), List.of(new Uuid(7, 1001)), List.of(1), List.of(), 1, 0, 0);
    List<PartitionImage> all = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      all.add(partition);
    }
    return new TopicEvent.TopicCreated(new Uuid(3, name.hashCode()), name, all);
  }
}
