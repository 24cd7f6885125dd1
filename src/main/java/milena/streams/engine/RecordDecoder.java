package milena.streams.engine;

import java.nio.ByteBuffer;
import java.util.Optional;
import milena.streams.ConsumerSettings;
import milena.streams.core.Chunk;
import milena.streams.core.ChunkReader;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Deserializer;

/** Makes a stage's chunks Kafka's records. Used by one stage. */
final class RecordDecoder<K, V> implements AutoCloseable {
  private final Deserializer<K> keys;
  private final Deserializer<V> values;
  private final ChunkReader reader;
  private PartitionFeed feed;
  private Optional<Integer> leaderEpoch = Optional.empty();

  RecordDecoder(ConsumerSettings<K, V> settings) {
    this.keys = settings.keyDeserializer();
    this.values = settings.valueDeserializer();
    this.reader = new ChunkReader(Boolean.parseBoolean(settings.property("check.crcs")));
  }

  /** Goes before the first record of this chunk. */
  void start(PartitionFeed of, Chunk chunk) {
    feed = of;
    reader.start(chunk);
  }

  /** Whose chunk is being decoded; null when none is. */
  PartitionFeed feed() {
    return reader.chunk() == null ? null : feed;
  }

  /** What is left of the chunk that is being decoded, or null. */
  Chunk rest() {
    return reader.rest();
  }

  /** Forgets what is left of the chunk. */
  void drop() {
    reader.drop();
  }

  /** The next record, or null at the end of the chunk. */
  ConsumerRecord<K, V> next() {
    if (reader.chunk() == null || !reader.next()) {
      return null;
    }
    String topic = feed.partition().topic();
    int epoch = reader.leaderEpoch();
    if (leaderEpoch.isEmpty() || leaderEpoch.get() != epoch) {
      leaderEpoch = Optional.of(epoch);
    }
    Header[] some = reader.headers();
    Headers headers = some.length == 0 ? new RecordHeaders() : new RecordHeaders(some);
    ByteBuffer key = reader.key();
    ByteBuffer value = reader.value();
    int keySize = key == null ? ConsumerRecord.NULL_SIZE : key.remaining();
    int valueSize = value == null ? ConsumerRecord.NULL_SIZE : value.remaining();
    try {
      return new ConsumerRecord<>(
          topic,
          feed.partition().partition(),
          reader.offset(),
          reader.timestamp(),
          reader.timestampType(),
          keySize,
          valueSize,
          key == null ? null : keys.deserialize(topic, headers, key),
          value == null ? null : values.deserialize(topic, headers, value),
          headers,
          leaderEpoch);
    } catch (RuntimeException e) {
      throw new SerializationException(
          "The record at offset "
              + reader.offset()
              + " of "
              + feed.partition()
              + " can't be deserialised",
          e);
    }
  }

  @Override
  public void close() {
    reader.close();
  }
}
