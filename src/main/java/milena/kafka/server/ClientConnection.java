package milena.kafka.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import milena.kafka.api.ApiHandler;
import milena.kafka.api.ApiRegistry;
import milena.kafka.api.Connection;
import milena.kafka.api.ConnectionClosing;
import milena.kafka.api.RequestContext;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: requests in, answers out, both in the client's order.
 *
 * <p>A frame becomes a {@link PendingRequest} that waits its turn. It starts when everything before
 * it is answered, or at once when it and all that is under way may overlap. Answers may come in any
 * order and from any thread; they are written from the head of those under way, and flushed once
 * per pass. {@link #advance} is the only place that moves requests along.
 *
 * <p>All but {@link #answered} runs on the connection's event loop.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter implements Connection {
  private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);

  private static final long IDLE_CHECK_MS = 5_000;

  private final ServerContext server;
  private final String listenerName;
  private final FrameReader reader;
  private final ReadGate gate;
  private final ArrayDeque<PendingRequest> waiting = new ArrayDeque<>();
  private final ArrayDeque<PendingRequest> underWay = new ArrayDeque<>();
  private final AtomicBoolean signalled = new AtomicBoolean();

  private ChannelHandlerContext context;
  private EventLoop eventLoop;
  private String id;
  private InetAddress clientAddress = InetAddress.getLoopbackAddress();
  private volatile String softwareName = "";
  private volatile String softwareVersion = "";

  private boolean open;
  private boolean inReadPass;
  private boolean advancing;
  private boolean unflushed;
  private long lastWrittenNanos = System.nanoTime();

  ClientConnection(ServerContext server, String listenerName, FrameReader reader) {
    this.server = server;
    this.listenerName = listenerName;
    this.reader = reader;
    this.gate = new ReadGate(server, reader, this::unanswered, this::signal, this::close);
  }

  // What handlers see of it.

  @Override
  public String id() {
    return id;
  }

  @Override
  public String listenerName() {
    return listenerName;
  }

  @Override
  public InetAddress clientAddress() {
    return clientAddress;
  }

  @Override
  public String clientSoftwareName() {
    return softwareName;
  }

  @Override
  public String clientSoftwareVersion() {
    return softwareVersion;
  }

  @Override
  public void clientSoftware(String name, String version) {
    softwareName = name;
    softwareVersion = version;
  }

  @Override
  public ScheduledExecutorService eventLoop() {
    return eventLoop;
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
    id = server.connectionId(ctx.channel());
    if (ctx.channel().remoteAddress() instanceof InetSocketAddress) {
      clientAddress = ((InetSocketAddress) ctx.channel().remoteAddress()).getAddress();
    }
    String refusal = server.limits().enter(clientAddress);
    if (refusal != null) {
      server.strangers().info("Refused a connection from {}: {}", clientAddress, refusal);
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
      log.debug("Connection {} broke: {}", id, cause.toString());
    } else if (cause instanceof OutOfMemoryError) {
      server
          .strangers()
          .info("Closed the connection {} for want of memory: {}", id, cause.getMessage());
    } else {
      log.error("Connection {} is closed after a failure of ours", id, cause);
    }
    ctx.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (!open) {
      return;
    }
    open = false;
    server.limits().leave(clientAddress);
    gate.close();
    PendingRequest request;
    while ((request = underWay.poll()) != null) {
      request.abandon();
    }
    while ((request = waiting.poll()) != null) {
      request.abandon();
    }
  }

  // Requests.

  private void frame(ByteBuf buffer, int index, int bytes) {
    if (open) {
      waiting.add(
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
        log.debug("An answer came after the event loop of {} had ended", id);
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

  /** How many requests have come and have no answer yet. */
  private int unanswered() {
    return waiting.size() + underWay.size();
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
    while (open && (head = underWay.peek()) != null && head.done()) {
      underWay.poll();
      try {
        write(head);
      } finally {
        head.release();
      }
    }
  }

  private boolean startNext() {
    PendingRequest next = waiting.peek();
    if (next == null || !context.channel().isWritable()) {
      return false;
    }
    PendingRequest last = underWay.peekLast();
    if (last != null && !(last.overlaps() && next.overlaps())) {
      return false;
    }
    waiting.poll();
    underWay.add(next);
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
            this,
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
      Reply reply = Reply.to(request, id);
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
      log.error("The answer to {} of {} can't be written", request.describe(), id, e);
      context.close();
    } catch (OutOfMemoryError e) {
      exceptionCaught(context, e);
    }
  }

  private void flush() {
    if (unflushed) {
      unflushed = false;
      lastWrittenNanos = System.nanoTime();
      context.flush();
    }
  }

  // Ends.

  private void close(String reason) {
    server.strangers().info("Closed the connection {}: {}", id, reason);
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
    long now = System.nanoTime();
    long unreadMs = TimeUnit.NANOSECONDS.toMillis(now - gate.lastReadNanos());
    long unwrittenMs = TimeUnit.NANOSECONDS.toMillis(now - lastWrittenNanos);
    boolean idle =
        underWay.isEmpty() && Math.min(unreadMs, unwrittenMs) >= server.config().idleMs();
    if (idle) {
      log.debug("Closed the idle connection {}", id);
      context.close();
    } else {
      checkIdleLater();
    }
  }
}
