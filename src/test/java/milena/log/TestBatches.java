package milena.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import milena.record.BatchBuilder;
import milena.record.RecordBatch;
import milena.record.RecordBatches;
import milena.record.RecordCursor;
import org.apache.kafka.common.compress.Compression;

/** Batches for tests of the log, and what a slice of it holds. */
final class TestBatches {
  static final long NOW = 1_700_000_000_000L;

  private TestBatches() {}

  /** A record as a test compares it. */
  record Read(long offset, long timestampMs, String key, String value) {}

  static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  /** A batch without a producer id, of these values, all at one time. */
  static ByteBuffer plain(long timestampMs, String... values) {
    BatchBuilder batch = new BatchBuilder(Compression.NONE);
    for (String value : values) {
      batch.append(timestampMs, null, bytes(value));
    }
    return batch.build();
  }

  /** A batch of an idempotent producer. */
  static ByteBuffer of(long producerId, int epoch, int sequence, String... values) {
    return of(producerId, epoch, sequence, false, values);
  }

  static ByteBuffer of(
      long producerId, int epoch, int sequence, boolean transactional, String... values) {
    BatchBuilder batch =
        new BatchBuilder(Compression.NONE)
            .producer(producerId, (short) epoch, sequence)
            .transactional(transactional);
    for (String value : values) {
      batch.append(NOW, null, bytes(value));
    }
    return batch.build();
  }

  /** All records between two offsets, by reading slices of at most {@code maxBytes}. */
  static List<Read> readAll(LogView view, long from, long upTo, int maxBytes) throws Exception {
    List<Read> read = new ArrayList<>();
    long next = from;
    while (next < upTo) {
      try (LogSlice slice = view.read(next, upTo, maxBytes, true)) {
        if (slice.sizeInBytes() == 0) {
          break;
        }
        slice.load();
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
        BatchHeaders.readFully(slice.channel(), bytes, slice.position());
        next = slice.nextOffset();
        if (collect(bytes.flip(), from, read) > next) {
          throw new AssertionError("What comes after a slice begins in it");
        }
      }
    }
    return read;
  }

  private static long collect(ByteBuffer bytes, long from, List<Read> into) {
    RecordBatches batches = new RecordBatches().wrap(bytes);
    long next = -1;
    try (RecordCursor records = new RecordCursor()) {
      while (batches.next()) {
        RecordBatch batch = batches.batch();
        if (!batch.isCrcValid()) {
          throw new AssertionError("A batch with a wrong checksum: " + batch);
        }
        next = batch.nextOffset();
        records.start(batch);
        while (!batch.isControl() && records.next()) {
          if (records.offset() >= from) {
            into.add(
                new Read(
                    records.offset(),
                    records.timestamp(),
                    text(records.key()),
                    text(records.value())));
          }
        }
      }
    }
    if (batches.ending() != RecordBatches.Ending.CLEAN) {
      throw new AssertionError("A slice of other than whole batches");
    }
    return next;
  }

  static String text(ByteBuffer bytes) {
    return bytes == null ? null : StandardCharsets.UTF_8.decode(bytes).toString();
  }
}
