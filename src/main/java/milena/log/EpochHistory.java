package milena.log;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The history of leaders of an open log, and how far its file follows. What is only noted waits for
 * the epoch's first batch: until then no one can miss it. Owned by the log's writer.
 */
final class EpochHistory {
  private final Path file;
  private LeaderEpochs current;
  private LeaderEpochs written;
  private LeaderEpochs forced;

  EpochHistory(Path directory, LeaderEpochs current, LeaderEpochs onDisk) {
    this.file = directory.resolve(LogFiles.LEADER_EPOCHS);
    this.current = current;
    this.written = onDisk;
    this.forced = onDisk;
  }

  LeaderEpochs current() {
    return current;
  }

  void note(LeaderEpochs epochs) {
    current = epochs;
  }

  /** Brings the file up to date, not forced to disk. */
  void write() throws IOException {
    if (current != written) {
      current.write(file, false);
      written = current;
    }
  }

  /** What the file holds that was not forced to disk; null when there is no such thing. */
  LeaderEpochs unforced() {
    return written == forced ? null : written;
  }

  /** What {@link #unforced} told was forced. */
  void forced(LeaderEpochs epochs) {
    forced = epochs;
  }

  /** Brings the file up to date, for good. */
  void writeForced() throws IOException {
    if (current != forced) {
      current.write(file, true);
      written = current;
      forced = current;
    }
  }
}
