package milena.log;

import java.io.IOException;
import java.util.List;

/**
 * Segments that have left their log and whose files, renamed, still wait to be erased. Readers of
 * older views may read them until then.
 */
public final class DeletedSegments {
  private final List<Segment> segments;

  DeletedSegments(List<Segment> segments) {
    this.segments = List.copyOf(segments);
  }

  public boolean isEmpty() {
    return segments.isEmpty();
  }

  /** Removes the files; once, on any thread. Those left by a crash are removed at the next open. */
  public void erase() throws IOException {
    for (Segment segment : segments) {
      segment.erase();
    }
  }
}
