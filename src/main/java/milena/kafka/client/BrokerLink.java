package milena.kafka.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import milena.broker.partition.LeaderLink;
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

  private static final int SIZE_BYTES = 4;

  private final ChannelFuture connecting;
  private final String clientId;
  private final int timeoutMs;
  private int correlationId;

  /** Of the request under way; used on the event loop. */
  private CompletableFuture<FetchResponseData> answer;

  BrokerLink(Bootstrap bootstrap, Endpoint endpoint, String clientId, int timeoutMs) {
    this.clientId = clientId;
    this.timeoutMs = timeoutMs;
    this.connecting =
        bootstrap
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new LengthFieldBasedFrameDecoder(
                                Integer.MAX_VALUE, 0, SIZE_BYTES, 0, SIZE_BYTES))
                        .addLast(new Answers());
                  }
                })
            .connect(endpoint.host(), endpoint.port());
  }

  @Override
  public CompletionStage<FetchResponseData> fetch(FetchRequestData request) {
    CompletableFuture<FetchResponseData> promise = new CompletableFuture<>();
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

  private void send(ByteBuffer body, CompletableFuture<FetchResponseData> promise) {
    Channel channel = connecting.channel();
    answer = promise;
    ByteBuf size = channel.alloc().buffer(SIZE_BYTES).writeInt(body.remaining());
    channel
        .writeAndFlush(Unpooled.wrappedBuffer(size, Unpooled.wrappedBuffer(body)))
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

  private void fail(CompletableFuture<FetchResponseData> promise, Throwable cause) {
    if (promise.completeExceptionally(cause)) {
      close();
    }
  }

  @Override
  public void close() {
    connecting.channel().close();
  }

  private final class Answers extends SimpleChannelInboundHandler<ByteBuf> {

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
      CompletableFuture<FetchResponseData> waiting = answer;
      answer = null;
      if (waiting == null) {
        context.close();
        return;
      }
      try {
        // The records stay in these bytes until the followers' logs have them.
        ByteBuffer bytes = ByteBuffer.allocate(frame.readableBytes());
        frame.readBytes(bytes);
        bytes.flip();
        ResponseHeader.parse(bytes, ApiKeys.FETCH.responseHeaderVersion(VERSION));
        waiting.complete(new FetchResponseData(new ByteBufferAccessor(bytes), VERSION));
      } catch (RuntimeException e) {
        waiting.completeExceptionally(e);
        context.close();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      CompletableFuture<FetchResponseData> waiting = answer;
      if (waiting != null) {
        waiting.completeExceptionally(new IOException("The connection was closed"));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      CompletableFuture<FetchResponseData> waiting = answer;
      if (waiting != null) {
        waiting.completeExceptionally(cause);
      }
      context.close();
    }
  }
}
