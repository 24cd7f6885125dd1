package milena.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import milena.record.RecordBatch;

/**
 * Brings a segment that is to grow, or whose end is in doubt, back from disk: takes what its
 * indexes say of the trusted part, steps through the rest, and cuts the file after the last batch
 * that can be right. What was once safely on disk is never cut: damage there stays, with what
 * follows it.
 */
final class SegmentResume {
  private final Segment segment;
  private final SegmentIndexes indexes;
  private final int intervalBytes;
  private final boolean checkCrc;
  private LeaderEpochs epochs;
  private long endOffset;
  private int validSize;
  private long damagedFrom = -1;
  private boolean damagedToItsEnd;

  /** Whether the next batch is the one that the last index entry names. */
  private boolean indexed;

  /** Whether the next batch is the first behind a damaged place. */
  private boolean afterDamage;

  /**
   * @param epochs history up to the segment; batches add to it
   * @param checkCrc whether to read the batches that are not trusted whole
   */
  SegmentResume(Segment segment, LeaderEpochs epochs, int intervalBytes, boolean checkCrc) {
    this.segment = segment;
    this.indexes = segment.indexes();
    this.epochs = epochs;
    this.intervalBytes = intervalBytes;
    this.checkCrc = checkCrc;
    this.endOffset = segment.baseOffset();
  }

  LeaderEpochs epochs() {
    return epochs;
  }

  /** Offset after the segment's last batch; its base offset when it has none. */
  long endOffset() {
    return endOffset;
  }

  /** Where the first damaged place begins that was not cut, -1 when there is none. */
  long damagedFrom() {
    return damagedFrom;
  }

  /** Whether nothing sound follows the damaged place: nothing may be appended behind it. */
  boolean isDamagedToItsEnd() {
    return damagedToItsEnd;
  }

  /**
   * Reads what is at or past {@code trustedUpTo}, or past the last index entry before it, up to the
   * first batch that ends past {@code upTo}; cuts all behind.
   */
  void cut(long trustedUpTo, long upTo) throws IOException {
    FileChannel file = segment.file().channel();
    int fileSize = sizeOf(file);
    walk(file, startFromIndexes(file, fileSize, trustedUpTo), fileSize, trustedUpTo, upTo);
    cutBehind(file);
  }

  /**
   * Reads as {@link #cut} does, all of the segment. Damage below {@code keptUpTo} is no torn tail:
   * the batches go on where the next sound one is found. When none is, the segment's end counts as
   * damaged if {@code endIsKnown}; if not, a crash may well have left it so, and it is cut.
   *
   * @return how many bytes were cut
   */
  int recover(long trustedUpTo, long keptUpTo, boolean endIsKnown) throws IOException {
    FileChannel file = segment.file().channel();
    int fileSize = sizeOf(file);
    int start = startFromIndexes(file, fileSize, trustedUpTo);
    walk(file, start, fileSize, trustedUpTo, Long.MAX_VALUE);
    while (validSize < fileSize && endOffset < keptUpTo) {
      int sound = SoundBatches.first(file, validSize + 1, fileSize, endOffset, keptUpTo);
      if (sound < 0 && !endIsKnown) {
        break;
      }
      damagedFrom = damagedFrom < 0 ? endOffset : damagedFrom;
      if (sound < 0) {
        damagedToItsEnd = true;
        validSize = fileSize;
      } else {
        afterDamage = true;
        walk(file, sound, fileSize, trustedUpTo, Long.MAX_VALUE);
      }
    }
    return cutBehind(file);
  }

  private static int sizeOf(FileChannel file) throws IOException {
    return (int) Math.min(Integer.MAX_VALUE, file.size());
  }

  private int cutBehind(FileChannel file) throws IOException {
    long size = file.size();
    if (validSize < size) {
      file.truncate(validSize);
    }
    segment.recoveredTo(validSize);
    return (int) Math.min(Integer.MAX_VALUE, size - validSize);
  }

  /** Steps through the batches from a position on, which is where one begins. */
  private void walk(FileChannel file, int start, int fileSize, long trustedUpTo, long upTo)
      throws IOException {
    validSize = start;
    BatchHeaders headers =
        checkCrc
            ? BatchHeaders.forScan(file, start, fileSize)
            : new BatchHeaders(file, start, fileSize);
    while (headers.next()) {
      RecordBatch batch = headers.header();
      int size = batch.sizeInBytes();
      if (batch.lastOffsetDelta() < 0
          || batch.baseOffset() < endOffset
          || batch.nextOffset() > upTo
          || batch.lastOffset() - segment.baseOffset() > Integer.MAX_VALUE) {
        break;
      }
      if (checkCrc && batch.lastOffset() >= trustedUpTo && !headers.isCrcValid()) {
        break;
      }
      epochs = epochs.with(batch.partitionLeaderEpoch(), batch.baseOffset());
      if (indexed) {
        indexes.indexer().skip(size);
        indexed = false;
      } else {
        // Behind damage an entry at once: who looks for what follows must not start before it.
        indexes
            .indexer()
            .add(
                batch.lastOffset(),
                batch.maxTimestamp(),
                headers.position(),
                size,
                afterDamage ? -1 : intervalBytes);
        afterDamage = false;
      }
      endOffset = batch.nextOffset();
      validSize = headers.position() + size;
    }
    if (indexed) {
      throw new IllegalStateException("The batch that the index names has gone: " + segment);
    }
  }

  /** Position of the batch of the last usable index entry; 0 and no entries when none is. */
  private int startFromIndexes(FileChannel file, int fileSize, long trustedUpTo)
      throws IOException {
    ByteBuffer offsets = soundEntries(indexes.offsets());
    ByteBuffer times = soundEntries(indexes.times());
    int kept = indexes.offsets().countUpTo(offsets, trustedUpTo - 1);
    if (kept > 0) {
      int position = OffsetIndex.positionAt(offsets, kept - 1);
      long offset = indexes.offsets().offsetAt(offsets, kept - 1);
      int keptTimes = indexes.times().countUpTo(times, offset);
      BatchHeaders headers = new BatchHeaders(file, Math.min(position, fileSize), fileSize);
      if (headers.next() && headers.header().lastOffset() == offset && keptTimes > 0) {
        startFrom(indexes.offsets(), offsets, kept * OffsetIndex.ENTRY_SIZE);
        startFrom(indexes.times(), times, keptTimes * TimeIndex.ENTRY_SIZE);
        indexes
            .indexer()
            .resume(
                TimeIndex.timestampAt(times, keptTimes - 1),
                indexes.times().offsetAt(times, keptTimes - 1));
        indexed = true;
        return position;
      }
    }
    startFrom(indexes.offsets(), offsets, 0);
    startFrom(indexes.times(), times, 0);
    return 0;
  }

  private static void startFrom(SparseIndex index, ByteBuffer entries, int bytes) {
    boolean sameOnDisk = bytes == entries.limit() && bytes > 0;
    index.startFrom(entries.limit(bytes).position(0), sameOnDisk);
  }

  /** None when the file is missing or not sound. */
  private static ByteBuffer soundEntries(SparseIndex index) throws IOException {
    try {
      ByteBuffer entries = SparseIndex.readFile(index.path());
      return index.isSound(entries) ? entries : ByteBuffer.allocate(0);
    } catch (NoSuchFileException | SparseIndex.CorruptIndexException none) {
      return ByteBuffer.allocate(0);
    }
  }
}
