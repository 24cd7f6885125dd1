package milena.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The segments of an open log, in the order of their offsets, of which the last is active. Owned by
 * the log's writer; {@link #published} may go to readers.
 */
final class LogSegments {
  private static final Segment[] NONE = new Segment[0];

  private final Path directory;
  private final List<Segment> segments;
  private Segment[] published = NONE;
  private long sealedBytes;

  /** Takes over the list, which is not empty. */
  LogSegments(Path directory, List<Segment> segments) {
    this.directory = directory;
    this.segments = segments;
    changed();
  }

  private void changed() {
    published = segments.toArray(NONE);
    sealedBytes = 0;
    for (int i = 0; i < published.length - 1; i++) {
      sealedBytes += published[i].size();
    }
  }

  List<Segment> all() {
    return segments;
  }

  Segment first() {
    return segments.get(0);
  }

  Segment active() {
    return segments.get(segments.size() - 1);
  }

  /** The segments as they are now; not changed any more. */
  Segment[] published() {
    return published;
  }

  /** Bytes of all but the active segment. */
  long sealedBytes() {
    return sealedBytes;
  }

  /** Those of which records past the recovery point may be, retained for whoever forces them. */
  List<Segment> retainUnforced(long recoveryPoint) throws IOException {
    List<Segment> unforced = new ArrayList<>();
    for (int i = segments.size() - 1; i >= 0; i--) {
      if (i < segments.size() - 1 && segments.get(i + 1).baseOffset() <= recoveryPoint) {
        break;
      }
      segments.get(i).file().retain();
      unforced.add(segments.get(i));
    }
    return unforced;
  }

  /** Goes on in a new segment; one that was sealed before it. */
  void begin(long baseOffset) throws IOException {
    segments.add(Segment.create(directory, baseOffset, ""));
    changed();
  }

  /** Begins the active segment, which is empty, at another offset. */
  void rebase(long baseOffset) throws IOException {
    if (active().baseOffset() != baseOffset) {
      segments.remove(segments.size() - 1).erase();
      begin(baseOffset);
    }
  }

  /**
   * Drops what ends past the offset; readers of the segment that is cut keep the old one.
   *
   * @param epochs history up to the end at least; not changed
   * @return where the segments end now: at the offset, or below it
   */
  long cutAt(long offset, LeaderEpochs epochs, int indexIntervalBytes) throws IOException {
    while (active().baseOffset() > offset) {
      segments.remove(segments.size() - 1).erase();
    }
    Segment before = active();
    Segment cut = before.reopen(directory);
    before.file().release();
    segments.set(segments.size() - 1, cut);
    changed();
    SegmentResume resume = new SegmentResume(cut, epochs, indexIntervalBytes, false);
    resume.cut(offset, offset);
    cut.indexes().save();
    cut.aborted().truncateTo(offset);
    return resume.endOffset();
  }

  /** Drops all, and begins at the offset. */
  void restart(long offset) throws IOException {
    while (!segments.isEmpty()) {
      segments.remove(segments.size() - 1).erase();
    }
    begin(offset);
  }

  /** Takes the oldest out, with their files renamed. */
  DeletedSegments takeOldest(int count) throws IOException {
    List<Segment> gone = List.copyOf(segments.subList(0, count));
    for (Segment segment : gone) {
      segment.rename(directory, LogFiles.DELETED);
      segments.remove(0);
    }
    changed();
    return new DeletedSegments(gone);
  }

  /** Whether these are the oldest ones still, with at least one behind them. */
  boolean beginWith(List<Segment> oldest) {
    return oldest.size() < segments.size() && segments.subList(0, oldest.size()).equals(oldest);
  }

  /** Puts a segment that compaction wrote in the place of its sources. */
  void replace(Compaction.Group group) throws IOException {
    Segment compacted = group.compacted();
    compacted.rename(directory, LogFiles.SWAP);
    DurableFiles.forceDirectory(directory);
    for (Segment source : group.sources()) {
      source.rename(directory, LogFiles.DELETED);
    }
    compacted.rename(directory, "");
    int at = segments.indexOf(group.sources().get(0));
    segments.subList(at, at + group.sources().size()).clear();
    segments.add(at, compacted);
    changed();
  }

  void release() {
    segments.forEach(segment -> segment.file().release());
  }
}
