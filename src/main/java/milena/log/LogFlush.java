package milena.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A flush under way, from {@link PartitionLog#startFlush}; may be forced on any thread. */
public final class LogFlush {
  private final Path directory;
  private final List<Segment> segments;
  private final LeaderEpochs newEpochs;
  private final boolean newFiles;
  private final long endOffset;
  private final int truncations;

  /**
   * @param segments each retained once
   * @param newEpochs written but not forced; null when they are on disk for good
   * @param newFiles whether segments were begun since the last flush
   * @param truncations how often the log had been truncated when the flush began
   */
  LogFlush(
      Path directory,
      List<Segment> segments,
      LeaderEpochs newEpochs,
      boolean newFiles,
      long endOffset,
      int truncations) {
    this.directory = directory;
    this.segments = segments;
    this.newEpochs = newEpochs;
    this.newFiles = newFiles;
    this.endOffset = endOffset;
    this.truncations = truncations;
  }

  /** Offset below which everything is on disk once {@link #force} has returned. */
  public long endOffset() {
    return endOffset;
  }

  int truncations() {
    return truncations;
  }

  LeaderEpochs newEpochs() {
    return newEpochs;
  }

  /** Forces to disk; blocks. To be called exactly once. */
  public void force() throws IOException {
    try {
      for (Segment segment : segments) {
        segment.force();
      }
      if (newEpochs != null) {
        // The file may have been replaced by a newer one since, which is as good.
        DurableFiles.forceFile(directory.resolve(LogFiles.LEADER_EPOCHS));
      }
      if (newEpochs != null || newFiles) {
        DurableFiles.forceDirectory(directory);
      }
    } finally {
      segments.forEach(segment -> segment.file().release());
    }
  }
}
