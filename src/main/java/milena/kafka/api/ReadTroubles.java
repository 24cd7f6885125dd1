package milena.kafka.api;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import milena.broker.partition.PartitionHandle;
import milena.broker.partition.PartitionView;
import milena.common.TopicIdPartition;
import milena.log.DamagedLogException;
import milena.log.LogClosedException;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients are told when a log can't be read. The operator is told, too: once a minute of each
 * partition, however often clients ask.
 */
final class ReadTroubles {
  private static final Logger log = LoggerFactory.getLogger(ReadTroubles.class);
  private static final long SILENCE_NANOS = 60_000_000_000L;

  private final Map<TopicIdPartition, Long> toldNanos = new ConcurrentHashMap<>();

  /** The error for a failure other than an offset outside of the log. */
  Errors of(PartitionHandle handle, PartitionView view, IOException cause) {
    // What another leader's view makes of the files of today says nothing of them.
    boolean changed = handle.view().leaderEpoch() != view.leaderEpoch();
    if (changed || cause instanceof LogClosedException) {
      return Errors.NOT_LEADER_OR_FOLLOWER;
    }
    if (cause instanceof DamagedLogException) {
      tell(view, "{} is damaged, and consumers are refused what can't be read: {}", cause);
      return Errors.CORRUPT_MESSAGE;
    }
    tell(view, "{} can't be read: {}", cause);
    return Errors.KAFKA_STORAGE_ERROR;
  }

  private void tell(PartitionView view, String format, IOException cause) {
    long now = System.nanoTime();
    toldNanos.compute(
        view.id(),
        (id, last) -> {
          if (last != null && now - last < SILENCE_NANOS) {
            return last;
          }
          boolean isOurs = cause instanceof DamagedLogException;
          log.error(format, view.name(), isOurs ? cause.getMessage() : cause.toString());
          return now;
        });
  }
}
