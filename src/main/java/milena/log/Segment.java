package milena.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * A file of batches from a base offset on, with its indexes. The last segment of a log is active:
 * its one writer stages, writes and at last {@link #seal}s it. Any thread looks things up, within
 * the size that a view tells.
 */
final class Segment {
  /** A timestamp and the last offset of the first batch that has it; -1 and -1 for none. */
  record Largest(long timestampMs, long offset) {}

  private final long baseOffset;
  private final SegmentFile file;
  private final OffsetIndex offsets;
  private final TimeIndex times;
  private final TransactionIndex aborted;
  private final SegmentIndexer indexer;
  private volatile int size;

  /** Of what is written; null in a sealed segment until it is asked for. */
  private volatile Largest largest = new Largest(-1, -1);

  private volatile boolean sealed;
  private int stagedSize;
  private long firstTimestampMs = -1;

  /** The open file whose position is the end of what is written. */
  private FileChannel positioned;

  /** A segment of files that are there (or, of an active one, may not be yet). */
  Segment(Path directory, long baseOffset, String suffix, int size, boolean hasAborted) {
    this.baseOffset = baseOffset;
    this.file = new SegmentFile(path(directory, baseOffset, LogFiles.LOG, suffix));
    this.offsets =
        new OffsetIndex(path(directory, baseOffset, LogFiles.OFFSET_INDEX, suffix), baseOffset);
    this.times =
        new TimeIndex(path(directory, baseOffset, LogFiles.TIME_INDEX, suffix), baseOffset);
    this.aborted =
        new TransactionIndex(
            path(directory, baseOffset, LogFiles.TRANSACTION_INDEX, suffix), hasAborted);
    this.indexer = new SegmentIndexer(offsets, times);
    this.size = size;
    this.stagedSize = size;
  }

  /** Makes a new, empty, active segment. */
  static Segment create(Path directory, long baseOffset, String suffix) throws IOException {
    SegmentFile.create(path(directory, baseOffset, LogFiles.LOG, suffix));
    return new Segment(directory, baseOffset, suffix, 0, false);
  }

  /** The same files anew, for a log that is to be cut here. Readers keep the old ones. */
  Segment reopen(Path directory) throws IOException {
    return new Segment(directory, baseOffset, "", size, !aborted.entries().isEmpty());
  }

  private static Path path(Path directory, long baseOffset, String kind, String suffix) {
    return LogFiles.path(directory, baseOffset, kind + suffix);
  }

  long baseOffset() {
    return baseOffset;
  }

  SegmentFile file() {
    return file;
  }

  OffsetIndex offsets() {
    return offsets;
  }

  TimeIndex times() {
    return times;
  }

  TransactionIndex aborted() {
    return aborted;
  }

  SegmentIndexer indexer() {
    return indexer;
  }

  /** Bytes written. */
  int size() {
    return size;
  }

  /** Bytes written and staged. */
  int stagedSize() {
    return stagedSize;
  }

  boolean isSealed() {
    return sealed;
  }

  /** Largest timestamp of the segment's first batch, from which {@code segment.ms} counts. */
  long firstTimestampMs() throws IOException {
    if (firstTimestampMs < 0 && size > 0) {
      BatchHeaders headers = new BatchHeaders(file.channel(), 0, size);
      firstTimestampMs = headers.next() ? Math.max(0, headers.header().maxTimestamp()) : -1;
    }
    return firstTimestampMs;
  }

  /** Whether a batch has no place here, whatever {@code segment.ms} says. */
  boolean isFullFor(int batchSize, long lastOffset, int segmentBytes, int indexBytes) {
    // The distance counts in an empty segment, too: compaction may have left nothing for long.
    return lastOffset - baseOffset > Integer.MAX_VALUE
        || stagedSize > 0
            && (stagedSize > segmentBytes - batchSize
                || (offsets.growingCount() + 1) * OffsetIndex.ENTRY_SIZE > indexBytes
                || (times.growingCount() + 2) * TimeIndex.ENTRY_SIZE > indexBytes);
  }

  /** Counts a batch that will be written next, and indexes it. */
  void stage(long lastOffset, long maxTimestampMs, int batchSize, int indexIntervalBytes) {
    if (stagedSize == 0) {
      firstTimestampMs = maxTimestampMs;
    }
    indexer.add(lastOffset, maxTimestampMs, stagedSize, batchSize, indexIntervalBytes);
    stagedSize += batchSize;
  }

  /** Writes the first {@code count} buffers, which are all that is staged here. */
  void write(ByteBuffer[] staged, int count) throws IOException {
    FileChannel channel = file.channel();
    if (channel != positioned) {
      channel.position(size);
      positioned = channel;
    }
    long left = stagedSize - size;
    int first = 0;
    while (left > 0) {
      left -= channel.write(staged, first, count - first);
      while (first < count && !staged[first].hasRemaining()) {
        first++;
      }
    }
    size = stagedSize;
    noteLargest();
  }

  /** Takes what the file holds up to here as written: after recovery. */
  void recoveredTo(int validSize) {
    size = validSize;
    stagedSize = validSize;
    noteLargest();
  }

  /** Saves the indexes, so that recovery may begin where the log ends now. */
  void saveIndexes() throws IOException {
    offsets.save();
    times.save();
  }

  /** Ends the segment's growth. */
  void seal() throws IOException {
    indexer.finish();
    offsets.seal();
    times.seal();
    sealed = true;
  }

  /** Seals this segment and looks at its files anew, its aborted transactions having come last. */
  Segment sealedWithAborted(Path directory) throws IOException {
    seal();
    file.release();
    boolean hasAborted = Files.exists(aborted.path());
    String name = file.path().getFileName().toString();
    String suffix = name.substring(LogFiles.name(baseOffset, LogFiles.LOG).length());
    Segment anew = new Segment(directory, baseOffset, suffix, size, hasAborted);
    anew.sealedOnDisk();
    return anew;
  }

  /** Bytes of the larger of the two indexes. */
  long indexBytes() throws IOException {
    return Math.max(healed(offsets).limit(), healed(times).limit());
  }

  /** Makes this a sealed segment that was found on disk. */
  void sealedOnDisk() {
    offsets.sealedOnDisk();
    times.sealedOnDisk();
    largest = null;
    sealed = true;
  }

  /** Forces what {@link #write} and {@link #seal} have written; any thread that is a user. */
  void force() throws IOException {
    try {
      file.channel().force(true);
    } catch (OffsetOutOfLogException gone) {
      return; // cut off since: there is nothing left to be forced
    }
    if (sealed) {
      DurableFiles.forceFile(offsets.path());
      DurableFiles.forceFile(times.path());
    }
    aborted.force();
  }

  /** The largest timestamp written; of a sealed segment, read at the first need. */
  Largest largest() throws IOException {
    Largest known = largest;
    if (known == null) {
      ByteBuffer entries = healed(times);
      int last = entries.limit() / TimeIndex.ENTRY_SIZE - 1;
      known =
          last < 0
              ? new Largest(-1, -1)
              : new Largest(TimeIndex.timestampAt(entries, last), times.offsetAt(entries, last));
      largest = known;
    }
    return known;
  }

  /** As {@link #largest}, of an active segment. */
  Largest largestSoFar() {
    return largest;
  }

  private void noteLargest() {
    if (indexer.maxTimestamp() != largest.timestampMs()) {
      largest = new Largest(indexer.maxTimestamp(), indexer.offsetOfMaxTimestamp());
    }
  }

  /** When the segment was last in use, for retention: by its records, else by its file. */
  long lastUsedMs() throws IOException {
    long byRecords = largest().timestampMs();
    return byRecords >= 0 ? byRecords : Files.getLastModifiedTime(file.path()).toMillis();
  }

  /** Where a scan for the first batch that ends at or past {@code offset} may begin. */
  int floorPosition(long offset, int maxPosition) throws IOException {
    healed(offsets);
    return offsets.floorPosition(offset, maxPosition);
  }

  /** As {@link TimeIndex#offsetBefore}. */
  long offsetBefore(long timestampMs) throws IOException {
    healed(times);
    return times.offsetBefore(timestampMs);
  }

  private ByteBuffer healed(SparseIndex index) throws IOException {
    try {
      return index.entries();
    } catch (SparseIndex.CorruptIndexException | NoSuchFileException broken) {
      rebuildIndexes();
      return index.entries();
    }
  }

  /** Notes a transaction that a marker in this segment has aborted, unless it is noted already. */
  void abortedTransaction(ProducerStates.EndedTransaction ended, ProducerStates producers)
      throws IOException {
    List<TransactionIndex.Entry> known = aborted.entries();
    if (known.isEmpty() || known.get(known.size() - 1).lastOffset() < ended.markerOffset()) {
      aborted.append(
          new TransactionIndex.Entry(
              ended.producerId(),
              ended.firstOffset(),
              ended.markerOffset(),
              producers.firstOpenOffset(ended.markerOffset() + 1)));
    }
  }

  /** Reads a sealed segment's indexes, and makes them anew when they can't be right. */
  void checkIndexes() throws IOException {
    healed(offsets);
    healed(times);
  }

  /** Makes a sealed segment's indexes anew from its batches. */
  synchronized void rebuildIndexes() throws IOException {
    file.retain();
    try {
      OffsetIndex newOffsets = new OffsetIndex(temporary(offsets), baseOffset);
      TimeIndex newTimes = new TimeIndex(temporary(times), baseOffset);
      SegmentIndexer anew = new SegmentIndexer(newOffsets, newTimes);
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

  private static Path temporary(SparseIndex index) {
    return index.path().resolveSibling(index.path().getFileName() + ".new");
  }

  /** Gives the files' names another suffix. Readers find them under the old or the new name. */
  void rename(Path directory, String suffix) throws IOException {
    for (String kind : LogFiles.toRename(suffix)) {
      Path to = path(directory, baseOffset, kind, suffix);
      switch (kind) {
        case LogFiles.LOG:
          file.rename(to);
          break;
        case LogFiles.OFFSET_INDEX:
          offsets.rename(to);
          break;
        case LogFiles.TIME_INDEX:
          times.rename(to);
          break;
        default:
          aborted.rename(to);
          break;
      }
    }
  }

  /** Ends the log's use of the segment and erases its files. */
  void erase() throws IOException {
    file.releaseErased();
    Files.deleteIfExists(file.path());
    Files.deleteIfExists(offsets.path());
    Files.deleteIfExists(times.path());
    Files.deleteIfExists(aborted.path());
  }

  @Override
  public String toString() {
    return file.path() + " (" + size + " bytes)";
  }
}
