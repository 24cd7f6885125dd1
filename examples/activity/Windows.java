import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts per user and window of the clicks' own time. */
final class Windows {
  static final long SIZE_MS = 10_000;
  static final long LATENESS_MS = 2_000;

  /** One user's clicks in the window that begins at {@code startMs}. */
  record Count(long startMs, String user, int clicks) {}

  private final TreeMap<Long, Map<String, Integer>> open = new TreeMap<>();
  private long youngestMs = Long.MIN_VALUE;
  private int late;

  /** One more click; gives the counts of the windows that are over now. */
  List<Count> click(String user, long timeMs) {
    long start = timeMs - Math.floorMod(timeMs, SIZE_MS);
    if (isOver(start)) {
      late++;
      return List.of();
    }
    open.computeIfAbsent(start, s -> new TreeMap<>()).merge(user, 1, Integer::sum);
    youngestMs = Math.max(youngestMs, timeMs);
    List<Count> complete = new ArrayList<>();
    while (!open.isEmpty() && isOver(open.firstKey())) {
      complete.addAll(close());
    }
    return complete;
  }

  /** What is left, when no more clicks come. */
  List<Count> rest() {
    List<Count> rest = new ArrayList<>();
    while (!open.isEmpty()) {
      rest.addAll(close());
    }
    return rest;
  }

  int late() {
    return late;
  }

  private boolean isOver(long startMs) {
    return youngestMs != Long.MIN_VALUE && startMs + SIZE_MS + LATENESS_MS < youngestMs;
  }

  private List<Count> close() {
    Map.Entry<Long, Map<String, Integer>> window = open.pollFirstEntry();
    return window.getValue().entrySet().stream()
        .map(e -> new Count(window.getKey(), e.getKey(), e.getValue()))
        .toList();
  }
}
