package milena.cli.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import milena.record.RecordBatch;
import milena.record.RecordBatches;
import milena.record.RecordCursor;
import org.apache.kafka.common.InvalidRecordException;

/**
 * Reads one segment's files, whoever wrote them (Milena or Kafka), and tells what is not sound in
 * them: a checksum, an order, a count, an index entry that points nowhere. Changes nothing, and may
 * look at a segment that a node is writing: then only the tail can seem torn.
 *
 * @param log the {@code .log} file
 * @param batches how many whole batches it has
 * @param records how many records they say they hold
 * @param bytes the size of the whole batches
 * @param problems a sentence each; empty when all is sound
 */
record SegmentCheck(Path log, long batches, long records, long bytes, List<String> problems) {
  private static final int OFFSET_ENTRY_SIZE = 8;
  private static final int TIME_ENTRY_SIZE = 12;
  private static final int NAME_DIGITS = 20;

  /**
   * Reads a segment from its start.
   *
   * @param deep also reads (and decompresses) every record
   * @param seen given each batch, good until it returns
   */
  static SegmentCheck read(Path log, boolean deep, Consumer<RecordBatch> seen) throws IOException {
    List<String> problems = new ArrayList<>();
    Map<Integer, long[]> offsetsAt = new HashMap<>();
    long records = 0;
    ByteBuffer bytes = map(log);
    RecordBatches batches = new RecordBatches().wrap(bytes);
    long next = baseOffset(log);
    try (RecordCursor cursor = new RecordCursor()) {
      while (batches.next()) {
        RecordBatch batch = batches.batch();
        String where =
            "the batch at byte " + batches.position() + " (offset " + batch.baseOffset() + ")";
        if (!batch.isCrcValid()) {
          problems.add(where + " fails its checksum");
        } else if (deep) {
          readRecords(cursor, batch, where, problems);
        }
        if (batch.baseOffset() < next || batch.lastOffset() < batch.baseOffset()) {
          problems.add(where + " comes after offset " + (next - 1));
        }
        next = Math.max(next, batch.nextOffset());
        records += batch.recordCount();
        offsetsAt.put(batches.position(), new long[] {batch.baseOffset(), batch.lastOffset()});
        seen.accept(batch);
      }
    }
    int end = batches.position();
    if (batches.ending() == RecordBatches.Ending.TORN) {
      problems.add("the last batch is torn: " + (bytes.limit() - end) + " bytes from byte " + end);
    } else if (batches.ending() == RecordBatches.Ending.MALFORMED && !isZero(bytes, end)) {
      problems.add("what begins at byte " + end + " is no batch");
    }
    checkOffsetIndex(sibling(log, ".index"), baseOffset(log), offsetsAt, problems);
    checkTimeIndex(sibling(log, ".timeindex"), problems);
    return new SegmentCheck(log, offsetsAt.size(), records, end, problems);
  }

  private static void readRecords(
      RecordCursor cursor, RecordBatch batch, String where, List<String> problems) {
    try {
      cursor.start(batch);
      while (cursor.next()) {
        if (cursor.offset() > batch.lastOffset()) {
          problems.add(where + " holds offset " + cursor.offset() + " past its end");
          return;
        }
      }
    } catch (InvalidRecordException e) {
      problems.add(where + " can't be read: " + e.getMessage());
    }
  }

  private static void checkOffsetIndex(
      Path index, long base, Map<Integer, long[]> offsetsAt, List<String> problems)
      throws IOException {
    ByteBuffer entries = mapIfThere(index);
    long last = -1;
    for (int at = 0; at + OFFSET_ENTRY_SIZE <= entries.limit(); at += OFFSET_ENTRY_SIZE) {
      long offset = base + entries.getInt(at);
      int position = entries.getInt(at + 4);
      if (offset == base && position == 0 && at > 0) {
        break; // room that is not used yet
      }
      long[] there = offsetsAt.get(position);
      if (offset < last) {
        problems.add(index.getFileName() + " goes back to offset " + offset);
      }
      if (there == null || offset < there[0] || offset > there[1]) {
        if (!(at == 0 && position == 0 && entries.getInt(at) == 0)) {
          problems.add(
              index.getFileName()
                  + " sends offset "
                  + offset
                  + " to byte "
                  + position
                  + ", in vain");
        }
      }
      last = offset;
    }
  }

  private static void checkTimeIndex(Path index, List<String> problems) throws IOException {
    ByteBuffer entries = mapIfThere(index);
    long last = Long.MIN_VALUE;
    for (int at = 0; at + TIME_ENTRY_SIZE <= entries.limit(); at += TIME_ENTRY_SIZE) {
      long timestamp = entries.getLong(at);
      if (timestamp == 0 && entries.getInt(at + 8) == 0) {
        break; // room that is not used yet
      }
      if (timestamp < last) {
        problems.add(index.getFileName() + " goes back to time " + timestamp);
      }
      last = timestamp;
    }
  }

  /** The offset that a segment's files are named by. */
  static long baseOffset(Path log) {
    String name = log.getFileName().toString();
    try {
      return Long.parseLong(name.substring(0, Math.min(NAME_DIGITS, name.length())));
    } catch (NumberFormatException e) {
      throw new Complaint(log + " is not named by an offset, as a segment is.");
    }
  }

  private static Path sibling(Path log, String ending) {
    String name = log.getFileName().toString();
    return log.resolveSibling(name.substring(0, name.length() - ".log".length()) + ending);
  }

  private static boolean isZero(ByteBuffer bytes, int from) {
    for (int i = from; i < bytes.limit(); i++) {
      if (bytes.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private static ByteBuffer mapIfThere(Path file) throws IOException {
    try {
      return map(file);
    } catch (NoSuchFileException e) {
      return ByteBuffer.allocate(0);
    }
  }

  private static ByteBuffer map(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = Files.size(file);
      if (size > Integer.MAX_VALUE) {
        throw new Complaint(file + " is larger than a segment can be.");
      }
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, size).order(ByteOrder.BIG_ENDIAN);
    }
  }
}
