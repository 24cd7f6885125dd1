import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux says of the broker's process. */
record Broker(String pid) {
  /** CPU seconds used so far. */
  double cpu() throws IOException {
    String stat = Files.readString(Path.of("/proc", pid, "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
  }

  /** Resident memory, in MiB. */
  long rss() throws IOException {
    return field("status", "VmRSS:") >> 10;
  }

  /** Bytes read from disks so far. */
  long diskRead() throws IOException {
    return field("io", "read_bytes:");
  }

  private long field(String file, String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", pid, file))) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.substring(name.length()).replace("kB", "").trim());
      }
    }
    throw new IOException("/proc/" + pid + "/" + file + " has no " + name);
  }
}
