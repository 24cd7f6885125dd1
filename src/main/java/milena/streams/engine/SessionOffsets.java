package milena.streams.engine;

import akka.Done;
import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import milena.streams.ConsumerMessage.OffsetKeeper;
import milena.streams.core.Position;

/** Has offsets committed by the session of the source that they come from. For any thread. */
final class SessionOffsets implements OffsetKeeper {
  private final ActorRef<ConsumerSession.Command> session;
  private final CompletableFuture<Done> closed;
  private final Duration timeout;

  /**
   * @param closed completed when the session is over
   * @param timeout after what time a commit fails
   */
  SessionOffsets(
      ActorRef<ConsumerSession.Command> session, CompletableFuture<Done> closed, Duration timeout) {
    this.session = session;
    this.closed = closed;
    this.timeout = timeout;
  }

  @Override
  public CompletionStage<Done> commit(Collection<Position> positions) {
    if (closed.isDone()) {
      return CompletableFuture.failedFuture(new IllegalStateException("The source is closed"));
    }
    CompletableFuture<Done> done = new CompletableFuture<>();
    session.tell(new ConsumerSession.Commit(positions, done));
    return done.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }
}
