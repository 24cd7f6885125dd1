package milena.streams.engine;

import milena.streams.core.ProducerWindow;
import milena.streams.core.ProducerWindow.Entry;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;

/**
 * What a sink has for one partition: a batch that is being filled, and those that are closed. A
 * batch is closed when it is full, or when it is old enough and nothing else is under way. Belongs
 * to its stage.
 */
final class PartitionOutbox {
  private final TopicPartition partition;
  private final int batchBytes;
  private final Compression compression;
  private final ProducerWindow<ProducerBatch> window;
  private final ProducerIdentity producer;
  private ProducerBatch open;
  private int nextSequence;
  private int closedBatches;

  PartitionOutbox(
      TopicPartition partition,
      int batchBytes,
      Compression compression,
      int inFlightMax,
      ProducerIdentity producer) {
    this.partition = partition;
    this.batchBytes = batchBytes;
    this.compression = compression;
    this.window = new ProducerWindow<>(inFlightMax);
    this.producer = producer;
  }

  TopicPartition partition() {
    return partition;
  }

  ProducerWindow<ProducerBatch> window() {
    return window;
  }

  /** Counts the batches that were closed. */
  int closedBatches() {
    return closedBatches;
  }

  /**
   * Puts a record into the batch that is being filled.
   *
   * @return how many bytes it takes
   */
  int append(
      long timestampMs,
      byte[] key,
      byte[] value,
      Header[] headers,
      Pending<?, ?, ?> pending,
      int index) {
    int about = (key == null ? 0 : key.length) + (value == null ? 0 : value.length) + 16;
    if (open != null && open.plainBytes() + about > batchBytes) {
      close();
    }
    if (open == null) {
      open = new ProducerBatch(compression, Math.max(batchBytes, about + 64));
    }
    int before = open.recordCount() == 0 ? 0 : open.plainBytes();
    open.append(timestampMs, key, value, headers, pending, index);
    return open.plainBytes() - before;
  }

  /**
   * The next batch to be sent, or null.
   *
   * @param lingerNanos how old a batch that is not full must be, if nothing else is under way
   */
  Entry<ProducerBatch> next(long nowNanos, long lingerNanos) {
    boolean isDue =
        open != null
            && (open.plainBytes() >= batchBytes
                || !window.isBusy() && nowNanos - open.createdNanos() >= lingerNanos);
    if (isDue) {
      close();
    }
    return window.next();
  }

  /** Whether a batch waits for nothing but its time. */
  boolean isLingering() {
    return open != null && !window.isBusy();
  }

  /** When the batch that is being filled got its first record, by {@link System#nanoTime}. */
  long openedNanos() {
    return open.createdNanos();
  }

  /** Nothing more is written: lets go of the batch that is being filled. */
  void abandon() {
    if (open != null) {
      open.abandon();
      open = null;
    }
  }

  private void close() {
    window.add(open, open.close(producer.id(), producer.epoch(), nextSequence));
    int after = nextSequence + open.recordCount();
    // Sequence numbers go on at 0 behind the largest.
    nextSequence = after < 0 ? after - Integer.MAX_VALUE - 1 : after;
    open = null;
    closedBatches++;
  }
}
