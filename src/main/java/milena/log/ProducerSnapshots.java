package milena.log;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * The files that hold the producers' states as of an offset, which is their name. One is written
 * when a segment is rolled and when the log is closed. In Kafka's format:
 *
 * <pre>
 *   0 | version 1 (2) | CRC-32C of all from 6 on (4) | number of producers (4)
 *     { producer id (8) | epoch (2) | last sequence (4) | last offset (8) | offset delta (4)
 *       | timestamp (8) | coordinator epoch (4) | first offset of the open transaction (8) } ...
 * </pre>
 *
 * Behind it, where Kafka does not look, stand the batches before each producer's last one. Without
 * them a log that was closed with several of a producer's batches unacknowledged would take those
 * for new when the producer repeats them:
 *
 * <pre>
 *     { number of batches (1)
 *       { last sequence (4) | last offset (8) | offset delta (4) | timestamp (8) } ... } ...
 * </pre>
 */
final class ProducerSnapshots {
  private static final short VERSION = 1;
  private static final int CRC_POSITION = 2;
  private static final int HEADER_SIZE = 10;
  private static final int CHECKED_FROM = 6;
  private static final int ENTRY_SIZE = 46;
  private static final int BATCH_SIZE = 24;

  private final Path directory;
  private final TreeSet<Long> offsets = new TreeSet<>();

  ProducerSnapshots(Path directory, Collection<Long> found) {
    this.directory = directory;
    offsets.addAll(found);
  }

  /** Offset of the newest snapshot at or below {@code offset}, -1 when there is none. */
  long newest(long offset) {
    Long newest = offsets.floor(offset);
    return newest == null ? -1 : newest;
  }

  private Path path(long offset) {
    return LogFiles.path(directory, offset, LogFiles.PRODUCER_SNAPSHOT);
  }

  void write(long offset, Collection<ProducerState> states) throws IOException {
    int most = 1 + (ProducerState.KEPT_BATCHES - 1) * BATCH_SIZE;
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_SIZE + states.size() * (ENTRY_SIZE + most));
    bytes.putShort(VERSION).putInt(0).putInt(states.size());
    for (ProducerState state : states) {
      ProducerState.Batch last = state.lastBatch();
      bytes
          .putLong(state.producerId())
          .putShort(state.epoch())
          .putInt(state.lastSequence())
          .putLong(state.lastOffset())
          .putInt(last == null ? 0 : last.offsetDelta())
          .putLong(state.lastTimestampMs())
          .putInt(state.coordinatorEpoch())
          .putLong(state.txnStartOffset());
    }
    states.forEach(state -> putEarlierBatches(bytes, state.batches()));
    bytes.flip().putInt(CRC_POSITION, checksum(bytes));
    DurableFiles.replace(path(offset), bytes, false);
    offsets.add(offset);
  }

  /**
   * The states as of the newest sound snapshot at or below {@code offset}; unsound ones are
   * deleted. {@link #newest} then tells its offset.
   */
  List<ProducerState> readNewest(long offset) throws IOException {
    for (long newest = newest(offset); newest >= 0; newest = newest(offset)) {
      List<ProducerState> states = parse(SparseIndex.readFile(path(newest)));
      if (states != null) {
        return states;
      }
      delete(newest);
    }
    return List.of();
  }

  private static void putEarlierBatches(ByteBuffer bytes, ProducerState.Batch[] batches) {
    int earlier = Math.max(0, batches.length - 1);
    bytes.put((byte) earlier);
    for (int i = 0; i < earlier; i++) {
      bytes
          .putInt(batches[i].lastSequence())
          .putLong(batches[i].lastOffset())
          .putInt(batches[i].offsetDelta())
          .putLong(batches[i].timestampMs());
    }
  }

  /** Null when the bytes are no sound snapshot. */
  static List<ProducerState> parse(ByteBuffer bytes) {
    if (bytes.remaining() < HEADER_SIZE
        || bytes.getShort(0) != VERSION
        || bytes.getInt(CRC_POSITION) != checksum(bytes)) {
      return null;
    }
    long count = bytes.getInt(CHECKED_FROM);
    long earlierAt = HEADER_SIZE + count * ENTRY_SIZE;
    if (count < 0 || bytes.remaining() < earlierAt) {
      return null;
    }
    ByteBuffer earlier = bytes.slice((int) earlierAt, bytes.remaining() - (int) earlierAt);
    bytes.position(HEADER_SIZE);
    try {
      List<ProducerState> states = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        states.add(state(bytes, earlier));
      }
      return earlier.hasRemaining() ? null : states;
    } catch (BufferUnderflowException e) {
      return null;
    }
  }

  private static ProducerState state(ByteBuffer bytes, ByteBuffer earlier) {
    long producerId = bytes.getLong();
    short epoch = bytes.getShort();
    int sequence = bytes.getInt();
    long offset = bytes.getLong();
    int delta = bytes.getInt();
    long timestamp = bytes.getLong();
    List<ProducerState.Batch> batches = new ArrayList<>(ProducerState.KEPT_BATCHES);
    // Kafka's own snapshots end before these.
    for (int n = earlier.capacity() == 0 ? 0 : earlier.get(); n > 0; n--) {
      batches.add(
          new ProducerState.Batch(
              earlier.getInt(), earlier.getLong(), earlier.getInt(), earlier.getLong()));
    }
    if (offset >= 0) {
      batches.add(new ProducerState.Batch(sequence, offset, delta, timestamp));
    }
    return ProducerState.restored(
        producerId,
        epoch,
        bytes.getInt(),
        timestamp,
        bytes.getLong(),
        batches.toArray(ProducerState.Batch[]::new));
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate().position(CHECKED_FROM));
    return (int) crc.getValue();
  }

  private void delete(long offset) throws IOException {
    Files.deleteIfExists(path(offset));
    offsets.remove(offset);
  }

  void deleteAbove(long offset) throws IOException {
    for (Long above : List.copyOf(offsets.tailSet(offset, false))) {
      delete(above);
    }
  }

  void deleteBelow(long offset) throws IOException {
    for (Long below : List.copyOf(offsets.headSet(offset, false))) {
      delete(below);
    }
  }

  /** Deletes those that no segment begins with, except the newest of all. */
  void deleteStray(Collection<Long> segments) throws IOException {
    for (Long offset : List.copyOf(offsets)) {
      if (!segments.contains(offset) && offset < offsets.last()) {
        delete(offset);
      }
    }
  }
}
