package milena.broker.raft;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.ActorContext;
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
 * answers an append only when it is on disk. What writes to the log runs one after another ({@link
 * LogLane}): a leader sends an append again when it has waited too long for the answer, and Ratis
 * breaks a voter's log for good, until it is opened anew, where two appends meet.
 */
public final class RaftEndpoint {
  /** The dispatcher whose threads may wait for a voter's disk. */
  public static final String BLOCKING = "milena.raft-dispatcher";

  /** The name of the actor on each voter; configuration gives it the lane for large messages. */
  public static final String NAME = "raft";

  private static final Answer OVERTAKEN =
      new Answer(null, "A later request of the same voter came while this one waited");

  private RaftEndpoint() {}

  /** What the endpoint is told. */
  public sealed interface Message {}

  /** A request of another voter, in Ratis's own bytes. */
  public record Call(RaftRpc.Kind kind, byte[] request, ActorRef<Answer> replyTo)
      implements Message, CborSerializable {}

  /** The request that wrote to the log has been answered. */
  private enum LogFree implements Message {
    INSTANCE
  }

  /** The answer's bytes, or why there are none. */
  public record Answer(byte[] reply, String failure) implements CborSerializable {}

  /** A voter as the endpoint sees it: it answers a request, and blocks while it does. */
  @FunctionalInterface
  interface Voter {
    byte[] serve(RaftRpc.Kind kind, byte[] request) throws IOException;
  }

  public static Behavior<Call> create(RatisMetadataLog log) {
    return create(log::serve);
  }

  static Behavior<Call> create(Voter voter) {
    return Behaviors.<Message>setup(context -> new Serving(context, voter).behavior()).narrow();
  }

  private static final class Serving {
    private final ActorRef<Message> self;
    private final Executor threads;
    private final Voter voter;
    private final LogLane<Address, Call> lane = new LogLane<>();

    Serving(ActorContext<Message> context, Voter voter) {
      this.self = context.getSelf();
      this.threads =
          context.getSystem().dispatchers().lookup(DispatcherSelector.fromConfig(BLOCKING));
      this.voter = voter;
    }

    Behavior<Message> behavior() {
      return Behaviors.receive(Message.class)
          .onMessage(Call.class, this::onCall)
          .onMessage(LogFree.class, free -> onLogFree())
          .build();
    }

    private Behavior<Message> onCall(Call call) {
      if (!call.kind().writesLog()) {
        threads.execute(() -> call.replyTo().tell(answer(call)));
        return Behaviors.same();
      }
      lane.offer(call.replyTo().path().address(), call)
          .ifPresent(overtaken -> overtaken.replyTo().tell(OVERTAKEN));
      return serveNext();
    }

    private Behavior<Message> onLogFree() {
      lane.release();
      return serveNext();
    }

    private Behavior<Message> serveNext() {
      lane.take().ifPresent(call -> threads.execute(() -> serveAndRelease(call)));
      return Behaviors.same();
    }

    private void serveAndRelease(Call call) {
      try {
        call.replyTo().tell(answer(call));
      } finally {
        self.tell(LogFree.INSTANCE);
      }
    }

    private Answer answer(Call call) {
      try {
        return new Answer(voter.serve(call.kind(), call.request()), null);
      } catch (IOException | RuntimeException e) {
        return new Answer(null, e.toString());
      }
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
