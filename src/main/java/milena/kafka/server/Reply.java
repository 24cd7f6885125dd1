package milena.kafka.server;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import milena.kafka.api.ApiVersionsHandler;
import milena.kafka.api.ConnectionClosing;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a request is answered with.
 *
 * @param version the version it is written in
 * @param message null for nothing
 */
record Reply(short version, ApiMessage message) {
  private static final Logger log = LoggerFactory.getLogger(Reply.class);

  /**
   * The answer to a request that is done. A failure becomes the API's own error response, filled as
   * Kafka's clients expect; one that is our fault is logged.
   *
   * @throws ConnectionClosing when the protocol has no answer
   */
  static Reply to(PendingRequest request, String connectionId) {
    if (request.failure() == null) {
      return new Reply(request.version(), request.response());
    }
    Throwable failure = unwrap(request.failure());
    if (failure instanceof ConnectionClosing) {
      if (request.handler instanceof ApiVersionsHandler && request.unsupportedVersion()) {
        return new Reply((short) 0, ((ApiVersionsHandler) request.handler).unsupportedVersion());
      }
      throw (ConnectionClosing) failure;
    }
    Throwable told = failure;
    if (failure instanceof java.util.concurrent.TimeoutException) {
      told = new TimeoutException(failure.getMessage());
    } else if (!(failure instanceof ApiException)) {
      log.error("{} of {} failed", request.describe(), connectionId, failure);
    }
    ApiMessage response = errorResponse(request, told);
    if (response == null) {
      throw new ConnectionClosing("a request that expects no answer failed: " + told);
    }
    return new Reply(request.version(), response);
  }

  private static ApiMessage errorResponse(PendingRequest request, Throwable failure) {
    AbstractRequest parsed =
        AbstractRequest.parseRequest(
                request.handler.api(), request.version(), new ByteBufferAccessor(request.message()))
            .request;
    AbstractResponse response = parsed.getErrorResponse(failure);
    return response == null ? null : response.data();
  }

  /** The failure itself, out of what futures wrap it in. */
  private static Throwable unwrap(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
