package milena.log;

import java.io.IOException;
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
 */
final class ProducerSnapshots {
  private static final short VERSION = 1;
  private static final int CRC_POSITION = 2;
  private static final int HEADER_SIZE = 10;
  private static final int CHECKED_FROM = 6;
  private static final int ENTRY_SIZE = 46;

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
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_SIZE + states.size() * ENTRY_SIZE);
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

  /** Null when the bytes are no sound snapshot. */
  static List<ProducerState> parse(ByteBuffer bytes) {
    if (bytes.remaining() < HEADER_SIZE
        || bytes.getShort(0) != VERSION
        || bytes.getInt(CRC_POSITION) != checksum(bytes)
        || bytes.remaining() != HEADER_SIZE + (long) bytes.getInt(CHECKED_FROM) * ENTRY_SIZE) {
      return null;
    }
    List<ProducerState> states = new ArrayList<>();
    bytes.position(HEADER_SIZE);
    while (bytes.hasRemaining()) {
      long producerId = bytes.getLong();
      short epoch = bytes.getShort();
      int sequence = bytes.getInt();
      long offset = bytes.getLong();
      int delta = bytes.getInt();
      long timestamp = bytes.getLong();
      ProducerState.Batch last =
          offset < 0 ? null : new ProducerState.Batch(sequence, offset, delta, timestamp);
      states.add(
          ProducerState.restored(
              producerId, epoch, bytes.getInt(), timestamp, bytes.getLong(), last));
    }
    return states;
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
