package milena.streams.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import milena.streams.link.BrokerLink;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** Calls that end: with an answer, or with one of Kafka's exceptions. */
final class Calls {
  private Calls() {}

  /** As the link does, but a broker of this JVM is given no more time than any other. */
  static CompletableFuture<ApiMessage> inTime(
      BrokerLink link, int broker, ApiMessage request, short version, Duration timeout) {
    CompletableFuture<ApiMessage> answer = new CompletableFuture<>();
    link.call(broker, request, version, timeout)
        .whenComplete(
            (got, failure) -> {
              if (failure == null) {
                answer.complete(got);
              } else {
                answer.completeExceptionally(cause(failure));
              }
            });
    return answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What has really happened. */
  static RuntimeException cause(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof java.util.concurrent.TimeoutException) {
      return new TimeoutException(cause);
    }
    return cause instanceof RuntimeException known ? known : new CompletionException(cause);
  }

  /** The error that a call has failed with; one that may be retried when there was no answer. */
  static Errors error(Throwable failure) {
    RuntimeException cause = cause(failure);
    Errors error = Errors.forException(cause);
    boolean isUnnamed = error == Errors.UNKNOWN_SERVER_ERROR;
    return isUnnamed && cause instanceof RetriableException ? Errors.NETWORK_EXCEPTION : error;
  }
}
