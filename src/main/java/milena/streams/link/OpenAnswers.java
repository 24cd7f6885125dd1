package milena.streams.link;

import akka.util.ByteString;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.errors.DisconnectException;

/**
 * The answers that askers of a {@link StreamLink} wait for. When the link ends, all of them fail,
 * also those of questions that it had not taken out of its mailbox, and of those that come too
 * late. May be used from any thread.
 */
public final class OpenAnswers {
  private final Set<CompletableFuture<ByteString>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean isClosed;

  /** An answer that is waited for from now on. */
  CompletableFuture<ByteString> next() {
    CompletableFuture<ByteString> answer = new CompletableFuture<>();
    open.add(answer);
    answer.whenComplete((bytes, failure) -> open.remove(answer));
    // Behind the adding: one of the two finds it.
    if (isClosed) {
      fail(answer);
    }
    return answer;
  }

  /** There will be no answers any more. */
  void close() {
    isClosed = true;
    open.forEach(OpenAnswers::fail);
  }

  private static void fail(CompletableFuture<ByteString> answer) {
    answer.completeExceptionally(
        new DisconnectException("This link to the brokers has come to its end"));
  }
}
