package milena.kafka.api;

import static org.junit.Assert.assertEquals;

import java.util.List;
import milena.broker.partition.FilePartition;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.Errors;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class ListOffsetsHandlerTest extends JUnitSuite {
  private static final int LATEST_VERSION = 11;

  private final LocalTopics topics = new LocalTopics();
  private final ListOffsetsHandler handler =
      new ListOffsetsHandler(topics.partitions(), Runnable::run);
  private FilePartition partition;

  /** Offsets 1 to 5, of which the last is not committed and 4 is in an open transaction. */
  @Before
  public void fill() {
    topics.topic("t", 1);
    partition = topics.host("t", 0);
    partition.leads(true, 3);
    for (long timestamp : new long[] {100, 200, 500, 300, 400, 600}) {
      partition.write("a", timestamp);
    }
    partition.publish(5, 4).startsAt(1);
  }

  @After
  public void close() {
    topics.close();
  }

  @Test
  public void latestIsTheEndOfWhatTheAskerSees() {
    assertAnswer(-1, 5, 3, ask(LATEST_VERSION, -1));
    assertAnswer(
        -1,
        4,
        3,
        ask(
            LATEST_VERSION,
            new ListOffsetsRequestData().setReplicaId(-1).setIsolationLevel((byte) 1),
            at(-1)));
    assertAnswer(
        -1, 6, 3, ask(LATEST_VERSION, new ListOffsetsRequestData().setReplicaId(-2), at(-1)));
  }

  @Test
  public void earliestIsTheLogsStart() {
    assertAnswer(-1, 1, 3, ask(LATEST_VERSION, -2));
    assertAnswer(-1, 1, 3, ask(LATEST_VERSION, -4));
  }

  @Test
  public void nothingIsTiered() {
    assertAnswer(-1, -1, -1, ask(LATEST_VERSION, -5));
    assertAnswer(-1, -1, -1, ask(LATEST_VERSION, -6));
  }

  @Test
  public void aTimestampFindsTheFirstRecordAtOrPastIt() {
    assertAnswer(500, 2, 3, ask(LATEST_VERSION, 250));
  }

  @Test
  public void theLargestTimestampHasAName() {
    partition.publish(6, 6);
    assertAnswer(600, 5, 3, ask(LATEST_VERSION, -3));
  }

  @Test
  public void whatIsNotVisibleIsNotFound() {
    assertAnswer(-1, -1, -1, ask(LATEST_VERSION, 550));
    assertAnswer(-1, -1, -1, ask(LATEST_VERSION, -3));
  }

  @Test
  public void aNewLeaderThatIsBehindTellsNoEnd() {
    partition.leads(true, 4); // from offset 6, with 5 known to be committed
    assertEquals(Errors.OFFSET_NOT_AVAILABLE.code(), ask(5, -1).errorCode());
    assertEquals(Errors.LEADER_NOT_AVAILABLE.code(), ask(4, -1).errorCode());
    assertEquals(Errors.OFFSET_NOT_AVAILABLE.code(), ask(LATEST_VERSION, 550).errorCode());
    assertEquals(2, ask(LATEST_VERSION, 250).offset());
    assertEquals(1, ask(LATEST_VERSION, -2).offset());
    ListOffsetsRequestData replica = new ListOffsetsRequestData().setReplicaId(-2);
    assertEquals(6, ask(LATEST_VERSION, replica, at(-1)).offset());
    partition.publish(6, 6);
    assertEquals(6, ask(LATEST_VERSION, -1).offset());
  }

  @Test
  public void oldVersionsHaveNoEpochAndFewerNames() {
    ListOffsetsPartitionResponse old = ask(3, -1);
    assertEquals(5, old.offset());
    assertEquals(-1, old.leaderEpoch());
    assertEquals(Errors.UNSUPPORTED_VERSION.code(), ask(6, -3).errorCode());
    assertEquals(Errors.UNSUPPORTED_VERSION.code(), ask(7, -4).errorCode());
    assertEquals(Errors.UNSUPPORTED_VERSION.code(), ask(8, -5).errorCode());
    assertEquals(Errors.UNSUPPORTED_VERSION.code(), ask(10, -6).errorCode());
    assertEquals(Errors.UNSUPPORTED_VERSION.code(), ask(LATEST_VERSION, -7).errorCode());
  }

  @Test
  public void leaderEpochsAreCompared() {
    assertEquals(
        Errors.FENCED_LEADER_EPOCH.code(),
        ask(LATEST_VERSION, new ListOffsetsRequestData(), at(-1).setCurrentLeaderEpoch(2))
            .errorCode());
    assertEquals(
        Errors.UNKNOWN_LEADER_EPOCH.code(),
        ask(LATEST_VERSION, new ListOffsetsRequestData(), at(-1).setCurrentLeaderEpoch(4))
            .errorCode());
    partition.leads(false, 4);
    assertEquals(Errors.NOT_LEADER_OR_FOLLOWER.code(), ask(LATEST_VERSION, -1).errorCode());
  }

  @Test
  public void aPartitionNamedTwiceIsAnInvalidRequest() {
    ListOffsetsRequestData request = new ListOffsetsRequestData();
    request
        .topics()
        .add(new ListOffsetsTopic().setName("t").setPartitions(List.of(at(-1), at(-2))));
    var answers =
        handler
            .handle(RequestContexts.version(LATEST_VERSION), request)
            .toCompletableFuture()
            .join()
            .topics()
            .get(0)
            .partitions();
    assertEquals(Errors.NONE.code(), answers.get(0).errorCode());
    assertEquals(Errors.INVALID_REQUEST.code(), answers.get(1).errorCode());
  }

  private ListOffsetsPartitionResponse ask(int version, long timestamp) {
    return ask(version, new ListOffsetsRequestData().setReplicaId(-1), at(timestamp));
  }

  private ListOffsetsPartitionResponse ask(
      int version, ListOffsetsRequestData request, ListOffsetsPartition wanted) {
    request.topics().add(new ListOffsetsTopic().setName("t").setPartitions(List.of(wanted)));
    return handler
        .handle(RequestContexts.version(version), request)
        .toCompletableFuture()
        .join()
        .topics()
        .get(0)
        .partitions()
        .get(0);
  }

  private static ListOffsetsPartition at(long timestamp) {
    return new ListOffsetsPartition().setPartitionIndex(0).setTimestamp(timestamp);
  }

  private static void assertAnswer(
      long timestamp, long offset, int epoch, ListOffsetsPartitionResponse answer) {
    assertEquals(Errors.NONE.code(), answer.errorCode());
    assertEquals(timestamp, answer.timestamp());
    assertEquals(offset, answer.offset());
    assertEquals(epoch, answer.leaderEpoch());
  }
}
