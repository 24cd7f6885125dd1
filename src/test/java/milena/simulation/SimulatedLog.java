package milena.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import milena.common.OffsetAndEpoch;

/** A log of numbered values on a disk that forgets what was not flushed when its machine dies. */
final class SimulatedLog {
  record Entry(int epoch, long value) {}

  private final List<Entry> entries = new ArrayList<>();
  private int flushed;
  private long changes;

  /** An epoch that began at the end and has no record yet; -1 for none. */
  private int begun = -1;

  int end() {
    return entries.size();
  }

  Entry get(long offset) {
    return offset < entries.size() ? entries.get((int) offset) : null;
  }

  List<Entry> from(long offset, int most) {
    int to = (int) Math.min(entries.size(), offset + most);
    return List.copyOf(entries.subList((int) offset, to));
  }

  /** Grows with everything that happens to the entries. */
  long changes() {
    return changes;
  }

  void append(Entry entry) {
    changes++;
    entries.add(entry);
    begun = -1;
  }

  void begin(int epoch) {
    begun = epoch;
  }

  int latestEpoch() {
    return begun >= 0 ? begun : entries.isEmpty() ? -1 : entries.get(entries.size() - 1).epoch();
  }

  /** As {@code LogView.endOffsetForEpoch}. */
  OffsetAndEpoch endOffsetForEpoch(int epoch) {
    if (epoch > latestEpoch() || epoch < 0) {
      return new OffsetAndEpoch(-1, -1);
    }
    int end = entries.size();
    while (end > 0 && entries.get(end - 1).epoch() > epoch) {
      end--;
    }
    if (epoch == begun) {
      return new OffsetAndEpoch(end, begun);
    }
    return new OffsetAndEpoch(end, end == 0 ? epoch : entries.get(end - 1).epoch());
  }

  void truncateTo(long offset) {
    changes++;
    begun = -1;
    while (entries.size() > offset) {
      entries.remove(entries.size() - 1);
    }
    flushed = Math.min(flushed, entries.size());
  }

  void flush() {
    flushed = entries.size();
  }

  /** The process dies: what was written stays. */
  void crash() {
    begun = -1;
  }

  /** The machine dies: any part of what was not flushed is gone. */
  void crashWithMachine(Random random) {
    truncateTo(flushed + random.nextInt(entries.size() - flushed + 1));
  }
}
