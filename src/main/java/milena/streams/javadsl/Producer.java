package milena.streams.javadsl;

import akka.Done;
import akka.NotUsed;
import akka.japi.Pair;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.FlowWithContext;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import java.util.concurrent.CompletionStage;
import milena.streams.CommitterSettings;
import milena.streams.ConsumerMessage.Committable;
import milena.streams.ProducerMessage;
import milena.streams.ProducerMessage.Envelope;
import milena.streams.ProducerMessage.Message;
import milena.streams.ProducerMessage.Result;
import milena.streams.ProducerMessage.Results;
import milena.streams.ProducerSettings;
import milena.streams.engine.ProducerStage;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Writes records. Unless the settings say otherwise, what is acknowledged is with all in-sync
 * replicas, appears once, and in the order in which it came; a record that can't be written fails
 * the stream.
 */
public final class Producer {
  private Producer() {}

  /** Writes records; completes when the last is acknowledged. */
  public static <K, V> Sink<ProducerRecord<K, V>, CompletionStage<Done>> plainSink(
      ProducerSettings<K, V> settings) {
    return Flow.<ProducerRecord<K, V>>create()
        .map(ProducerMessage::single)
        .via(Producer.<K, V, NotUsed>flexiFlow(settings))
        .toMat(Sink.ignore(), Keep.right());
  }

  /** Writes what the envelopes hold, and tells of each when all of it is acknowledged. */
  public static <K, V, P> Flow<Envelope<K, V, P>, Results<K, V, P>, NotUsed> flexiFlow(
      ProducerSettings<K, V> settings) {
    return Flow.fromGraph(new ProducerStage<>(settings));
  }

  /** As {@link #flexiFlow}, with a context beside the envelopes. */
  public static <K, V, C>
      FlowWithContext<Envelope<K, V, NotUsed>, C, Results<K, V, C>, C, NotUsed> flowWithContext(
          ProducerSettings<K, V> settings) {
    Flow<Pair<Envelope<K, V, NotUsed>, C>, Pair<Results<K, V, C>, C>, NotUsed> flow =
        Flow.<Pair<Envelope<K, V, NotUsed>, C>>create()
            .map(pair -> pair.first().withPassThrough(pair.second()))
            .via(Producer.<K, V, C>flexiFlow(settings))
            .map(result -> Pair.create(result, result.passThrough()));
    return FlowWithContext.fromPairs(flow);
  }

  /** Writes one record for each element. */
  public static <K, V, P> Flow<Message<K, V, P>, Result<K, V, P>, NotUsed> flow(
      ProducerSettings<K, V> settings) {
    return Flow.<Message<K, V, P>>create()
        .map(message -> (Envelope<K, V, P>) message)
        .via(Producer.<K, V, P>flexiFlow(settings))
        .map(result -> (Result<K, V, P>) result);
  }

  /** Writes what the envelopes hold, and then commits what passes through. */
  public static <K, V, I extends Envelope<K, V, Committable>>
      Sink<I, CompletionStage<Done>> committableSink(
          ProducerSettings<K, V> settings, CommitterSettings committing) {
    return Flow.<I>create()
        .map(envelope -> (Envelope<K, V, Committable>) envelope)
        .via(Producer.<K, V, Committable>flexiFlow(settings))
        .map(Results::passThrough)
        .toMat(Committer.sink(committing), Keep.right());
  }

  /** Writes what the envelopes hold, and then commits what is beside them. */
  public static <K, V, I extends Envelope<K, V, ?>, C extends Committable>
      Sink<Pair<I, C>, CompletionStage<Done>> committableSinkWithOffsetContext(
          ProducerSettings<K, V> settings, CommitterSettings committing) {
    return Flow.<Pair<I, C>>create()
        .map(pair -> pair.first().<Committable>withPassThrough(pair.second()))
        .via(Producer.<K, V, Committable>flexiFlow(settings))
        .map(Results::passThrough)
        .toMat(Committer.sink(committing), Keep.right());
  }
}
