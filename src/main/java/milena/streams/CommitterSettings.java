package milena.streams;

import java.time.Duration;

/**
 * How offsets are committed: so many at a time, or those of so much time, whichever comes first.
 *
 * @param maxBatch how many offsets make a commit
 * @param maxInterval after what time a commit is made of fewer
 * @param parallelism how many commits a stream may wait for; they are made in their order
 */
public record CommitterSettings(long maxBatch, Duration maxInterval, int parallelism) {
  public CommitterSettings {
    if (maxBatch < 1 || parallelism < 1) {
      throw new IllegalArgumentException("maxBatch and parallelism must be at least 1");
    }
  }

  /** 1,000 offsets or 10 seconds, and 100 commits. */
  public static CommitterSettings create() {
    return new CommitterSettings(1_000, Duration.ofSeconds(10), 100);
  }

  public CommitterSettings withMaxBatch(long offsets) {
    return new CommitterSettings(offsets, maxInterval, parallelism);
  }

  public CommitterSettings withMaxInterval(Duration interval) {
    return new CommitterSettings(maxBatch, interval, parallelism);
  }

  public CommitterSettings withParallelism(int commits) {
    return new CommitterSettings(maxBatch, maxInterval, commits);
  }
}
