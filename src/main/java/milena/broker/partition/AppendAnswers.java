package milena.broker.partition;

import milena.broker.partition.PartitionReplica.Append;
import milena.broker.partition.PartitionReplica.AppendResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the listeners of appends what became of them. They are others' code on the replica's
 * thread: what one of them throws is logged and costs nobody else anything.
 */
final class AppendAnswers {
  private static final Logger LOG = LoggerFactory.getLogger(AppendAnswers.class);

  private AppendAnswers() {}

  /** Nothing of it was written: its sender gets its buffer back and the reason. */
  static void refuse(Append append, AppendResult result) {
    released(append);
    completed(append, result);
  }

  /** The log needs the bytes no more. */
  static void released(Append append) {
    try {
      append.listener().released();
    } catch (RuntimeException e) {
      LOG.error("A listener failed when it got its buffer back.", e);
    }
  }

  static void completed(Append append, AppendResult result) {
    try {
      append.listener().completed(result);
    } catch (RuntimeException e) {
      LOG.error("A listener failed when it was told {}.", result, e);
    }
  }
}
