package milena.streams;

import akka.NotUsed;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** What producing flows take and give. */
public final class ProducerMessage {
  private ProducerMessage() {}

  /**
   * Records to be written, or none, and something that passes through.
   *
   * @param <P> of what passes through
   */
  public sealed interface Envelope<K, V, P> {
    P passThrough();

    /** The same records with something else passing through. */
    <Q> Envelope<K, V, Q> withPassThrough(Q value);
  }

  /** One record. */
  public record Message<K, V, P>(ProducerRecord<K, V> record, P passThrough)
      implements Envelope<K, V, P> {
    @Override
    public <Q> Message<K, V, Q> withPassThrough(Q value) {
      return new Message<>(record, value);
    }
  }

  /** Any number of records. */
  public record MultiMessage<K, V, P>(List<ProducerRecord<K, V>> records, P passThrough)
      implements Envelope<K, V, P> {
    public MultiMessage {
      records = List.copyOf(records);
    }

    @Override
    public <Q> MultiMessage<K, V, Q> withPassThrough(Q value) {
      return new MultiMessage<>(records, value);
    }
  }

  /** No record: it only keeps its place in the stream. */
  public record PassThroughMessage<K, V, P>(P passThrough) implements Envelope<K, V, P> {
    @Override
    public <Q> PassThroughMessage<K, V, Q> withPassThrough(Q value) {
      return new PassThroughMessage<>(value);
    }
  }

  /** What became of an envelope: all of its records are acknowledged. */
  public sealed interface Results<K, V, P> {
    P passThrough();
  }

  /** The place of a {@link Message}'s record. */
  public record Result<K, V, P>(RecordMetadata metadata, Message<K, V, P> message)
      implements Results<K, V, P> {
    /** The record's offset. */
    public long offset() {
      return metadata.offset();
    }

    @Override
    public P passThrough() {
      return message.passThrough();
    }
  }

  /** The place of one record of a {@link MultiMessage}. */
  public record MultiResultPart<K, V>(RecordMetadata metadata, ProducerRecord<K, V> record) {}

  /** The places of a {@link MultiMessage}'s records. */
  public record MultiResult<K, V, P>(List<MultiResultPart<K, V>> parts, P passThrough)
      implements Results<K, V, P> {}

  /** A {@link PassThroughMessage} has passed. */
  public record PassThroughResult<K, V, P>(P passThrough) implements Results<K, V, P> {}

  /** One record. */
  public static <K, V> Envelope<K, V, NotUsed> single(ProducerRecord<K, V> record) {
    return new Message<>(record, NotUsed.getInstance());
  }

  /** One record, and what passes through. */
  public static <K, V, P> Envelope<K, V, P> single(ProducerRecord<K, V> record, P passThrough) {
    return new Message<>(record, passThrough);
  }

  /** Some records. */
  public static <K, V> Envelope<K, V, NotUsed> multi(Collection<ProducerRecord<K, V>> records) {
    return new MultiMessage<>(List.copyOf(records), NotUsed.getInstance());
  }

  /** Some records, and what passes through. */
  public static <K, V, P> Envelope<K, V, P> multi(
      Collection<ProducerRecord<K, V>> records, P passThrough) {
    return new MultiMessage<>(List.copyOf(records), passThrough);
  }

  /** Nothing to write, and what passes through. */
  public static <K, V, P> Envelope<K, V, P> passThrough(P passThrough) {
    return new PassThroughMessage<>(passThrough);
  }
}
