package milena.broker.raft;

import java.util.TreeMap;

/** Which entries of the log the latest events were in; any thread may ask. */
final class AppliedEntries {
  private static final int KEPT = 1_000;

  private final TreeMap<Long, Long> entries = new TreeMap<>();

  /** An entry was applied whose last event has this number. */
  synchronized void add(long lastSequence, long entry) {
    entries.put(lastSequence, entry);
    if (entries.size() > KEPT) {
      entries.pollFirstEntry();
    }
  }

  /** The last entry all of whose events are numbered up to this; of old events the oldest kept. */
  synchronized long entryOf(long sequence) {
    if (entries.isEmpty()) {
      return -1;
    }
    var last = entries.floorEntry(sequence);
    return (last == null ? entries.firstEntry() : last).getValue();
  }
}
