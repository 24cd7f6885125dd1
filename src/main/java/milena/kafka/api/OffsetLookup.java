package milena.kafka.api;

import java.io.IOException;
import java.util.Optional;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionView;
import milena.log.LogView.TimestampAndOffset;
import milena.log.OffsetOutOfLogException;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/**
 * One partition of a ListOffsets request, and where its answer goes.
 *
 * @param timestamp a time, or one of Kafka's names for a special offset
 * @param end where what the asker may see ends
 * @param whileBehind what is told instead of an offset at or behind that end; NONE when the end is
 *     all that is committed
 * @param tellEpoch whether the answer has room for a leader epoch
 */
record OffsetLookup(
    PartitionHandle handle,
    PartitionView view,
    ReadTroubles troubles,
    long timestamp,
    long end,
    Errors whileBehind,
    boolean tellEpoch,
    ListOffsetsPartitionResponse answer) {
  private static final long NONE = -1;

  /** Answers from the view alone; false when {@link #run} has to. */
  boolean fromView() {
    if (timestamp == ListOffsetsRequest.LATEST_TIMESTAMP) {
      if (whileBehind == Errors.NONE) {
        tell(NONE, end, view.leaderEpoch());
      } else {
        answer.setErrorCode(whileBehind.code());
      }
    } else if (timestamp == ListOffsetsRequest.EARLIEST_TIMESTAMP
        || timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
      long start = view.log().logStartOffset();
      tell(NONE, start, view.log().epochOfOffset(start));
    } else if (timestamp == ListOffsetsRequest.LATEST_TIERED_TIMESTAMP
        || timestamp == ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP) {
      // Nothing is tiered, and nothing waits to be.
      tell(NONE, NONE, -1);
    } else {
      return false;
    }
    return true;
  }

  /** Answers from the log's files. */
  void run() {
    try {
      Optional<TimestampAndOffset> found =
          timestamp == ListOffsetsRequest.MAX_TIMESTAMP
              ? view.log().offsetOfMaxTimestamp()
              : view.log().offsetForTimestamp(timestamp);
      found
          .filter(place -> place.offset() < end)
          .ifPresentOrElse(
              place -> tell(place.timestampMs(), place.offset(), place.leaderEpoch()),
              () -> answer.setErrorCode(whileBehind.code()));
    } catch (OffsetOutOfLogException e) {
      // The segment was deleted under the lookup: the asker may look again.
      answer.setErrorCode(Errors.LEADER_NOT_AVAILABLE.code());
    } catch (IOException e) {
      answer.setErrorCode(troubles.of(handle, view, e).code());
    }
  }

  private void tell(long timestampMs, long offset, int leaderEpoch) {
    answer.setTimestamp(timestampMs).setOffset(offset);
    if (tellEpoch) {
      answer.setLeaderEpoch(leaderEpoch);
    }
  }
}
