package milena.kafka.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.kafka.api.ApiHandler;
import milena.kafka.api.ApiRegistry;
import milena.kafka.api.ConnectionClosing;
import milena.kafka.api.FetchAnswer;
import milena.kafka.api.RecordsSlice;
import milena.kafka.api.RequestContext;
import milena.kafka.api.ServedFeatures;
import milena.log.LogSlice;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.After;
import org.junit.Assert;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class ClientConnectionTest extends JUnitSuite {
  private static final int FRAME_BYTES_MAX = 1000;
  private static final int REQUESTS_MAX = 5;

  /** Overlapping (heartbeats here) and not (list groups), answered when the test says so. */
  private final Asked<HeartbeatRequestData> heartbeats = new Asked<>(ApiKeys.HEARTBEAT, true);

  private final Asked<ListGroupsRequestData> lists = new Asked<>(ApiKeys.LIST_GROUPS, false);
  private final ServerContext server =
      ServerContext.of(
          new ServerConfig(
              List.of(),
              1,
              FRAME_BYTES_MAX,
              500,
              REQUESTS_MAX,
              2,
              10,
              Map.of(),
              600_000,
              -1,
              -1,
              50),
          new ApiRegistry(List.of(heartbeats, lists)).withApiVersions(ServedFeatures.of(() -> 7L)));
  private final EmbeddedChannel channel = connect();

  @After
  public void everyByteIsGivenBack() {
    channel.finishAndReleaseAll();
    assertEquals(0, server.budget().takenBytes());
  }

  @Test
  public void answersKeepTheOrderOfRequests() {
    heartbeat(1);
    heartbeat(2);
    heartbeat(3);
    heartbeats.answer(2, new HeartbeatResponseData());
    heartbeats.answer(1, new HeartbeatResponseData());
    assertNull(channel.readOutbound());
    heartbeats.answer(0, new HeartbeatResponseData());
    assertEquals(List.of(1, 2, 3), heartbeatsAnswered());
  }

  @Test
  public void whatMayNotOverlapWaitsForAllBeforeIt() {
    heartbeat(1);
    list(2);
    heartbeat(3);
    assertEquals(1, heartbeats.asked.size());
    assertEquals(0, lists.asked.size());
    heartbeats.answer(0, new HeartbeatResponseData());
    assertEquals(1, lists.asked.size());
    assertEquals(1, heartbeats.asked.size());
    lists.answer(0, new ListGroupsResponseData());
    assertEquals(2, heartbeats.asked.size());
  }

  @Test
  public void aFrameMayComeInPieces() {
    ByteBuf frame = Frames.request(ApiKeys.HEARTBEAT, 4, 9, new HeartbeatRequestData());
    while (frame.isReadable()) {
      channel.writeInbound(frame.readBytes(1));
    }
    frame.release();
    heartbeats.answer(0, new HeartbeatResponseData());
    assertEquals(List.of(9), heartbeatsAnswered());
  }

  @Test
  public void readingStopsAtTheBoundOfRequestsAndGoesOn() {
    for (int i = 0; i < REQUESTS_MAX; i++) {
      assertTrue(channel.config().isAutoRead());
      heartbeat(i);
    }
    assertFalse(channel.config().isAutoRead());
    heartbeats.answer(0, new HeartbeatResponseData());
    assertTrue(channel.config().isAutoRead());
  }

  @Test
  public void readingStopsWhenAllConnectionsTogetherHoldTooMuch() {
    EmbeddedChannel other = connect();
    for (int i = 0; server.budget().takenBytes() < 500; i++) {
      ByteBuf large =
          Frames.request(
              ApiKeys.HEARTBEAT, 4, i, new HeartbeatRequestData().setGroupId("g".repeat(200)));
      channel.writeInbound(large);
    }
    assertFalse(channel.config().isAutoRead());
    other.writeInbound(Frames.request(ApiKeys.LIST_GROUPS, 4, 1, new ListGroupsRequestData()));
    assertFalse(other.config().isAutoRead());
    while (!heartbeats.asked.isEmpty()) {
      heartbeats.answer(0, new HeartbeatResponseData());
      heartbeats.asked.remove();
    }
    channel.runPendingTasks();
    other.runPendingTasks();
    assertTrue(channel.config().isAutoRead());
    assertTrue(other.config().isAutoRead());
    other.finishAndReleaseAll();
  }

  @Test
  public void aFrameThatHasBegunIsReadToItsEndWhateverTheBudget() {
    ByteBuf frame = Frames.request(ApiKeys.HEARTBEAT, 4, 9, new HeartbeatRequestData());
    server.budget().take(500);
    channel.writeInbound(frame.readBytes(10));
    assertTrue(channel.config().isAutoRead());
    channel.writeInbound(frame.readBytes(frame.readableBytes()));
    assertFalse(channel.config().isAutoRead());
    frame.release();
    server.budget().give(500);
    channel.runPendingTasks();
    assertTrue(channel.config().isAutoRead());
  }

  @Test
  public void frameByFrameComesToItsEndWhenFramesAloneExhaustTheBudget() {
    EmbeddedChannel other = connect();
    ByteBuf first = Frames.request(ApiKeys.HEARTBEAT, 4, 1, new HeartbeatRequestData());
    ByteBuf second = Frames.request(ApiKeys.HEARTBEAT, 4, 2, new HeartbeatRequestData());
    server.budget().take(500);
    channel.writeInbound(first.readBytes(10));
    other.writeInbound(second.readBytes(10));
    assertTrue(channel.config().isAutoRead());
    assertFalse("One at a time", other.config().isAutoRead());
    channel.writeInbound(first.readBytes(first.readableBytes()));
    other.runPendingTasks();
    assertTrue(other.config().isAutoRead());
    other.finishAndReleaseAll();
    EmbeddedChannel third = connect();
    second.readerIndex(0);
    third.writeInbound(second.readBytes(10));
    assertTrue("Nor does one that has gone stand in the way", third.config().isAutoRead());
    third.finishAndReleaseAll();
    first.release();
    second.release();
    server.budget().give(500);
  }

  @Test
  public void aClientThatDoesNotReadIsNotServed() {
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    channel.runPendingTasks();
    heartbeat(1);
    assertEquals(0, heartbeats.asked.size());
    assertFalse(channel.config().isAutoRead());
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
    channel.runPendingTasks();
    assertEquals(1, heartbeats.asked.size());
    assertTrue(channel.config().isAutoRead());
  }

  @Test
  public void aFrameThatIsTooLargeClosesTheConnection() {
    channel.writeInbound(Unpooled.buffer().writeInt(FRAME_BYTES_MAX + 1));
    assertFalse(channel.isOpen());
  }

  @Test
  public void aNegativeLengthClosesTheConnection() {
    channel.writeInbound(Unpooled.buffer().writeInt(-1));
    assertFalse(channel.isOpen());
  }

  @Test
  public void nonsenseClosesTheConnection() {
    channel.writeInbound(Frames.frame(new byte[] {0, 12, 0, 4, 0, 0, 0, 1, 99, 99, 3, 1}));
    assertFalse(channel.isOpen());
  }

  @Test
  public void countsOfEmptyThingsAreNotBelieved() {
    RequestReader reader = new RequestReader(ByteBuffer.allocate(3_000_000));
    assertEquals(RequestReader.ELEMENTS_MAX, reader.remaining());
    for (int i = 0; i < RequestReader.VALUES_MAX; i++) {
      reader.readByte();
    }
    Assert.assertThrows(IllegalArgumentException.class, reader::readByte);
  }

  @Test
  public void anEmptyFrameClosesTheConnection() {
    channel.writeInbound(Frames.frame(new byte[0]));
    assertFalse(channel.isOpen());
  }

  @Test
  public void anApiThatIsNotServedClosesTheConnection() {
    channel.writeInbound(Frames.frame(new byte[] {0x7f, 12, 0, 4, 0, 0, 0, 1, 0, 0, 3, 1}));
    assertFalse(channel.isOpen());
  }

  @Test
  public void whatCameBeforeNonsenseIsAnsweredFirst() {
    heartbeat(1);
    channel.writeInbound(Frames.frame(new byte[3]));
    assertTrue(channel.isOpen());
    heartbeats.answer(0, new HeartbeatResponseData());
    assertEquals(List.of(1), heartbeatsAnswered());
    assertFalse(channel.isOpen());
  }

  @Test
  public void anUnknownVersionOfApiVersionsIsAnsweredInVersionZero() {
    byte[] frame = {0, 18, 0, 99, 0, 0, 0, 5, 0, 1, 'x', 0, 42, 42, 42};
    channel.writeInbound(Frames.frame(frame));
    ByteBuf out = channel.readOutbound();
    var answer = Frames.answer(out, ApiKeys.API_VERSIONS, 0, new ApiVersionsResponseData());
    out.release();
    assertEquals(5, answer.correlationId());
    assertEquals(Errors.UNSUPPORTED_VERSION.code(), answer.message().errorCode());
    assertEquals(3, answer.message().apiKeys().size());
    assertTrue(channel.isOpen());
  }

  @Test
  public void apiVersionsTellsOfAllHandlersAndFeatures() {
    channel.writeInbound(
        Frames.request(
            ApiKeys.API_VERSIONS,
            4,
            6,
            new ApiVersionsRequestData()
                .setClientSoftwareName("a-client")
                .setClientSoftwareVersion("1.0")));
    ByteBuf out = channel.readOutbound();
    var answer = Frames.answer(out, ApiKeys.API_VERSIONS, 4, new ApiVersionsResponseData());
    out.release();
    assertEquals(Errors.NONE.code(), answer.message().errorCode());
    assertEquals(4, answer.message().apiKeys().find(ApiKeys.HEARTBEAT.id).maxVersion());
    assertEquals(4, answer.message().apiKeys().find(ApiKeys.API_VERSIONS.id).maxVersion());
    assertEquals(7, answer.message().finalizedFeaturesEpoch());
    assertEquals(
        30, answer.message().finalizedFeatures().find("metadata.version").maxVersionLevel());
  }

  @Test
  public void aFailureBecomesTheApisErrorResponse() {
    heartbeat(1);
    heartbeats.fail(0, new NotControllerException("elsewhere"));
    ByteBuf out = channel.readOutbound();
    var answer = Frames.answer(out, ApiKeys.HEARTBEAT, 4, new HeartbeatResponseData());
    out.release();
    assertEquals(Errors.NOT_CONTROLLER.code(), answer.message().errorCode());
  }

  @Test
  public void aHandlerThatThrowsIsAnErrorResponseToo() {
    heartbeats.throwing = new IllegalStateException("a bug");
    heartbeat(1);
    ByteBuf out = channel.readOutbound();
    var answer = Frames.answer(out, ApiKeys.HEARTBEAT, 4, new HeartbeatResponseData());
    out.release();
    assertEquals(Errors.UNKNOWN_SERVER_ERROR.code(), answer.message().errorCode());
  }

  @Test
  public void aHandlerMayAskForTheConnectionToBeClosed() {
    heartbeat(1);
    heartbeats.fail(0, new ConnectionClosing("that was that"));
    assertFalse(channel.isOpen());
  }

  @Test
  public void noAnswerIsNoBytes() {
    heartbeat(1);
    heartbeats.answer(0, null);
    assertNull(channel.readOutbound());
    heartbeat(2);
    heartbeats.answer(1, new HeartbeatResponseData());
    assertEquals(List.of(2), heartbeatsAnswered());
  }

  @Test
  public void bytesThatAreHeldOutliveTheAnswer() {
    heartbeat(1);
    heartbeats.contexts.get(0).body().retain();
    heartbeats.answer(0, new HeartbeatResponseData());
    heartbeatsAnswered();
    assertTrue(server.budget().takenBytes() > 0);
    heartbeats.contexts.get(0).body().release();
    assertEquals(0, server.budget().takenBytes());
  }

  @Test
  public void aClosedConnectionCancelsWhatIsUnderWay() {
    heartbeat(1);
    list(2);
    channel.close();
    assertTrue(heartbeats.asked.peek().isCancelled());
    assertEquals(0, lists.asked.size());
  }

  @Test
  public void aConnectionTooManyIsClosed() {
    EmbeddedChannel second = connect();
    EmbeddedChannel third = connect();
    assertTrue(second.isOpen());
    assertFalse(third.isOpen());
    second.close();
    assertTrue(connect().isOpen());
  }

  @Test
  public void anAnswerThatComesJustWhenTheConnectionGoesHoldsNoFileOpen() {
    heartbeats.cannotCancel = true;
    heartbeat(1);
    channel.close();
    Slice slice = new Slice();
    heartbeats.answer(0, answerOf(slice));
    assertEquals(1, slice.closed);
  }

  @Test
  public void anAnswerThatWaitedForItsTurnWhenTheConnectionWentHoldsNoFileOpen() {
    heartbeat(1);
    heartbeat(2);
    Slice slice = new Slice();
    heartbeats.answer(1, answerOf(slice));
    channel.close();
    assertEquals(1, slice.closed);
  }

  @Test
  public void anAnswerThatThereIsNoMemoryForEndsTheConnection() {
    heartbeat(1);
    channel.config().setAllocator(new Exhausted());
    Slice slice = new Slice();
    heartbeats.answer(0, answerOf(slice));
    assertFalse(channel.isOpen());
    assertEquals(1, slice.closed);
  }

  private static FetchAnswer answerOf(LogSlice slice) {
    FetchAnswer answer = new FetchAnswer();
    answer
        .responses()
        .add(
            new FetchableTopicResponse()
                .setPartitions(List.of(new PartitionData().setRecords(new RecordsSlice(slice)))));
    return answer;
  }

  private EmbeddedChannel connect() {
    EmbeddedChannel made = new EmbeddedChannel(false, false);
    KafkaServer.connect(made, "PLAINTEXT", server);
    try {
      made.register();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return made;
  }

  private void heartbeat(int correlationId) {
    channel.writeInbound(
        Frames.request(ApiKeys.HEARTBEAT, 4, correlationId, new HeartbeatRequestData()));
  }

  private void list(int correlationId) {
    channel.writeInbound(
        Frames.request(ApiKeys.LIST_GROUPS, 4, correlationId, new ListGroupsRequestData()));
  }

  private List<Integer> heartbeatsAnswered() {
    List<Integer> ids = new ArrayList<>();
    ByteBuf out;
    while ((out = channel.readOutbound()) != null) {
      ids.add(
          Frames.answer(out, ApiKeys.HEARTBEAT, 4, new HeartbeatResponseData()).correlationId());
      out.release();
    }
    return ids;
  }

  /** Keeps what it is asked until the test answers. */
  private static final class Asked<Q extends ApiMessage> implements ApiHandler<Q> {
    final ArrayDeque<CompletableFuture<ApiMessage>> asked = new ArrayDeque<>();
    final List<RequestContext> contexts = new ArrayList<>();
    private final ApiKeys api;
    private final boolean overlaps;
    RuntimeException throwing;
    boolean cannotCancel;

    Asked(ApiKeys api, boolean overlaps) {
      this.api = api;
      this.overlaps = overlaps;
    }

    void answer(int index, ApiMessage response) {
      List.copyOf(asked).get(index).complete(response);
    }

    void fail(int index, Throwable failure) {
      List.copyOf(asked).get(index).completeExceptionally(failure);
    }

    @Override
    public ApiKeys api() {
      return api;
    }

    @Override
    public boolean overlaps() {
      return overlaps;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(RequestContext context, Q request) {
      if (throwing != null) {
        throw throwing;
      }
      CompletableFuture<ApiMessage> answer =
          cannotCancel ? new Uncancellable() : new CompletableFuture<>();
      asked.add(answer);
      contexts.add(context);
      return answer;
    }
  }

  /** As when its answer has come on another thread, and is about to be told. */
  private static final class Uncancellable extends CompletableFuture<ApiMessage> {
    @Override
    public boolean cancel(boolean mayInterrupt) {
      return false;
    }
  }

  private static final class Exhausted extends AbstractByteBufAllocator {
    @Override
    protected ByteBuf newHeapBuffer(int initial, int max) {
      return Unpooled.buffer(initial, max);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initial, int max) {
      throw new OutOfMemoryError("in a test");
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }

  private static final class Slice implements LogSlice {
    int closed;

    @Override
    public FileChannel channel() {
      throw new AssertionError("Nobody is to read it");
    }

    @Override
    public long position() {
      return 0;
    }

    @Override
    public int sizeInBytes() {
      return 1;
    }

    @Override
    public long nextOffset() {
      return 1;
    }

    @Override
    public void load() {}

    @Override
    public void close() {
      closed++;
    }
  }
}
