package milena.kafka.server;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import milena.kafka.api.ApiHandler;
import milena.kafka.api.RequestBody;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * One request from its frame to its answer. The connection owns it on its event loop; only the
 * holds on the body and the completion come from other threads.
 */
final class PendingRequest implements RequestBody, BiConsumer<ApiMessage, Throwable> {
  /** API key, API version and correlation id: what every header begins with. */
  private static final int HEADER_BYTES_MIN = 8;

  private final ClientConnection connection;
  private final RequestBudget budget;
  private final ByteBuf buffer;
  private final int index;
  private final int bytes;
  private final AtomicInteger holds = new AtomicInteger(1);
  final long receivedNanos;

  /** The handler of its API; null when it has none or the frame is too short to name one. */
  final ApiHandler<?> handler;

  private int messageIndex;
  private CompletableFuture<? extends ApiMessage> answer;
  private ApiMessage response;
  private Throwable failure;
  private volatile boolean done;
  private volatile boolean abandoned;

  /** Takes a reference to the buffer and its bytes from the budget. */
  PendingRequest(
      ClientConnection connection,
      RequestBudget budget,
      ByteBuf buffer,
      int index,
      int bytes,
      long receivedNanos) {
    this.connection = connection;
    this.budget = budget;
    this.buffer = buffer.retain();
    this.index = index;
    this.bytes = bytes;
    this.receivedNanos = receivedNanos;
    this.handler = bytes < HEADER_BYTES_MIN ? null : connection.registry().find(apiKey());
    budget.take(bytes);
  }

  short apiKey() {
    return buffer.getShort(index);
  }

  short version() {
    return buffer.getShort(index + 2);
  }

  int correlationId() {
    return buffer.getInt(index + 4);
  }

  /** What to call it in a log line. */
  String describe() {
    return bytes < HEADER_BYTES_MIN
        ? "a frame of " + bytes + " bytes"
        : "API key " + apiKey() + " version " + version();
  }

  boolean overlaps() {
    return handler != null && handler.overlaps();
  }

  /** Whether its API is served, but not in this version. */
  boolean unsupportedVersion() {
    return handler != null
        && (version() < handler.minVersion() || version() > handler.maxVersion());
  }

  /** Reads the header and leaves the reader at the message. */
  RequestHeaderData readHeader(RequestReader reader) {
    RequestHeaderData header =
        new RequestHeaderData(reader, handler.api().requestHeaderVersion(version()));
    messageIndex = index + reader.buffer().position();
    return header;
  }

  RequestReader reader() {
    return new RequestReader(buffer.nioBuffer(index, bytes));
  }

  /** The message's bytes, once the header has been read. */
  ByteBuffer message() {
    return buffer.nioBuffer(messageIndex, index + bytes - messageIndex);
  }

  void await(CompletionStage<? extends ApiMessage> stage) {
    answer = stage.toCompletableFuture();
    answer.whenComplete(this);
  }

  void fail(Throwable thrown) {
    accept(null, thrown);
  }

  /** The answer has come, on whichever thread. */
  @Override
  public void accept(ApiMessage message, Throwable thrown) {
    response = message;
    failure = thrown;
    done = true;
    if (abandoned) {
      dropResponse();
    } else {
      connection.answered(this);
    }
  }

  boolean done() {
    return done;
  }

  ApiMessage response() {
    return response;
  }

  Throwable failure() {
    return failure;
  }

  /** The connection is gone: tells the handler, and drops what it answered or will answer. */
  void abandon() {
    abandoned = true;
    if (answer != null && !done) {
      answer.cancel(false);
    }
    if (done) {
      dropResponse();
    }
    release();
  }

  /** Of an answer that comes just when the connection goes, both sides may take care. */
  private synchronized void dropResponse() {
    if (response != null) {
      ResponseEncoder.close(response);
    }
  }

  @Override
  public void retain() {
    if (holds.getAndIncrement() <= 0) {
      throw new IllegalStateException("The request's bytes are gone");
    }
  }

  @Override
  public void release() {
    int left = holds.decrementAndGet();
    if (left == 0) {
      buffer.release();
      budget.give(bytes);
    } else if (left < 0) {
      throw new IllegalStateException("Released more often than held");
    }
  }
}
