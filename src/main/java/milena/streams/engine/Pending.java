package milena.streams.engine;

import java.util.ArrayList;
import java.util.List;
import milena.streams.ProducerMessage.Envelope;
import milena.streams.ProducerMessage.Message;
import milena.streams.ProducerMessage.MultiMessage;
import milena.streams.ProducerMessage.MultiResult;
import milena.streams.ProducerMessage.MultiResultPart;
import milena.streams.ProducerMessage.PassThroughResult;
import milena.streams.ProducerMessage.Result;
import milena.streams.ProducerMessage.Results;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** An envelope on its way: done when each of its records is acknowledged. */
final class Pending<K, V, P> {
  private final Envelope<K, V, P> envelope;
  private final RecordMetadata[] places;
  private int written;
  private int missing;

  Pending(Envelope<K, V, P> envelope) {
    this.envelope = envelope;
    int records =
        envelope instanceof MultiMessage<K, V, P> multi
            ? multi.records().size()
            : envelope instanceof Message ? 1 : 0;
    this.places = new RecordMetadata[records];
    this.missing = records;
  }

  /** Whether a record of it is still to be put into a batch. */
  boolean hasNext() {
    return written < places.length;
  }

  /** The index of the record that is to be put into a batch next. */
  int nextIndex() {
    return written;
  }

  ProducerRecord<K, V> nextRecord() {
    return envelope instanceof MultiMessage<K, V, P> multi
        ? multi.records().get(written)
        : ((Message<K, V, P>) envelope).record();
  }

  /** The next record is in a batch. */
  void stepped() {
    written++;
  }

  void acknowledged(int index, RecordMetadata place) {
    places[index] = place;
    missing--;
  }

  boolean isDone() {
    return missing == 0;
  }

  Results<K, V, P> result() {
    if (envelope instanceof Message<K, V, P> message) {
      return new Result<>(places[0], message);
    }
    if (envelope instanceof MultiMessage<K, V, P> multi) {
      List<MultiResultPart<K, V>> parts = new ArrayList<>(places.length);
      for (int i = 0; i < places.length; i++) {
        parts.add(new MultiResultPart<>(places[i], multi.records().get(i)));
      }
      return new MultiResult<>(parts, multi.passThrough());
    }
    return new PassThroughResult<>(envelope.passThrough());
  }
}
