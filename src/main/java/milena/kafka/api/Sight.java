package milena.kafka.api;

import milena.broker.partition.PartitionView;

/**
 * How far who fetches may see.
 *
 * @param follower whether it is another replica, which sees all that is written
 * @param committedOnly whether it sees nothing of open transactions
 * @param eager whether a moved high watermark alone is worth an answer
 */
record Sight(boolean follower, boolean committedOnly, boolean eager) {
  /** The offset at which what may be seen ends. */
  long end(PartitionView view) {
    if (follower) {
      return view.log().logEndOffset();
    }
    return committedOnly ? view.lastStableOffset() : view.highWatermark();
  }

  /** Whether a fetch from this offset may have an answer in the new view, after it had none. */
  boolean showsNews(long fetchOffset, PartitionView before, PartitionView view) {
    return end(view) > fetchOffset
        || view.leaderEpoch() != before.leaderEpoch()
        || view.leading() != before.leading()
        || (follower && view.log().logStartOffset() != before.log().logStartOffset())
        || (eager && view.highWatermark() != before.highWatermark());
  }
}
