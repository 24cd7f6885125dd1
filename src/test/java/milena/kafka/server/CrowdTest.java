package milena.kafka.server;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import milena.kafka.api.ApiHandler;
import milena.kafka.api.ApiRegistry;
import milena.kafka.api.RequestContext;
import milena.kafka.api.ServedFeatures;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.After;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Many clients that stop in the midst of large requests, and others that go on beside them. */
public class CrowdTest extends JUnitSuite {
  private static final int BUDGET = 32 << 20;
  private static final int LARGE = 8 << 20;

  private final AtomicLong nowNanos = new AtomicLong();
  private final ServerContext server =
      ServerContext.of(
          new ServerConfig(
              List.of(), 1, LARGE, BUDGET, 64, 1000, 1000, Map.of(), 600_000, -1, -1, 50),
          new ApiRegistry(List.of(new Answering())).withApiVersions(ServedFeatures.of(() -> 7L)),
          nowNanos::get);
  private final List<EmbeddedChannel> crowd = new ArrayList<>();
  private final EmbeddedChannel bystander = connect();

  @After
  public void everyByteIsGivenBack() {
    crowd.forEach(EmbeddedChannel::finishAndReleaseAll);
    bystander.finishAndReleaseAll();
    assertEquals(0, server.budget().takenBytes());
  }

  /** Each sends a part of a frame of the length, in pieces, for as long as it is read. */
  private void crowd(int clients, int length, int part) {
    for (int i = 0; i < clients; i++) {
      EmbeddedChannel each = connect();
      crowd.add(each);
      each.writeInbound(Unpooled.buffer().writeInt(length).writeZero(4096));
      for (int sent = 4096; sent < part && each.config().isAutoRead(); sent += 65_536) {
        each.writeInbound(Unpooled.buffer().writeZero(Math.min(65_536, part - sent)));
      }
    }
  }

  private static ByteBuf request(int bytes) {
    HeartbeatRequestData heartbeat =
        new HeartbeatRequestData().setGroupInstanceId("i".repeat(Math.min(bytes, 32_000)));
    ByteBuf one = Frames.request(ApiKeys.HEARTBEAT, 3, 1, heartbeat);
    int padding = Math.max(0, bytes - one.readableBytes());
    one.setInt(0, one.getInt(0) + padding);
    return one.writeZero(padding);
  }

  private boolean isAnswered() {
    ByteBuf answer = bystander.readOutbound();
    if (answer != null) {
      answer.release();
    }
    return answer != null;
  }

  private void sendInPieces(ByteBuf request) {
    while (request.isReadable()) {
      assertTrue("still read", bystander.config().isAutoRead());
      bystander.writeInbound(request.readBytes(Math.min(100_000, request.readableBytes())));
    }
    request.release();
  }

  @Test
  public void whoeverSendsSmallRequestsIsServedBesideHalfSentLargeOnes() {
    crowd(100, LARGE, LARGE / 2 + 1);
    assertTrue("bounded", server.budget().takenBytes() < BUDGET);
    assertTrue("nearly all wait", crowd.stream().filter(c -> c.config().isAutoRead()).count() < 5);
    bystander.writeInbound(request(100));
    assertTrue(isAnswered());
    sendInPieces(request(1_000_000));
    assertTrue(isAnswered());
  }

  @Test
  public void whoeverBeginsARequestIsServedBesideHalfSentSmallOnes() {
    crowd(1000 - 2, 1_000_000, 500_000);
    assertTrue("bounded", server.budget().takenBytes() < BUDGET);
    bystander.writeInbound(request(100));
    assertTrue(isAnswered());
  }

  @Test
  public void whatDoesNotComeMakesRoom() {
    crowd(20, LARGE, LARGE / 2 + 1);
    long held = server.budget().takenBytes();
    passSeconds(1);
    assertTrue("not at once", crowd.stream().allMatch(EmbeddedChannel::isOpen));

    passSeconds(3);
    assertTrue(crowd.stream().anyMatch(channel -> !channel.isOpen()));
    assertTrue(server.budget().takenBytes() < held);
  }

  @Test
  public void aFrameThatIsSlowStaysWhereThereIsRoom() {
    crowd(1, LARGE, 100_000);
    passSeconds(60);
    assertTrue(crowd.get(0).isOpen());
  }

  @Test
  public void largeFramesComeToTheirEndsOneByOne() {
    List<ByteBuf> frames = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      crowd.add(connect());
      frames.add(request(LARGE));
    }
    for (int round = 0; round < 10_000 && frames.stream().anyMatch(ByteBuf::isReadable); round++) {
      for (int i = 0; i < 5; i++) {
        ByteBuf frame = frames.get(i);
        EmbeddedChannel channel = crowd.get(i);
        if (channel.config().isAutoRead() && frame.isReadable()) {
          channel.writeInbound(frame.readBytes(Math.min(100_000, frame.readableBytes())));
        }
        channel.runPendingTasks();
      }
    }
    assertFalse(frames.stream().anyMatch(ByteBuf::isReadable));
    frames.forEach(ByteBuf::release);
  }

  /** Has the time go by that connections look at their frames by, second by second. */
  private void passSeconds(int seconds) {
    for (int i = 0; i < seconds; i++) {
      nowNanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
      crowd.forEach(channel -> channel.advanceTimeBy(1, TimeUnit.SECONDS));
      crowd.forEach(EmbeddedChannel::runScheduledPendingTasks);
      crowd.forEach(EmbeddedChannel::runPendingTasks);
    }
  }

  private EmbeddedChannel connect() {
    EmbeddedChannel made = new EmbeddedChannel(false, false);
    KafkaServer.connect(made, "PLAINTEXT", server);
    try {
      made.register();
      made.freezeTime();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return made;
  }

  private static final class Answering implements ApiHandler<HeartbeatRequestData> {
    @Override
    public ApiKeys api() {
      return ApiKeys.HEARTBEAT;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(
        RequestContext context, HeartbeatRequestData request) {
      return CompletableFuture.completedFuture(new HeartbeatResponseData());
    }
  }
}
