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
   * Serves one request, on the connection's event loop: it must not block. The stage may complete
   * on any thread; the pipeline puts answers in request order. An exceptional completion becomes
   * the API's error response by Kafka's mapping of exceptions to codes, and one log line where it
   * is our fault.
   *
   * @return the response message; null for none (Produce with acks=0)
   */
  CompletionStage<? extends ApiMessage> handle(RequestContext context, Q request);
}
