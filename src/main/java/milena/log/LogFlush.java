package milena.log;

import java.io.IOException;

/** A flush under way, from {@link PartitionLog#startFlush}; may be forced on any thread. */
public final class LogFlush {
  private final long endOffset;

  LogFlush(long endOffset) {
    this.endOffset = endOffset;
  }

  /** Offset below which everything is on disk once {@link #force} has returned. */
  public long endOffset() {
    return endOffset;
  }

  /** Forces to disk; blocks. Call it once. */
  public void force() throws IOException {
    throw new UnsupportedOperationException();
  }
}
