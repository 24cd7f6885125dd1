package milena.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A flush under way, from {@link PartitionLog#startFlush}; may be forced on any thread. */
public final class LogFlush {
  private final Path directory;
  private final List<Segment> segments;
  private final LeaderEpochs newEpochs;
  private final long endOffset;

  /**
   * @param segments each retained once
   * @param newEpochs to be written; null when they are on disk
   */
  LogFlush(Path directory, List<Segment> segments, LeaderEpochs newEpochs, long endOffset) {
    this.directory = directory;
    this.segments = segments;
    this.newEpochs = newEpochs;
    this.endOffset = endOffset;
  }

  /** Offset below which everything is on disk once {@link #force} has returned. */
  public long endOffset() {
    return endOffset;
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
        newEpochs.write(directory.resolve(LogFiles.LEADER_EPOCHS), true);
      } else if (segments.size() > 1) {
        DurableFiles.forceDirectory(directory);
      }
    } finally {
      segments.forEach(segment -> segment.file().release());
    }
  }
}
