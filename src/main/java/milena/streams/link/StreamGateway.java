package milena.streams.link;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.util.ByteString;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import milena.streams.link.StreamMessage.Answer;
import milena.streams.link.StreamMessage.Ask;
import org.apache.kafka.common.protocol.Errors;

/**
 * A broker's door for streams of other members of its actor cluster: reads requests, lets the
 * {@link LocalBroker} serve them, and sends the answers. It keeps nothing but requests that have
 * come in part; each read bounds its own answer.
 */
public final class StreamGateway extends AbstractBehavior<StreamMessage> {
  /** Its name below the guardian: others find it by it, and the settings of remoting name it. */
  public static final String NAME = "streams";

  /** Requests that may be in parts at a time; the oldest, whose parts were lost, goes first. */
  private static final int PARTIAL_MAX = 64;

  private record Sender(ActorRef<StreamMessage> asker, long id) {}

  private final LocalBroker broker;
  private final Map<Sender, Parts> partial = new LinkedHashMap<>();

  private StreamGateway(ActorContext<StreamMessage> context, LocalBroker broker) {
    super(context);
    this.broker = broker;
  }

  /** The gateway to this node's broker. */
  public static Behavior<StreamMessage> create(LocalBroker broker) {
    return Behaviors.setup(context -> new StreamGateway(context, broker));
  }

  @Override
  public Receive<StreamMessage> createReceive() {
    return newReceiveBuilder().onMessage(Ask.class, this::onAsk).build();
  }

  private Behavior<StreamMessage> onAsk(Ask ask) {
    ByteString whole = whole(ask);
    if (whole != null) {
      try {
        serve(ask, Payloads.request(whole));
      } catch (RuntimeException e) {
        getContext().getLog().warn("A request of {} can't be read", ask.replyTo().path(), e);
        answer(ask, Payloads.failed(Errors.INVALID_REQUEST));
      }
    }
    return this;
  }

  private ByteString whole(Ask ask) {
    if (ask.parts() == 1) {
      return ask.bytes();
    }
    Sender sender = new Sender(ask.replyTo(), ask.id());
    ByteString whole = partial.computeIfAbsent(sender, first -> new Parts()).add(ask);
    if (whole != null) {
      partial.remove(sender);
    } else if (partial.size() > PARTIAL_MAX) {
      partial.remove(partial.keySet().iterator().next());
    }
    return whole;
  }

  private void serve(Ask ask, Object request) {
    if (request instanceof ReadRequest read) {
      answerWhenDone(ask, broker.read(read).thenApply(Payloads::of));
    } else if (request instanceof WriteRequest write) {
      answerWhenDone(ask, broker.write(write).thenApply(Payloads::of));
    } else {
      Payloads.Call call = (Payloads.Call) request;
      answerWhenDone(
          ask,
          broker
              .call(call.clientId(), call.request(), call.version())
              .thenApply(answer -> Payloads.called(answer, call.version())));
    }
  }

  /** Answers come from whatever thread has them; an actor's address may be told from any. */
  private static void answerWhenDone(Ask ask, CompletionStage<ByteString> answer) {
    answer.whenComplete(
        (bytes, failure) ->
            answer(ask, failure == null ? bytes : Payloads.failed(Errors.forException(failure))));
  }

  private static void answer(Ask ask, ByteString bytes) {
    int parts = StreamMessage.partsOf(bytes);
    for (int part = 0; part < parts; part++) {
      ask.replyTo().tell(new Answer(ask.id(), part, parts, StreamMessage.part(bytes, part)));
    }
  }
}
