import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Linux says of a broker's process, or of several together.
 *
 * @param pids with blanks between them
 */
record Broker(String pids) {
  /** CPU seconds used so far. */
  double cpu() throws IOException {
    long ticks = 0;
    for (String pid : each()) {
      String stat = Files.readString(Path.of("/proc", pid, "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
    return ticks / 100.0;
  }

  /** Resident memory, in MiB. */
  long rss() throws IOException {
    return field("status", "VmRSS:") >> 10;
  }

  /** Bytes read from disks so far. */
  long diskRead() throws IOException {
    return field("io", "read_bytes:");
  }

  private String[] each() {
    return pids.trim().split("\\s+");
  }

  private long field(String file, String name) throws IOException {
    long sum = 0;
    for (String pid : each()) {
      sum += field(Path.of("/proc", pid, file), name);
    }
    return sum;
  }

  private static long field(Path file, String name) throws IOException {
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.substring(name.length()).replace("kB", "").trim());
      }
    }
    throw new IOException(file + " has no " + name);
  }
}
