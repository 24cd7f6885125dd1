package milena.testing;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/** A client of one blocking socket that sends whatever it is told to, in any version. */
public final class WireClient implements AutoCloseable {
  private static final int READ_LIMIT_MS = (int) Duration.ofMinutes(3).toMillis();

  private final Socket socket;
  private final DataInputStream input;
  private final Consumer<byte[]> tap;
  private int correlationId;

  public WireClient(InetSocketAddress broker) throws IOException {
    this(broker, frame -> {});
  }

  /** A client whose frames also go to {@code tap}. */
  public WireClient(InetSocketAddress broker, Consumer<byte[]> tap) throws IOException {
    this.tap = tap;
    socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(READ_LIMIT_MS);
    socket.connect(broker, READ_LIMIT_MS);
    input = new DataInputStream(socket.getInputStream());
  }

  /** One request and its response. */
  public <R extends ApiMessage> R call(Class<R> kind, ApiMessage request, int version)
      throws IOException {
    send(request, version);
    return receive(kind, ApiKeys.forId(request.apiKey()), version);
  }

  /** Sends a request without waiting for what comes back. */
  public void send(ApiMessage request, int version) throws IOException {
    byte[] frame = frame(request, version, ++correlationId);
    tap.accept(frame);
    sendRaw(frame);
  }

  /** The bytes of a request as they go over the wire, with their length in front. */
  public static byte[] frame(ApiMessage request, int version, int correlationId) {
    ApiKeys api = ApiKeys.forId(request.apiKey());
    RequestHeader header = new RequestHeader(api, (short) version, "wire", correlationId);
    ByteBuffer head =
        MessageUtil.toByteBufferAccessor(header.data(), header.headerVersion()).buffer();
    ByteBuffer body = MessageUtil.toByteBufferAccessor(request, (short) version).buffer();
    ByteBuffer frame = ByteBuffer.allocate(4 + head.remaining() + body.remaining());
    frame.putInt(head.remaining() + body.remaining()).put(head).put(body);
    return frame.array();
  }

  public void sendRaw(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Reads the response to the latest request. */
  public <R extends ApiMessage> R receive(Class<R> kind, ApiKeys api, int version)
      throws IOException {
    ByteBuffer frame = receiveFrame();
    ResponseHeader header = ResponseHeader.parse(frame, api.responseHeaderVersion((short) version));
    if (header.correlationId() != correlationId) {
      throw new IOException(
          "Response " + header.correlationId() + " where " + correlationId + " was due.");
    }
    ApiMessage response = api.messageType.newResponse();
    response.read(new ByteBufferAccessor(frame), (short) version);
    if (frame.hasRemaining()) {
      throw new IOException(
          frame.remaining() + " bytes after the end of " + api + " v" + version + ": " + response);
    }
    return kind.cast(response);
  }

  public ByteBuffer receiveFrame() throws IOException {
    byte[] frame = new byte[input.readInt()];
    input.readFully(frame);
    return ByteBuffer.wrap(frame);
  }

  /** Waits until the broker has closed the connection; what it still sends is ignored. */
  public void awaitClosed() throws IOException {
    try {
      while (true) {
        receiveFrame();
      }
    } catch (EOFException | SocketException e) {
      // Closed, or reset: either is what was asked for.
    }
  }

  /** As {@link #awaitClosed}, with a limit; tells whether it happened. */
  public boolean isClosedWithin(Duration limit) throws IOException {
    socket.setSoTimeout((int) limit.toMillis());
    try {
      awaitClosed();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } finally {
      socket.setSoTimeout(READ_LIMIT_MS);
    }
  }

  /** Says that nothing more will be sent, while it goes on listening. */
  public void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
