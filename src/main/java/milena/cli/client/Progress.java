package milena.cli.client;

import java.io.PrintWriter;
import java.util.Locale;

/**
 * How far long work is, once a second on one line of a terminal; silent where nobody looks ({@code
 * bin/milena} says whether standard error is a terminal).
 */
final class Progress {
  private static final long EVERY_NS = 1_000_000_000;

  private final boolean shown = Boolean.getBoolean("milena.progress");
  private final PrintWriter err;
  private final String what;
  private final long startNs = System.nanoTime();
  private long lastNs = startNs;
  private long count;
  private boolean printed;

  Progress(PrintWriter err, String what) {
    this.err = err;
    this.what = what;
  }

  /**
   * One more is done.
   *
   * @param total how many there will be; 0: not known
   */
  void step(long total) {
    count++;
    // Most steps don't look at the clock.
    if (shown && (count & 0xff) == 0) {
      long now = System.nanoTime();
      if (now - lastNs >= EVERY_NS) {
        lastNs = now;
        double rate = count * 1e9 / (now - startNs);
        err.print(
            "\r"
                + Numbers.grouped(count)
                + (total > 0 ? " of " + Numbers.grouped(total) : "")
                + " "
                + what
                + String.format(Locale.ROOT, ", %,.0f/s   ", rate));
        err.flush();
        printed = true;
      }
    }
  }

  long count() {
    return count;
  }

  /** Leaves the line to what comes next. */
  void end() {
    if (printed) {
      err.print("\r\u001b[K");
      err.flush();
    }
  }
}
