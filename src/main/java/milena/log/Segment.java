package milena.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file of batches from a base offset on, with its indexes. The last segment of a log is active:
 * its one writer stages, writes and at last {@link #seal}s it. Any thread looks things up, within
 * the size that a view tells.
 */
final class Segment {
  private final long baseOffset;
  private final SegmentFile file;
  private final SegmentIndexes indexes;
  private final TransactionIndex aborted;
  private volatile int size;
  private volatile boolean sealed;
  private int stagedSize;
  private long firstTimestampMs = -1;

  /** The open file whose position is the end of what is written. */
  private FileChannel positioned;

  /** A segment of files that are there (or, of an active one, may not be yet). */
  Segment(Path directory, long baseOffset, String suffix, int size, boolean hasAborted) {
    this.baseOffset = baseOffset;
    this.file = new SegmentFile(path(directory, baseOffset, LogFiles.LOG, suffix));
    this.indexes =
        new SegmentIndexes(
            baseOffset,
            file,
            path(directory, baseOffset, LogFiles.OFFSET_INDEX, suffix),
            path(directory, baseOffset, LogFiles.TIME_INDEX, suffix));
    this.aborted =
        new TransactionIndex(
            path(directory, baseOffset, LogFiles.TRANSACTION_INDEX, suffix), hasAborted);
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

  SegmentIndexes indexes() {
    return indexes;
  }

  TransactionIndex aborted() {
    return aborted;
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
        || stagedSize > 0 && (stagedSize > segmentBytes - batchSize || indexes.areFull(indexBytes));
  }

  /** Counts a batch that will be written next, and indexes it. */
  void stage(long lastOffset, long maxTimestampMs, int batchSize, int indexIntervalBytes) {
    if (stagedSize == 0) {
      firstTimestampMs = maxTimestampMs;
    }
    indexes.indexer().add(lastOffset, maxTimestampMs, stagedSize, batchSize, indexIntervalBytes);
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
    indexes.publishLargest();
  }

  /** Takes what the file holds up to here as written: after recovery. */
  void recoveredTo(int validSize) {
    size = validSize;
    stagedSize = validSize;
    indexes.publishLargest();
  }

  /** Ends the segment's growth. */
  void seal() throws IOException {
    indexes.seal();
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

  /** Makes this a sealed segment that was found on disk. */
  void sealedOnDisk() {
    indexes.sealedOnDisk();
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
      indexes.force();
    }
    aborted.force();
  }

  /** When the segment was last in use, for retention: by its records, else by its file. */
  long lastUsedMs() throws IOException {
    long byRecords = indexes.largest().timestampMs();
    return byRecords >= 0 ? byRecords : Files.getLastModifiedTime(file.path()).toMillis();
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

  /** Gives the files' names another suffix. Readers find them under the old or the new name. */
  void rename(Path directory, String suffix) throws IOException {
    for (String kind : LogFiles.toRename(suffix)) {
      Path to = path(directory, baseOffset, kind, suffix);
      switch (kind) {
        case LogFiles.LOG:
          file.rename(to);
          break;
        case LogFiles.OFFSET_INDEX:
          indexes.offsets().rename(to);
          break;
        case LogFiles.TIME_INDEX:
          indexes.times().rename(to);
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
    indexes.erase();
    Files.deleteIfExists(aborted.path());
  }

  @Override
  public String toString() {
    return file.path() + " (" + size + " bytes)";
  }
}
