package milena.streams.engine;

import akka.Done;
import akka.actor.typed.ActorRef;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import milena.streams.javadsl.Consumer;

/** A running source's control: in the hands of whoever runs the stream, so for any thread. */
final class SessionControl implements Consumer.Control {
  private final Runnable stopStage;
  private final CompletableFuture<Done> stopped = new CompletableFuture<>();
  private final CompletableFuture<Done> closed = new CompletableFuture<>();
  private final CompletableFuture<ActorRef<ConsumerSession.Command>> session =
      new CompletableFuture<>();

  /**
   * @param stopStage completes the stage, soon; does nothing when it has ended
   */
  SessionControl(Runnable stopStage) {
    this.stopStage = stopStage;
  }

  /** The session has begun. */
  void began(ActorRef<ConsumerSession.Command> with) {
    session.complete(with);
  }

  /** The stage has ended. */
  void stageEnded() {
    stopped.complete(Done.getInstance());
    if (!session.isDone()) {
      closed.complete(Done.getInstance());
    }
  }

  /** Completed when the session is over. */
  CompletableFuture<Done> closed() {
    return closed;
  }

  @Override
  public CompletionStage<Done> stop() {
    stopStage.run();
    return stopped.copy();
  }

  @Override
  public CompletionStage<Done> shutdown() {
    stopStage.run();
    stopped.thenRun(
        () ->
            session.thenAccept(
                running -> {
                  if (!closed.isDone()) {
                    running.tell(ConsumerSession.Close.INSTANCE);
                  }
                }));
    return closed.copy();
  }

  @Override
  public <T> CompletionStage<T> drainAndShutdown(
      CompletionStage<T> streamCompletion, Executor executor) {
    return stop()
        .thenCompose(stopping -> streamCompletion)
        .handleAsync(
            (result, failure) -> shutdown().thenCompose(over -> streamCompletion), executor)
        .thenCompose(result -> result);
  }

  @Override
  public CompletionStage<Done> isShutdown() {
    return closed.copy();
  }
}
