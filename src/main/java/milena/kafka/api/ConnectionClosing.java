package milena.kafka.api;

/**
 * Fails a request that the protocol has no answer for: its connection is closed, as a client
 * expects.
 */
public final class ConnectionClosing extends RuntimeException {
  public ConnectionClosing(String reason) {
    super(reason, null, false, false);
  }
}
