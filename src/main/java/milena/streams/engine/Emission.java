package milena.streams.engine;

import java.util.function.Function;
import milena.streams.ConsumerMessage.CommittableMessage;
import milena.streams.ConsumerMessage.CommittableOffset;
import milena.streams.ConsumerMessage.OffsetKeeper;
import milena.streams.core.Position;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What a source makes of a record.
 *
 * @param <M> what it gives
 */
public interface Emission<K, V, M> {
  /**
   * @param feed whose record it is
   * @param keeper where its offset can be committed
   */
  M of(ConsumerRecord<K, V> record, PartitionFeed feed, OffsetKeeper keeper);

  /** Whether what it gives can be committed. */
  boolean commits();

  /** The record as it is. */
  static <K, V> Emission<K, V, ConsumerRecord<K, V>> plain() {
    return new Emission<>() {
      @Override
      public ConsumerRecord<K, V> of(
          ConsumerRecord<K, V> record, PartitionFeed feed, OffsetKeeper keeper) {
        return record;
      }

      @Override
      public boolean commits() {
        return false;
      }
    };
  }

  /**
   * The record with its offset.
   *
   * @param metadata to be committed with the offset
   */
  static <K, V> Emission<K, V, CommittableMessage<K, V>> committable(
      Function<ConsumerRecord<K, V>, String> metadata) {
    return new Emission<>() {
      @Override
      public CommittableMessage<K, V> of(
          ConsumerRecord<K, V> record, PartitionFeed feed, OffsetKeeper keeper) {
        Position next =
            new Position(
                feed.partition(),
                feed.reading(),
                record.offset() + 1,
                record.leaderEpoch().orElse(-1),
                metadata.apply(record));
        return new CommittableMessage<>(record, new CommittableOffset(feed.key(), next, keeper));
      }

      @Override
      public boolean commits() {
        return true;
      }
    };
  }
}
