package milena.kafka.api;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Scheduler;
import akka.actor.typed.javadsl.AskPattern;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import milena.broker.controller.Controller;
import org.apache.kafka.common.errors.TimeoutException;

/** How handlers ask the controller: for a reply, by a deadline. */
public record ControllerAsk(ActorRef<Controller.Command> gateway, Scheduler scheduler) {
  /** A client that gives no time still gets what a healthy controller answers. */
  private static final int LEAST_MS = 1000;

  /** Fails with Kafka's time-out when no answer comes: nobody knows then whether it was done. */
  <R> CompletionStage<R> ask(int timeoutMs, Function<ActorRef<R>, Controller.Command> command) {
    return AskPattern.ask(
            gateway, command::apply, Duration.ofMillis(Math.max(timeoutMs, LEAST_MS)), scheduler)
        .handle(
            (reply, failure) -> {
              if (failure == null) {
                return reply;
              }
              Throwable cause =
                  failure instanceof CompletionException ? failure.getCause() : failure;
              throw cause instanceof java.util.concurrent.TimeoutException
                  ? new TimeoutException("The controller did not answer in time.")
                  : new CompletionException(cause);
            });
  }
}
