package milena.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import milena.record.ControlRecord;
import milena.record.RecordBatch;

/**
 * Follows the transactions of a log that is read from its start in order: tells which batches
 * belong to aborted ones, and which markers no batch needs any more.
 */
final class TransactionFilter {
  private final PriorityQueue<TransactionIndex.Entry> coming =
      new PriorityQueue<>(Comparator.comparingLong(TransactionIndex.Entry::firstOffset));
  private final Map<Long, Aborted> openAborted = new HashMap<>();
  private final Set<Long> openCommitted = new HashSet<>();
  private final List<TransactionIndex.Entry> stillNeeded = new ArrayList<>();

  private static final class Aborted {
    final TransactionIndex.Entry entry;
    boolean hasBatches;

    Aborted(TransactionIndex.Entry entry) {
      this.entry = entry;
    }
  }

  /**
   * @param aborted all aborted transactions that begin where is read
   */
  TransactionFilter(List<TransactionIndex.Entry> aborted) {
    coming.addAll(aborted);
  }

  /** Whether the batch of data may go, since its transaction was aborted. */
  boolean isAborted(RecordBatch batch) {
    open(batch.lastOffset());
    if (!batch.isTransactional()) {
      return false;
    }
    Aborted aborted = openAborted.get(batch.producerId());
    if (aborted == null) {
      openCommitted.add(batch.producerId());
      return false;
    }
    aborted.hasBatches = true;
    return true;
  }

  /**
   * Whether nothing is left of the transaction that the control batch ends.
   *
   * @param marker null when the batch holds none
   */
  boolean isOfNothing(RecordBatch batch, ControlRecord marker) {
    open(batch.lastOffset());
    if (batch.recordCount() == 0) {
      return true;
    }
    if (marker == null) {
      return false;
    }
    if (marker.committed()) {
      return !openCommitted.remove(batch.producerId());
    }
    Aborted aborted = openAborted.remove(batch.producerId());
    if (aborted == null || !aborted.hasBatches) {
      return true;
    }
    stillNeeded.add(aborted.entry);
    return false;
  }

  private void open(long upTo) {
    while (!coming.isEmpty() && coming.peek().firstOffset() <= upTo) {
      TransactionIndex.Entry entry = coming.poll();
      openAborted.putIfAbsent(entry.producerId(), new Aborted(entry));
    }
  }

  /** The aborted transactions whose markers were met, and kept, since the last call. */
  List<TransactionIndex.Entry> takeStillNeeded() {
    List<TransactionIndex.Entry> taken = List.copyOf(stillNeeded);
    stillNeeded.clear();
    return taken;
  }
}
