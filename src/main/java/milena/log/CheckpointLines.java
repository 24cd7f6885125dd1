package milena.log;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Kafka's checkpoint format: a line with the version, one with the count, and a line per entry. */
final class CheckpointLines {
  private static final String VERSION = "0";

  private CheckpointLines() {}

  static byte[] format(List<String> entries) {
    StringBuilder text = new StringBuilder(32 + 24 * entries.size());
    text.append(VERSION).append('\n').append(entries.size()).append('\n');
    for (String entry : entries) {
      text.append(entry).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The entries' lines.
   *
   * @throws IllegalArgumentException when the version or the count is not what it should be
   */
  static List<String> entries(List<String> lines) {
    if (lines.size() < 2 || !VERSION.equals(lines.get(0).trim())) {
      throw new IllegalArgumentException("Not a checkpoint of version " + VERSION);
    }
    int count = Integer.parseInt(lines.get(1).trim());
    if (count != lines.size() - 2) {
      throw new IllegalArgumentException(
          "The checkpoint says " + count + " entries and has " + (lines.size() - 2));
    }
    return lines.subList(2, lines.size());
  }
}
