package milena.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A segment's sparse indexes by offset and by time, and the largest timestamp that follows from
 * them. They grow with an active segment; those of a sealed one are read when they are needed, and
 * made anew from the batches when they can't be right. The log's one writer changes them; any
 * thread looks things up.
 */
final class SegmentIndexes {
  /** A timestamp and the last offset of the first batch that has it; -1 and -1 for none. */
  record Largest(long timestampMs, long offset) {
    static final Largest NONE = new Largest(-1, -1);
  }

  private final long baseOffset;
  private final SegmentFile file;
  private final OffsetIndex offsets;
  private final TimeIndex times;
  private final SegmentIndexer indexer;

  /** Of what is written; null in a sealed segment until it is asked for. */
  private volatile Largest largest = Largest.NONE;

  /**
   * @param file the batches that they are of
   */
  SegmentIndexes(long baseOffset, SegmentFile file, Path offsets, Path times) {
    this.baseOffset = baseOffset;
    this.file = file;
    this.offsets = new OffsetIndex(offsets, baseOffset);
    this.times = new TimeIndex(times, baseOffset);
    this.indexer = new SegmentIndexer(this.offsets, this.times);
  }

  OffsetIndex offsets() {
    return offsets;
  }

  TimeIndex times() {
    return times;
  }

  /** What decides on the entries of an active segment. */
  SegmentIndexer indexer() {
    return indexer;
  }

  /** Whether what an active segment's next batch needs may not fit into so many bytes. */
  boolean areFull(int indexBytes) {
    return (offsets.growingCount() + 1) * OffsetIndex.ENTRY_SIZE > indexBytes
        || (times.growingCount() + 2) * TimeIndex.ENTRY_SIZE > indexBytes;
  }

  /** Lets readers know of the largest timestamp that the indexer has met, its batch written. */
  void publishLargest() {
    if (indexer.maxTimestamp() != largest.timestampMs()) {
      largest = new Largest(indexer.maxTimestamp(), indexer.offsetOfMaxTimestamp());
    }
  }

  /** Saves what has grown, so that recovery may begin where the log ends now. */
  void save() throws IOException {
    offsets.save();
    times.save();
  }

  /** Ends the growth. */
  void seal() throws IOException {
    indexer.finish();
    offsets.seal();
    times.seal();
  }

  /** Makes these the indexes of a sealed segment, which are in their files. */
  void sealedOnDisk() {
    offsets.sealedOnDisk();
    times.sealedOnDisk();
    largest = null;
  }

  /** Makes the files of a sealed segment durable. */
  void force() throws IOException {
    DurableFiles.forceFile(offsets.path());
    DurableFiles.forceFile(times.path());
  }

  /** Erases the files. */
  void erase() throws IOException {
    Files.deleteIfExists(offsets.path());
    Files.deleteIfExists(times.path());
  }

  /** Bytes of the larger one. */
  long sizeInBytes() throws IOException {
    return Math.max(sound(offsets).limit(), sound(times).limit());
  }

  /** Where a scan for the first batch that ends at or past {@code offset} may begin. */
  int floorPosition(long offset, int maxPosition) throws IOException {
    sound(offsets);
    return offsets.floorPosition(offset, maxPosition);
  }

  /** As {@link TimeIndex#offsetBefore}. */
  long offsetBefore(long timestampMs) throws IOException {
    sound(times);
    return times.offsetBefore(timestampMs);
  }

  /** The largest timestamp written; of a sealed segment, read at the first need. */
  Largest largest() throws IOException {
    Largest known = largest;
    if (known == null) {
      ByteBuffer entries = sound(times);
      int last = entries.limit() / TimeIndex.ENTRY_SIZE - 1;
      known =
          last < 0
              ? Largest.NONE
              : new Largest(TimeIndex.timestampAt(entries, last), times.offsetAt(entries, last));
      largest = known;
    }
    return known;
  }

  /** As {@link #largest}, of an active segment. */
  Largest largestSoFar() {
    return largest;
  }

  /** Reads those of a sealed segment, and makes them anew when they can't be right. */
  void check() throws IOException {
    sound(offsets);
    sound(times);
  }

  private ByteBuffer sound(SparseIndex index) throws IOException {
    try {
      return index.entries();
    } catch (SparseIndex.CorruptIndexException | NoSuchFileException broken) {
      rebuild();
      return index.entries();
    }
  }

  /** Makes those of a sealed segment anew from its batches. */
  synchronized void rebuild() throws IOException {
    file.retain();
    try {
      OffsetIndex newOffsets = new OffsetIndex(besides(offsets), baseOffset);
      TimeIndex newTimes = new TimeIndex(besides(times), baseOffset);
      SegmentIndexer anew = new SegmentIndexer(newOffsets, newTimes);
      int size = (int) Math.min(Integer.MAX_VALUE, file.channel().size());
      BatchHeaders headers = new BatchHeaders(file.channel(), 0, size);
      while (headers.next()) {
        anew.add(
            headers.header().lastOffset(),
            headers.header().maxTimestamp(),
            headers.position(),
            headers.header().sizeInBytes(),
            LogRecovery.REBUILT_INDEX_INTERVAL);
      }
      anew.finish();
      newOffsets.seal();
      newTimes.seal();
      offsets.replaceBy(newOffsets);
      times.replaceBy(newTimes);
      largest = null;
    } finally {
      file.release();
    }
  }

  private static Path besides(SparseIndex index) {
    return index.path().resolveSibling(index.path().getFileName() + ".new");
  }
}
