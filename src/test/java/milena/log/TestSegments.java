package milena.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import milena.record.RecordBatch;

/** Segments for tests. */
final class TestSegments {
  private TestSegments() {}

  /**
   * A sealed segment of batches of one record and one size, each a millisecond after the one
   * before. The index knows all but the first.
   */
  static Segment sealed(Path directory, long baseOffset, int count) throws IOException {
    Segment segment = Segment.create(directory, baseOffset, "");
    ByteBuffer[] batches = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      long timestampMs = TestBatches.NOW + i;
      batches[i] = TestBatches.plain(timestampMs, "value");
      RecordBatch.at(batches[i], 0).assign(baseOffset + i, 0);
      segment.stage(baseOffset + i, timestampMs, batches[i].remaining(), 0);
    }
    segment.write(batches, count);
    segment.seal();
    return segment;
  }

  /** The same files, looked at anew. */
  static Segment foundOnDisk(Path directory, long baseOffset, int size) {
    Segment segment = new Segment(directory, baseOffset, "", size, false);
    segment.sealedOnDisk();
    return segment;
  }
}
