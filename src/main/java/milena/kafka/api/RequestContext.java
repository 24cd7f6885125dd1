package milena.kafka.api;

import java.net.InetAddress;

/**
 * What a handler may know of a request besides its message.
 *
 * @param clientId as the client calls itself; null when it did not say
 * @param receivedNanos {@code System.nanoTime()} when the frame was complete
 * @param body hold it for as long as something may read the request's buffers after the answer
 */
public record RequestContext(
    Connection connection,
    short apiVersion,
    int correlationId,
    String clientId,
    long receivedNanos,
    RequestBody body) {

  public String connectionId() {
    return connection.id();
  }

  /** The listener it came through, which decides the endpoints that answers name. */
  public String listenerName() {
    return connection.listenerName();
  }

  public InetAddress clientAddress() {
    return connection.clientAddress();
  }
}
