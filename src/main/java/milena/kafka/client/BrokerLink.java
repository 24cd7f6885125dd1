package milena.kafka.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import milena.broker.partition.LeaderLink;
import milena.kafka.server.FrameReceiveAllocator;
import milena.metadata.BrokerImage.Endpoint;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;

/**
 * A connection to a broker that carries one fetch at a time. It belongs to one fetcher, which makes
 * a new one when this fails; what happens on the wire happens on the event loop.
 */
final class BrokerLink implements LeaderLink {
  /** With the follower's broker epoch and its directory in it; every Milena serves it. */
  private static final short VERSION = 17;

  private final ChannelFuture connecting;
  private final String clientId;
  private final int timeoutMs;
  private int correlationId;

  /** Of the request under way; used on the event loop. */
  private CompletableFuture<Answer> answer;

  BrokerLink(Bootstrap bootstrap, Endpoint endpoint, String clientId, int timeoutMs) {
    this.clientId = clientId;
    this.timeoutMs = timeoutMs;
    this.connecting =
        bootstrap
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    AnswerReader reader = new AnswerReader();
                    channel
                        .config()
                        .setRecvByteBufAllocator(new FrameReceiveAllocator(reader::room));
                    channel.pipeline().addLast(new Answers(reader));
                  }
                })
            .connect(endpoint.host(), endpoint.port());
  }

  @Override
  public CompletionStage<Answer> fetch(FetchRequestData request) {
    CompletableFuture<Answer> promise = new CompletableFuture<>();
    int correlation = ++correlationId;
    RequestHeader header = new RequestHeader(ApiKeys.FETCH, VERSION, clientId, correlation);
    ByteBuffer body =
        RequestUtils.serialize(header.data(), header.headerVersion(), request, VERSION);
    connecting.addListener(
        connected -> {
          if (connecting.isSuccess()) {
            send(body, promise);
          } else {
            promise.completeExceptionally(connecting.cause());
          }
        });
    return promise;
  }

  private void send(ByteBuffer body, CompletableFuture<Answer> promise) {
    Channel channel = connecting.channel();
    answer = promise;
    ByteBuf framed = channel.alloc().directBuffer(Integer.BYTES + body.remaining());
    channel
        .writeAndFlush(framed.writeInt(body.remaining()).writeBytes(body))
        .addListener(
            written -> {
              if (!written.isSuccess()) {
                fail(promise, written.cause());
              }
            });
    var deadline =
        channel
            .eventLoop()
            .schedule(
                () -> fail(promise, new IOException("No answer in " + timeoutMs + " ms")),
                timeoutMs,
                TimeUnit.MILLISECONDS);
    promise.whenComplete((response, failure) -> deadline.cancel(false));
  }

  private void fail(CompletableFuture<Answer> promise, Throwable cause) {
    if (promise.completeExceptionally(cause)) {
      close();
    }
  }

  @Override
  public void close() {
    connecting.channel().close();
  }

  private final class Answers extends ChannelInboundHandlerAdapter {
    private final AnswerReader reader;

    Answers(AnswerReader reader) {
      this.reader = reader;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object room) throws IOException {
      ((ByteBuf) room).release(); // the reader's own, which it has a reference to
      AnswerReader.Frame frame = reader.next();
      if (frame != null) {
        answered(context, frame);
      }
    }

    private void answered(ChannelHandlerContext context, AnswerReader.Frame frame) {
      CompletableFuture<Answer> waiting = answer;
      answer = null;
      if (waiting == null) {
        context.close();
        return;
      }
      ByteBuffer bytes = frame.bytes();
      try {
        ResponseHeader.parse(bytes, ApiKeys.FETCH.responseHeaderVersion(VERSION));
        waiting.complete(
            new Answer(
                new FetchResponseData(new ByteBufferAccessor(bytes), VERSION), frame.memory()));
      } catch (RuntimeException e) {
        waiting.completeExceptionally(e);
        context.close();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      CompletableFuture<Answer> waiting = answer;
      if (waiting != null) {
        waiting.completeExceptionally(new IOException("The connection was closed"));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      CompletableFuture<Answer> waiting = answer;
      if (waiting != null) {
        waiting.completeExceptionally(cause);
      }
      context.close();
    }
  }
}
