package milena.it;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaFuture;

/** Requests that the broker must refuse, with the error that a user is to see. */
final class Refusal {
  /** A call of a client that is to throw. */
  interface Call {
    void run() throws Exception;
  }

  private Refusal() {}

  /** Waits for the refusal and gives it back, for a look at what it says. */
  static <E extends Throwable> E of(Class<E> kind, Future<?> request) {
    try {
      Object answer = request.get(60, TimeUnit.SECONDS);
      throw new AssertionError("Expected " + kind.getSimpleName() + ", was granted: " + answer);
    } catch (ExecutionException e) {
      return cast(kind, e.getCause());
    } catch (Exception e) {
      throw new AssertionError("Expected " + kind.getSimpleName(), e);
    }
  }

  static <E extends Throwable> E of(Class<E> kind, KafkaFuture<?> request) {
    return of(kind, request.toCompletionStage().toCompletableFuture());
  }

  static <E extends Throwable> E of(Class<E> kind, Call call) {
    try {
      call.run();
    } catch (ExecutionException e) {
      return cast(kind, e.getCause());
    } catch (Exception e) {
      return cast(kind, e);
    }
    throw new AssertionError("Expected " + kind.getSimpleName() + ", nothing was thrown.");
  }

  private static <E extends Throwable> E cast(Class<E> kind, Throwable refusal) {
    if (!kind.isInstance(refusal)) {
      throw new AssertionError("Expected " + kind.getSimpleName() + ", got " + refusal, refusal);
    }
    return kind.cast(refusal);
  }
}
