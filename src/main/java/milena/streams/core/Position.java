package milena.streams.core;

import org.apache.kafka.common.TopicPartition;

/**
 * Where a consumer will go on in a partition.
 *
 * @param reading which reading of the partition it comes from: a partition that was given away and
 *     came back is read anew, and what was read before must not be committed any more
 * @param offset of the next record
 * @param leaderEpoch of the last record read, -1 when unknown
 */
public record Position(
    TopicPartition partition, long reading, long offset, int leaderEpoch, String metadata) {

  /** Which of two positions of a partition is further on. */
  public static Position later(Position one, Position other) {
    boolean first =
        one.reading() > other.reading()
            || one.reading() == other.reading() && one.offset() > other.offset();
    return first ? one : other;
  }
}
