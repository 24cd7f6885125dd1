import java.util.Arrays;

/** Durations gathered by one thread and asked for by another. */
final class Latencies {
  private long[] nanos = new long[1 << 16];
  private int count;
  private boolean on;

  /** Begins anew, and counts from here on. */
  synchronized void begin() {
    count = 0;
    on = true;
  }

  /** Counts no more. */
  synchronized void end() {
    on = false;
  }

  synchronized void add(long took) {
    if (on) {
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * count);
      }
      nanos[count++] = took;
    }
  }

  /** How many were added since the beginning. */
  synchronized int count() {
    return count;
  }

  /** JSON fields without braces, their names with what stands before them; empty if none. */
  synchronized String fields(String before) {
    if (count == 0) {
      return "";
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return String.format(
        ",\"%1$sp50_us\":%2$d,\"%1$sp99_us\":%3$d,\"%1$sp999_us\":%4$d",
        before,
        sorted[count / 2] / 1000,
        sorted[(int) (count * 0.99)] / 1000,
        sorted[(int) (count * 0.999)] / 1000);
  }
}
