package milena.kafka.server;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;

/**
 * What a failed request answers: the API's own error response, filled as Kafka's clients expect.
 */
final class ErrorResponses {
  private ErrorResponses() {}

  /**
   * The error response of a request.
   *
   * @param body the request's message, without its header
   * @return null when the protocol has none for this request (Produce with acks=0)
   */
  static ApiMessage of(ApiKeys api, short version, ByteBuffer body, Throwable failure) {
    AbstractRequest request =
        AbstractRequest.parseRequest(api, version, new ByteBufferAccessor(body)).request;
    AbstractResponse response = request.getErrorResponse(failure);
    return response == null ? null : response.data();
  }

  /** The failure itself, out of what futures wrap it in. */
  static Throwable unwrap(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
