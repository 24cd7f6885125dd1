package milena.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A log as a plain list of batches: what the real one must be indistinguishable from. */
final class LogTwin {
  record Batch(
      long baseOffset,
      int epoch,
      long producerId,
      int firstSequence,
      List<TestBatches.Read> records) {
    long nextOffset() {
      return baseOffset + records.size();
    }

    long maxTimestamp() {
      return records.stream().mapToLong(TestBatches.Read::timestampMs).max().orElse(-1);
    }

    int lastSequence() {
      return firstSequence + records.size() - 1;
    }
  }

  private final List<Batch> batches = new ArrayList<>();
  private long start;
  private long end;

  long start() {
    return start;
  }

  long end() {
    return end;
  }

  List<Batch> batches() {
    return batches;
  }

  void append(Batch batch) {
    if (batch.baseOffset() != end) {
      throw new AssertionError("The log gave " + batch.baseOffset() + " instead of " + end);
    }
    batches.add(batch);
    end = batch.nextOffset();
  }

  /** Whole batches go: the end comes to be where a batch ended at or before the offset. */
  void truncateTo(long offset) {
    while (!batches.isEmpty() && last().nextOffset() > offset) {
      end = batches.remove(batches.size() - 1).baseOffset();
    }
    end = Math.min(end, offset);
    start = Math.min(start, end);
  }

  void restartAt(long offset) {
    batches.clear();
    start = offset;
    end = offset;
  }

  void raiseStart(long offset) {
    start = Math.max(start, offset);
    batches.removeIf(batch -> batch.nextOffset() <= start);
  }

  private Batch last() {
    return batches.get(batches.size() - 1);
  }

  List<TestBatches.Read> records(long from, long upTo) {
    return batches.stream()
        .filter(batch -> batch.nextOffset() <= upTo)
        .flatMap(batch -> batch.records().stream())
        .filter(read -> read.offset() >= from)
        .toList();
  }

  private List<TestBatches.Read> all() {
    return records(start, end);
  }

  Optional<Long> offsetForTimestamp(long timestampMs) {
    return all().stream()
        .filter(read -> read.timestampMs() >= timestampMs)
        .map(TestBatches.Read::offset)
        .findFirst();
  }

  Optional<TestBatches.Read> withMaxTimestamp() {
    long max = all().stream().mapToLong(TestBatches.Read::timestampMs).max().orElse(-1);
    return all().stream().filter(read -> read.timestampMs() == max).findFirst();
  }

  /** Last sequence by producer, of those that still have a batch. */
  TreeMap<Long, Integer> lastSequences() {
    TreeMap<Long, Integer> last = new TreeMap<>();
    for (Batch batch : batches) {
      if (batch.producerId() >= 0) {
        last.put(batch.producerId(), batch.lastSequence());
      }
    }
    return last;
  }
}
