package milena.broker.raft;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import milena.common.CborSerializable;

/**
 * Where a voter is reached by the others. Each request runs on a thread that may block, since Ratis
 * answers an append only when it is on disk; a leader sends its appends one after another, so order
 * is kept.
 */
public final class RaftEndpoint {
  private static final String BLOCKING = "milena.raft-dispatcher";

  /** The name of the actor on each voter; configuration gives it the lane for large messages. */
  public static final String NAME = "raft";

  private RaftEndpoint() {}

  /** A request of another voter, in Ratis's own bytes. */
  public record Call(RaftRpc.Kind kind, byte[] request, ActorRef<Answer> replyTo)
      implements CborSerializable {}

  /** The answer's bytes, or why there are none. */
  public record Answer(byte[] reply, String failure) implements CborSerializable {}

  public static Behavior<Call> create(RatisMetadataLog log) {
    return Behaviors.setup(
        context -> {
          Executor threads =
              context.getSystem().dispatchers().lookup(DispatcherSelector.fromConfig(BLOCKING));
          return Behaviors.receive(Call.class)
              .onMessage(
                  Call.class,
                  call -> {
                    threads.execute(() -> call.replyTo().tell(answer(log, call)));
                    return Behaviors.same();
                  })
              .build();
        });
  }

  private static Answer answer(RatisMetadataLog log, Call call) {
    try {
      return new Answer(log.serve(call.kind(), call.request()), null);
    } catch (IOException | RuntimeException e) {
      return new Answer(null, e.toString());
    }
  }

  /**
   * The way from this node to the others' endpoints.
   *
   * @param find where a voter is, as far as this node knows
   * @param timeout below the election time-out, so that a silent voter does not unseat a leader
   */
  public static RaftRpc.Transport transport(
      ActorSystem<?> system, Function<String, Optional<ActorRef<Call>>> find, Duration timeout) {
    return (peer, kind, request) -> {
      ActorRef<Call> endpoint =
          find.apply(peer).orElseThrow(() -> new IOException("Voter " + peer + " is unknown"));
      Answer answer = ask(system, endpoint, kind, request, timeout);
      if (answer.reply() == null) {
        throw new IOException("Voter " + peer + " failed: " + answer.failure());
      }
      return answer.reply();
    };
  }

  private static Answer ask(
      ActorSystem<?> system,
      ActorRef<Call> endpoint,
      RaftRpc.Kind kind,
      byte[] request,
      Duration timeout)
      throws IOException {
    try {
      return AskPattern.<Call, Answer>ask(
              endpoint, replyTo -> new Call(kind, request, replyTo), timeout, system.scheduler())
          .toCompletableFuture()
          .get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while waiting for a voter", e);
    } catch (ExecutionException e) {
      throw new IOException("A voter did not answer", e.getCause());
    }
  }
}
