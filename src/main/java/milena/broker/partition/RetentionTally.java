package milena.broker.partition;

/**
 * What retention has deleted since it was last asked: one line tells of a whole round, since a node
 * with thousands of partitions deletes segments all the time. Any thread may use it.
 */
final class RetentionTally {
  private int partitions;
  private int segments;

  synchronized void dropped(int count) {
    partitions++;
    segments += count;
  }

  /** What to tell of it, and starts anew; null when there was nothing. */
  synchronized String take() {
    String told =
        partitions == 0
            ? null
            : "Retention has deleted " + segments + " segments of " + partitions + " partitions.";
    partitions = 0;
    segments = 0;
    return told;
  }
}
