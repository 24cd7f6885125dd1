package milena.kafka.api;

import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * One API of the protocol: translates its request to actor messages or image reads, and their
 * answers to its response. A handler is shared by all connections and keeps no state of theirs.
 *
 * @param <Q> the generated request message
 */
public interface ApiHandler<Q extends ApiMessage> {
  ApiKeys api();

  /** The lowest version served, which ApiVersions advertises. */
  default short minVersion() {
    return api().oldestVersion();
  }

  /** The highest version served, which ApiVersions advertises. */
  default short maxVersion() {
    return api().latestVersion(false);
  }

  /**
   * Whether the connection's next request may start before this one is answered. Clients rely on a
   * connection's requests taking effect one after another, so only an API whose effects keep their
   * order anyway says yes.
   */
  default boolean overlaps() {
    return false;
  }

  /**
   * Serves one request, on the connection's event loop: it must not block. The stage may complete
   * on any thread; the pipeline puts answers in request order. An exceptional completion (or a
   * thrown exception) becomes the API's error response by Kafka's mapping of exceptions to codes:
   * an {@code ApiException} silently, anything else with a log line as our fault; {@link
   * ConnectionClosing} closes the connection instead.
   *
   * <p>When the connection closes first, the stage's {@code CompletableFuture} is cancelled; a
   * handler that keeps something on behalf of a waiting request lets go of it then. A response that
   * is {@link AutoCloseable} is closed once it is sent or dropped.
   *
   * @return the response message; a stage of null for none (Produce with acks=0)
   */
  CompletionStage<? extends ApiMessage> handle(RequestContext context, Q request);
}
