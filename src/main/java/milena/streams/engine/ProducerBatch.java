package milena.streams.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import milena.record.BatchBuilder;
import milena.streams.link.WriteAnswer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;

/** Records of one partition that go to its leader together, and whose they are. */
final class ProducerBatch {
  private final BatchBuilder builder;
  private final List<Slot> slots = new ArrayList<>();
  private final long createdNanos = System.nanoTime();

  private record Slot(
      Pending<?, ?, ?> pending, int index, long timestampMs, int keySize, int valueSize) {}

  ProducerBatch(Compression compression, int expectedSize) {
    this.builder = new BatchBuilder(compression, expectedSize);
  }

  void append(
      long timestampMs,
      byte[] key,
      byte[] value,
      Header[] headers,
      Pending<?, ?, ?> pending,
      int index) {
    builder.append(
        timestampMs,
        key == null ? null : ByteBuffer.wrap(key),
        value == null ? null : ByteBuffer.wrap(value),
        headers);
    slots.add(
        new Slot(
            pending,
            index,
            timestampMs,
            key == null ? -1 : key.length,
            value == null ? -1 : value.length));
  }

  int recordCount() {
    return slots.size();
  }

  /** Bytes, before compression. */
  int plainBytes() {
    return builder.plainSizeInBytes();
  }

  long createdNanos() {
    return createdNanos;
  }

  ByteBuffer close(long producerId, short producerEpoch, int sequence) {
    if (producerId >= 0) {
      builder.producer(producerId, producerEpoch, sequence);
    }
    return builder.build();
  }

  /** It is not written after all. */
  void abandon() {
    builder.close();
  }

  /** The leader has it. */
  void acknowledged(TopicPartition partition, WriteAnswer answer) {
    for (int i = 0; i < slots.size(); i++) {
      Slot slot = slots.get(i);
      long timestampMs =
          answer.logAppendTimeMs() >= 0 ? answer.logAppendTimeMs() : slot.timestampMs();
      // Without an offset of the batch, none of its records has one.
      slot.pending()
          .acknowledged(
              slot.index(),
              new RecordMetadata(
                  partition,
                  answer.baseOffset(),
                  answer.baseOffset() < 0 ? 0 : i,
                  timestampMs,
                  slot.keySize(),
                  slot.valueSize()));
    }
  }
}
