package milena.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.common.config.LogConfig;
import milena.record.RecordBatch;
import milena.record.RecordCursor;
import org.apache.kafka.common.InvalidRecordException;

/**
 * The compaction of a log's oldest segments, from {@link LogCleanup#planCompaction}: {@link #run}
 * writes them anew, on any thread while the log goes on; {@link LogCleanup#finishCompaction} puts
 * the new ones in the place of the old.
 */
public final class Compaction {
  private static final int WRITE_BYTES = 1 << 20;

  /** Sealed segments, and the one that they become. */
  record Group(List<Segment> sources, Segment compacted) {}

  private final Path directory;
  private final LogConfig config;
  private final List<Segment> segments;
  private final long dirtyFrom;
  private final List<TransactionIndex.Entry> aborted;
  private final Map<Long, BatchCompactor.LastOfProducer> producers;
  private final long nowMs;
  private final List<Group> groups = new ArrayList<>();
  private long cleanedUpTo;

  /**
   * @param segments sealed and below every open transaction; each retained once
   * @param upTo offset where the last of them ends
   */
  Compaction(
      Path directory,
      LogConfig config,
      List<Segment> segments,
      long dirtyFrom,
      long upTo,
      List<TransactionIndex.Entry> aborted,
      Map<Long, BatchCompactor.LastOfProducer> producers,
      long nowMs) {
    this.directory = directory;
    this.config = config;
    this.segments = segments;
    this.dirtyFrom = dirtyFrom;
    this.cleanedUpTo = upTo;
    this.aborted = aborted;
    this.producers = producers;
    this.nowMs = nowMs;
  }

  /** Where the cleaned part ends after {@link #run}. */
  public long cleanedUpTo() {
    return cleanedUpTo;
  }

  List<Group> groups() {
    return groups;
  }

  /**
   * Writes the new segments beside the old ones; blocks for as long as it takes. Once. When it
   * throws, nothing is left of them.
   *
   * @throws DamagedLogException when a source is damaged, which then stays as it is
   */
  public void run(CompactionLimits limits) throws IOException {
    boolean whole = false;
    try {
      KeyOffsets lastOffsets = new KeyOffsets(limits.maxKeys());
      readKeys(lastOffsets, limits.pace());
      TransactionFilter transactions = new TransactionFilter(aborted);
      try (BatchCompactor compactor =
          new BatchCompactor(
              lastOffsets,
              transactions,
              producers,
              cleanedUpTo,
              nowMs,
              config.deleteRetentionMs())) {
        for (List<Segment> sources : grouped()) {
          groups.add(new Group(sources, rewrite(sources, compactor, transactions, limits.pace())));
        }
      }
      whole = true;
    } catch (InvalidRecordException e) {
      throw new DamagedLogException("in " + directory + ": " + e.getMessage());
    } finally {
      segments.forEach(segment -> segment.file().release());
      if (!whole) {
        discard();
      }
    }
  }

  /** Reads the last offset of each key of the dirty part, as far as there is room for. */
  private void readKeys(KeyOffsets lastOffsets, CompactionLimits.Pace pace) throws IOException {
    TransactionFilter transactions = new TransactionFilter(aborted);
    try (RecordCursor records = new RecordCursor()) {
      for (Segment segment : segments) {
        BatchHeaders headers = BatchHeaders.forScan(segment.file().channel(), 0, segment.size());
        while (headers.next()) {
          RecordBatch batch = headers.header();
          if (batch.lastOffset() < dirtyFrom || batch.isControl()) {
            continue;
          }
          if (!transactions.isAborted(batch)
              && !readKeys(records.start(headers.readWhole()), lastOffsets)) {
            cleanedUpTo = batch.baseOffset();
            return;
          }
        }
        headers.requireLimit(segment);
        pace.moved(segment.size());
      }
    }
  }

  private boolean readKeys(RecordCursor records, KeyOffsets lastOffsets) {
    while (records.next()) {
      if (records.hasKey()
          && records.offset() >= dirtyFrom
          && !lastOffsets.put(records.key(), records.offset())) {
        return false;
      }
    }
    return true;
  }

  /** Neighbours that fit one segment together, of those that begin below what was read. */
  private List<List<Segment>> grouped() throws IOException {
    List<List<Segment>> all = new ArrayList<>();
    List<Segment> group = new ArrayList<>();
    long bytes = 0;
    long indexBytes = 0;
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      if (segment.baseOffset() >= cleanedUpTo) {
        break;
      }
      long end = i + 1 < segments.size() ? segments.get(i + 1).baseOffset() : cleanedUpTo;
      long index = segment.indexes().sizeInBytes();
      boolean fits =
          !group.isEmpty()
              && bytes + segment.size() <= config.segmentBytes()
              && indexBytes + index <= config.segmentIndexBytes()
              && end - 1 - group.get(0).baseOffset() <= Integer.MAX_VALUE;
      if (!fits) {
        group = new ArrayList<>();
        all.add(group);
        bytes = 0;
        indexBytes = 0;
      }
      group.add(segment);
      bytes += segment.size();
      indexBytes += index;
    }
    return all;
  }

  private Segment rewrite(
      List<Segment> sources,
      BatchCompactor compactor,
      TransactionFilter transactions,
      CompactionLimits.Pace pace)
      throws IOException {
    Segment target = Segment.create(directory, sources.get(0).baseOffset(), LogFiles.CLEANED);
    boolean whole = false;
    try {
      for (Segment source : sources) {
        copyKept(source, target, compactor, pace);
      }
      TransactionIndex.write(target.aborted().path(), transactions.takeStillNeeded());
      target = target.sealedWithAborted(directory);
      target.force();
      whole = true;
      return target;
    } finally {
      if (!whole) {
        target.erase();
      }
    }
  }

  private void copyKept(
      Segment source, Segment target, BatchCompactor compactor, CompactionLimits.Pace pace)
      throws IOException {
    StagedBatches staged = new StagedBatches();
    long moved = 0;
    BatchHeaders headers = BatchHeaders.forScan(source.file().channel(), 0, source.size());
    while (headers.next()) {
      RecordBatch batch = headers.readWhole();
      if (!batch.isCrcValid()) {
        throw DamagedLogException.at(source, headers.position(), source.size());
      }
      ByteBuffer kept = compactor.compact(batch);
      moved += batch.sizeInBytes() + (kept == null ? 0 : kept.remaining());
      if (moved >= WRITE_BYTES) {
        pace.moved(moved);
        moved = 0;
      }
      if (kept != null) {
        RecordBatch written = RecordBatch.at(kept, 0);
        target.stage(
            written.lastOffset(),
            written.maxTimestamp(),
            kept.remaining(),
            config.indexIntervalBytes());
        staged.add(kept);
        if (target.stagedSize() - target.size() >= WRITE_BYTES) {
          staged.writeTo(target);
        }
      }
    }
    headers.requireLimit(source);
    if (!staged.isEmpty()) {
      staged.writeTo(target);
    }
    pace.moved(moved);
  }

  /** The compaction that is due; see {@link LogCleanup#planCompaction}. */
  static Optional<Compaction> plan(
      Path directory,
      LogConfig config,
      List<Segment> all,
      ProducerStates producers,
      long cleanedUpTo,
      long stableOffset,
      long nowMs)
      throws IOException {
    long dirtyFrom = Math.max(cleanedUpTo, all.get(0).baseOffset());
    List<Segment> cleanable = cleanable(all, config, dirtyFrom, stableOffset, nowMs);
    if (!config.compact() || !isDue(cleanable, dirtyFrom, config, nowMs)) {
      return Optional.empty();
    }
    List<TransactionIndex.Entry> aborted = new ArrayList<>();
    for (Segment segment : all) {
      aborted.addAll(segment.aborted().entries());
    }
    Map<Long, BatchCompactor.LastOfProducer> lasts = new HashMap<>();
    for (ProducerState state : producers.live()) {
      lasts.put(
          state.producerId(), new BatchCompactor.LastOfProducer(state.lastOffset(), state.epoch()));
    }
    for (Segment segment : cleanable) {
      segment.file().retain();
    }
    long upTo = all.get(cleanable.size()).baseOffset();
    return Optional.of(
        new Compaction(directory, config, cleanable, dirtyFrom, upTo, aborted, lasts, nowMs));
  }

  /** The sealed segments below the stable offset and, where dirty, old enough. */
  private static List<Segment> cleanable(
      List<Segment> all, LogConfig config, long dirtyFrom, long stableOffset, long nowMs)
      throws IOException {
    int count = 0;
    while (count < all.size() - 1 && all.get(count + 1).baseOffset() <= stableOffset) {
      Segment segment = all.get(count);
      if (config.minCompactionLagMs() > 0
          && segment.baseOffset() >= dirtyFrom
          && segment.lastUsedMs() > nowMs - config.minCompactionLagMs()) {
        break;
      }
      count++;
    }
    return List.copyOf(all.subList(0, count));
  }

  /** Whether there is so much to gain, or so old a record, that the log should be compacted now. */
  private static boolean isDue(
      List<Segment> cleanable, long dirtyFrom, LogConfig config, long nowMs) throws IOException {
    long clean = 0;
    long dirty = 0;
    boolean tooOld = false;
    for (Segment segment : cleanable) {
      if (segment.baseOffset() < dirtyFrom) {
        clean += segment.size();
      } else {
        tooOld |=
            dirty == 0
                && segment.size() > 0
                && nowMs - segment.firstTimestampMs() > config.maxCompactionLagMs();
        dirty += segment.size();
      }
    }
    return dirty > 0
        && (tooOld || (double) dirty / (clean + dirty) >= config.minCleanableDirtyRatio());
  }

  /** Erases what {@link #run} wrote, when it can't be put in place any more. */
  void discard() throws IOException {
    for (Group group : groups) {
      group.compacted().erase();
    }
  }
}
