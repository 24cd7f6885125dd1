package milena.kafka.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import milena.kafka.api.ApiHandler;
import milena.kafka.api.ApiRegistry;
import milena.kafka.api.ConnectionClosing;
import milena.kafka.api.RequestContext;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: requests in, answers out, both in the client's order.
 *
 * <p>A frame becomes a {@link PendingRequest} that takes its turn in the {@link RequestPipeline}.
 * Answers come from any thread; they are written as their turns come, and flushed once per pass.
 * {@link #advance} is the only place that moves requests along.
 *
 * <p>All but {@link #answered} runs on the connection's event loop.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);

  private static final long IDLE_CHECK_MS = 5_000;

  private final ServerContext server;
  private final String listenerName;
  private final FrameReader reader;
  private final ReadGate gate;
  private final RequestPipeline requests = new RequestPipeline();
  private final AtomicBoolean signalled = new AtomicBoolean();

  private ChannelHandlerContext context;
  private EventLoop eventLoop;

  /** Null until it is connected. */
  private ClientIdentity client;

  private boolean open;
  private boolean inReadPass;
  private boolean advancing;
  private boolean unflushed;
  private long lastWrittenNanos;

  ClientConnection(ServerContext server, String listenerName, FrameReader reader) {
    this.server = server;
    this.listenerName = listenerName;
    this.reader = reader;
    this.lastWrittenNanos = server.nanos().getAsLong();
    this.gate = new ReadGate(server, reader, requests::size, this::signal, this::close);
  }

  /** What log lines call it. */
  private String id() {
    return client == null ? "that was not made" : client.id();
  }

  ApiRegistry registry() {
    return server.registry();
  }

  // Netty's events.

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    eventLoop = ctx.channel().eventLoop();
    gate.guard(ctx.channel());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    open = true;
    client = new ClientIdentity(server.connectionId(ctx.channel()), listenerName, ctx.channel());
    String refusal = server.limits().enter(client.clientAddress());
    if (refusal != null) {
      server.strangers().info("Refused a connection from {}: {}", client.clientAddress(), refusal);
      ctx.close();
      return;
    }
    checkIdleLater();
    gate.readOrPause();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object chunk) {
    inReadPass = true;
    gate.hasRead();
    if (!open) {
      ((ByteBuf) chunk).release();
      return;
    }
    try {
      reader.read((ByteBuf) chunk, this::frame);
    } catch (FrameReader.BadFrameLength e) {
      close(e.getMessage());
      return;
    }
    advance();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    inReadPass = false;
    flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    advance();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("Connection {} broke: {}", id(), cause.toString());
    } else if (cause instanceof OutOfMemoryError) {
      server
          .strangers()
          .info("Closed the connection {} for want of memory: {}", id(), cause.getMessage());
    } else {
      log.error("Connection {} is closed after a failure of ours", id(), cause);
    }
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!open) {
      return;
    }
    open = false;
    server.limits().leave(client.clientAddress());
    gate.close();
    requests.abandonAll();
  }

  // Requests.

  private void frame(ByteBuf buffer, int index, int bytes) {
    if (open) {
      requests.add(
          new PendingRequest(this, server.budget(), buffer, index, bytes, gate.lastReadNanos()));
    }
  }

  /** A request has its answer; called from any thread. */
  void answered(PendingRequest request) {
    if (eventLoop.inEventLoop()) {
      if (open) {
        advance();
      }
    } else {
      signal();
    }
  }

  private void signal() {
    if (signalled.compareAndSet(false, true)) {
      try {
        eventLoop.execute(this::onSignal);
      } catch (RejectedExecutionException e) {
        log.debug("An answer came after the event loop of {} had ended", id());
      }
    }
  }

  private void onSignal() {
    signalled.set(false);
    gate.mayHaveRoom();
    if (open) {
      advance();
    }
  }

  private void advance() {
    if (advancing) {
      return;
    }
    advancing = true;
    try {
      do {
        writeAnswers();
      } while (open && startNext());
    } finally {
      advancing = false;
    }
    if (!inReadPass) {
      flush();
    }
    if (open) {
      gate.readOrPause();
    }
  }

  private void writeAnswers() {
    PendingRequest head;
    while (open && (head = requests.takeAnswered()) != null) {
      try {
        write(head);
      } finally {
        head.release();
      }
    }
  }

  private boolean startNext() {
    PendingRequest next = context.channel().isWritable() ? requests.startNext() : null;
    if (next == null) {
      return false;
    }
    start(next);
    return true;
  }

  private void start(PendingRequest request) {
    ApiHandler<?> handler = request.handler;
    if (handler == null || request.unsupportedVersion()) {
      request.fail(new ConnectionClosing(request.describe() + " is not served"));
    } else {
      serve(request, handler);
    }
  }

  private <Q extends ApiMessage> void serve(PendingRequest request, ApiHandler<Q> handler) {
    RequestHeaderData header;
    Q message;
    try {
      RequestReader body = request.reader();
      header = request.readHeader(body);
      @SuppressWarnings("unchecked") // the handler declares its request's type with its API
      Q read = (Q) handler.api().messageType.newRequest();
      read.read(body, request.version());
      message = read;
    } catch (RuntimeException e) {
      request.fail(new ConnectionClosing(request.describe() + " makes no sense: " + e));
      return;
    }
    RequestContext requestContext =
        new RequestContext(
            client,
            request.version(),
            header.correlationId(),
            header.clientId(),
            request.receivedNanos,
            request);
    try {
      request.await(handler.handle(requestContext, message));
    } catch (RuntimeException e) {
      request.fail(e);
    }
  }

  // Answers.

  private void write(PendingRequest request) {
    try {
      Reply reply = Reply.to(request, id());
      if (reply.message() != null) {
        ResponseEncoder.write(
            context,
            context.alloc(),
            request.handler.api(),
            reply.version(),
            request.correlationId(),
            reply.message());
        unflushed = true;
      }
    } catch (ConnectionClosing e) {
      close(e.getMessage());
    } catch (RuntimeException e) {
      log.error("The answer to {} of {} can't be written", request.describe(), id(), e);
      context.close();
    } catch (OutOfMemoryError e) {
      exceptionCaught(context, e);
    }
  }

  private void flush() {
    if (unflushed) {
      unflushed = false;
      lastWrittenNanos = server.nanos().getAsLong();
      context.flush();
    }
  }

  // Ends.

  private void close(String reason) {
    server.strangers().info("Closed the connection {}: {}", id(), reason);
    flush();
    context.close();
  }

  private void checkIdleLater() {
    long idleMs = server.config().idleMs();
    if (idleMs > 0) {
      eventLoop.schedule(this::checkIdle, Math.min(idleMs, IDLE_CHECK_MS), TimeUnit.MILLISECONDS);
    }
  }

  private void checkIdle() {
    if (!open) {
      return;
    }
    long now = server.nanos().getAsLong();
    long unreadMs = TimeUnit.NANOSECONDS.toMillis(now - gate.lastReadNanos());
    long unwrittenMs = TimeUnit.NANOSECONDS.toMillis(now - lastWrittenNanos);
    boolean idle =
        !requests.isAnyUnderWay() && Math.min(unreadMs, unwrittenMs) >= server.config().idleMs();
    if (idle) {
      log.debug("Closed the idle connection {}", id());
      context.close();
    } else {
      checkIdleLater();
    }
  }
}
