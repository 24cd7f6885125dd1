package milena.kafka.api;

import static org.junit.Assert.assertEquals;

import akka.actor.testkit.typed.javadsl.TestKitJunitResource;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import milena.broker.partition.FilePartition;
import milena.broker.partition.PartitionReplica;
import milena.broker.partition.PartitionReplica.DeleteRecords;
import milena.broker.partition.PartitionReplica.RecordsDeleted;
import milena.log.LogView.ProducerStateView;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.protocol.Errors;
import org.junit.After;
import org.junit.Before;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** The small APIs that look at partitions one by one. */
public class PartitionReadsTest extends JUnitSuite {
  @ClassRule public static final TestKitJunitResource kit = new TestKitJunitResource();

  private final LocalTopics topics = new LocalTopics();
  private FilePartition partition;

  @Before
  public void host() {
    topics.topic("t", 2);
    partition = topics.host("t", 0);
  }

  @After
  public void close() {
    topics.close();
  }

  @Test
  public void anEpochEndsWhereTheNextBegins() {
    partition.append("a").append("b").leads(true, 2).append("c");
    assertEnd(0, 2, epochEnd(0, 0, -1));
    assertEnd(0, 2, epochEnd(0, 1, 2));
    assertEnd(2, 3, epochEnd(0, 2, 2));
    assertEquals(Errors.FENCED_LEADER_EPOCH.code(), epochEnd(0, 0, 1).errorCode());
    assertEquals(Errors.UNKNOWN_LEADER_EPOCH.code(), epochEnd(0, 0, 3).errorCode());
    assertEquals(Errors.NOT_LEADER_OR_FOLLOWER.code(), epochEnd(1, 0, -1).errorCode());
    assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), epochEnd(2, 0, -1).errorCode());
  }

  @Test
  public void producersAreDescribed() {
    partition.producer(new ProducerStateView(5, 1, 17, 1000, -1, -1));
    DescribeProducersRequestData request = new DescribeProducersRequestData();
    request.topics().add(new TopicRequest().setName("t").setPartitionIndexes(List.of(0, 1, 2)));
    var answers =
        new DescribeProducersHandler(topics.partitions())
            .handle(RequestContexts.version(0), request)
            .toCompletableFuture()
            .join()
            .topics()
            .get(0)
            .partitions();
    assertEquals(17, answers.get(0).activeProducers().get(0).lastSequence());
    assertEquals(Errors.NOT_LEADER_OR_FOLLOWER.code(), answers.get(1).errorCode());
    assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), answers.get(2).errorCode());
  }

  @Test
  public void recordsAreDeletedByTheirPartition() throws Exception {
    TestProbe<PartitionReplica.Command> replica = kit.createTestProbe();
    partition.toldTo(replica.getRef());
    var answer = deleteRecords("t", 0, 7);
    DeleteRecords asked = replica.expectMessageClass(DeleteRecords.class);
    assertEquals(7, asked.beforeOffset());
    ActorRef<RecordsDeleted> replyTo = asked.replyTo();
    replyTo.tell(new RecordsDeleted((short) 0, 7));
    var result = answer.get(30, TimeUnit.SECONDS).topics().find("t").partitions().find(0);
    assertEquals(0, result.errorCode());
    assertEquals(7, result.lowWatermark());
  }

  @Test
  public void aDeletionThatCanNotBeIsRefused() throws Exception {
    topics.topic("__consumer_offsets", 1);
    assertEquals(Errors.NOT_LEADER_OR_FOLLOWER.code(), deletionError("t", 1));
    assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), deletionError("u", 0));
    assertEquals(Errors.INVALID_TOPIC_EXCEPTION.code(), deletionError("__consumer_offsets", 0));
  }

  private short deletionError(String topic, int index) throws Exception {
    return deleteRecords(topic, index, 0)
        .get(30, TimeUnit.SECONDS)
        .topics()
        .find(topic)
        .partitions()
        .find(index)
        .errorCode();
  }

  private CompletableFuture<DeleteRecordsResponseData> deleteRecords(
      String topic, int index, long offset) {
    DeleteRecordsRequestData request = new DeleteRecordsRequestData().setTimeoutMs(5000);
    request
        .topics()
        .add(
            new DeleteRecordsTopic()
                .setName(topic)
                .setPartitions(
                    List.of(
                        new DeleteRecordsPartition().setPartitionIndex(index).setOffset(offset))));
    return new DeleteRecordsHandler(topics.partitions(), kit.system().scheduler())
        .handle(RequestContexts.version(2), request)
        .toCompletableFuture();
  }

  private EpochEndOffset epochEnd(int index, int epoch, int currentEpoch) {
    OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData();
    request
        .topics()
        .add(
            new OffsetForLeaderTopic()
                .setTopic("t")
                .setPartitions(
                    List.of(
                        new OffsetForLeaderPartition()
                            .setPartition(index)
                            .setLeaderEpoch(epoch)
                            .setCurrentLeaderEpoch(currentEpoch))));
    return new OffsetForLeaderEpochHandler(topics.partitions())
        .handle(RequestContexts.version(4), request)
        .toCompletableFuture()
        .join()
        .topics()
        .find("t")
        .partitions()
        .get(0);
  }

  private static void assertEnd(int epoch, long offset, EpochEndOffset answer) {
    assertEquals(Errors.NONE.code(), answer.errorCode());
    assertEquals(epoch, answer.leaderEpoch());
    assertEquals(offset, answer.endOffset());
  }
}
