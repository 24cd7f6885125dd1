package milena.cli.client;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * What a measurement has seen so far: counted by any thread, told by one. A line a second, the
 * whole at the end.
 */
final class Latencies {
  private static final long HIGHEST_US = 3_600_000_000L;
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};

  private final Recorder recorder = new Recorder(HIGHEST_US, 3);
  private final Histogram whole = new Histogram(HIGHEST_US, 3);
  private final long startNs = System.nanoTime();
  private Histogram interval;
  private long lastNs = startNs;
  private long bytes;

  /** One record took so long. */
  void record(long latencyNs) {
    recorder.recordValue(Math.max(0, Math.min(HIGHEST_US, latencyNs / 1000)));
  }

  /** Told by one thread; {@code size} is what a record's payload has. */
  void tick(PrintWriter err, int size) {
    long now = System.nanoTime();
    Histogram last = next();
    bytes += last.getTotalCount() * size;
    double seconds = (now - lastNs) / 1e9;
    lastNs = now;
    err.printf(
        Locale.ROOT,
        "%4.0f s  %,12d records  %,10.0f/s  %10s/s  p50 %s  p99 %s  max %s%n",
        (now - startNs) / 1e9,
        whole.getTotalCount(),
        last.getTotalCount() / seconds,
        Numbers.bytes(last.getTotalCount() * size / seconds),
        ms(last.getValueAtPercentile(50)),
        ms(last.getValueAtPercentile(99)),
        ms(last.getMaxValue()));
    err.flush();
  }

  private Histogram next() {
    interval = recorder.getIntervalHistogram(interval);
    whole.add(interval);
    return interval;
  }

  /** The whole, for programs. */
  Map<String, Object> asMap(int size) {
    next();
    double seconds = (System.nanoTime() - startNs) / 1e9;
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("records", whole.getTotalCount());
    map.put("seconds", seconds);
    map.put("records_per_s", whole.getTotalCount() / seconds);
    map.put("mb_per_s", whole.getTotalCount() * (double) size / 1e6 / seconds);
    Map<String, Object> ms = new LinkedHashMap<>();
    for (double percentile : PERCENTILES) {
      ms.put(name(percentile), whole.getValueAtPercentile(percentile) / 1000.0);
    }
    map.put("latency_ms", ms);
    return map;
  }

  /** The whole, for people. */
  void print(PrintWriter out, Map<String, Object> map) {
    out.printf(
        Locale.ROOT,
        "%,d records in %.1f s: %,.0f/s, %.1f MB/s%n",
        map.get("records"),
        map.get("seconds"),
        map.get("records_per_s"),
        map.get("mb_per_s"));
    for (double percentile : PERCENTILES) {
      out.printf(
          Locale.ROOT,
          "  %-6s %10s%n",
          name(percentile),
          ms(whole.getValueAtPercentile(percentile)));
    }
    out.flush();
  }

  private static String name(double percentile) {
    return percentile == 100
        ? "max"
        : "p" + (percentile == Math.rint(percentile) ? "" + (int) percentile : "" + percentile);
  }

  private static String ms(long us) {
    return String.format(Locale.ROOT, "%.3f ms", us / 1000.0);
  }
}
