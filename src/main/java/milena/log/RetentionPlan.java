package milena.log;

import java.io.IOException;
import java.util.List;
import milena.common.config.LogConfig;

/**
 * How many of a log's oldest segments are to go, and why: the first breach that asks for as many.
 */
public record RetentionPlan(int segmentCount, Reason reason) {
  /** What asks for the deletion. */
  public enum Reason {
    NONE,
    /** All of the segment lies below the log start offset. */
    LOG_START,
    /** {@code retention.ms}: the segment's last record is too old. */
    TIME,
    /** {@code retention.bytes}: without the segment the log is still as large as it may be. */
    SIZE
  }

  static final RetentionPlan NOTHING = new RetentionPlan(0, Reason.NONE);

  public boolean isEmpty() {
    return segmentCount == 0;
  }

  /**
   * Plans for a log of these segments. Nothing at or past the high watermark goes, nor the last
   * segment when it is empty.
   */
  static RetentionPlan of(
      List<Segment> segments,
      LogConfig config,
      long logStartOffset,
      long logEndOffset,
      long highWatermark,
      long nowMs)
      throws IOException {
    long excess = 0;
    for (Segment segment : segments) {
      excess += segment.size();
    }
    excess -= config.retentionBytes();
    boolean bySize = config.delete() && config.retentionBytes() >= 0;
    boolean byTime = config.delete() && config.retentionMs() >= 0;
    RetentionPlan plan = NOTHING;
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      boolean last = i == segments.size() - 1;
      long end = last ? logEndOffset : segments.get(i + 1).baseOffset();
      if (end > highWatermark || last && segment.size() == 0) {
        break;
      }
      byTime = byTime && nowMs - segment.lastUsedMs() > config.retentionMs();
      bySize = bySize && excess >= segment.size();
      excess -= segment.size();
      boolean byStart = end <= logStartOffset && !last;
      if (!byStart && !byTime && !bySize) {
        break;
      }
      plan =
          new RetentionPlan(i + 1, byStart ? Reason.LOG_START : byTime ? Reason.TIME : Reason.SIZE);
    }
    return plan;
  }
}
