package milena.log;

import java.nio.file.Path;
import java.util.List;

/** Names of the files in a partition's directory: a segment's base offset and a suffix. */
final class LogFiles {
  static final String LOG = ".log";
  static final String OFFSET_INDEX = ".index";
  static final String TIME_INDEX = ".timeindex";
  static final String TRANSACTION_INDEX = ".txnindex";
  static final String PRODUCER_SNAPSHOT = ".snapshot";

  /** Follows the name of a file that waits to be erased. */
  static final String DELETED = ".deleted";

  /** Follows the names of a segment that compaction is writing. */
  static final String CLEANED = ".cleaned";

  /** Follows the names of a compacted segment that is about to take its sources' place. */
  static final String SWAP = ".swap";

  static final String LEADER_EPOCHS = "leader-epoch-checkpoint";
  static final String PARTITION_METADATA = "partition.metadata";

  private static final int DIGITS = 20;

  private LogFiles() {}

  /**
   * The suffixes of what a segment has on disk, in the order to rename it in: the log itself goes
   * first when it is to be erased, and last when it is to come into use. So a crash leaves no log
   * without its indexes.
   */
  static List<String> toRename(String newSuffix) {
    return newSuffix.equals(DELETED)
        ? List.of(LOG, OFFSET_INDEX, TIME_INDEX, TRANSACTION_INDEX)
        : List.of(TRANSACTION_INDEX, TIME_INDEX, OFFSET_INDEX, LOG);
  }

  /** The name for an offset: 20 digits, so that names sort as offsets do. */
  static String name(long offset, String suffix) {
    StringBuilder name = new StringBuilder(DIGITS + suffix.length());
    String digits = Long.toString(offset);
    for (int i = digits.length(); i < DIGITS; i++) {
      name.append('0');
    }
    return name.append(digits).append(suffix).toString();
  }

  static Path path(Path directory, long offset, String suffix) {
    return directory.resolve(name(offset, suffix));
  }

  /** The offset in a file's name when it has just this suffix, else -1. */
  static long offsetOf(String fileName, String suffix) {
    int digits = fileName.length() - suffix.length();
    if (digits < 1 || digits > DIGITS || !fileName.endsWith(suffix)) {
      return -1;
    }
    for (int i = 0; i < digits; i++) {
      if (fileName.charAt(i) < '0' || fileName.charAt(i) > '9') {
        return -1;
      }
    }
    try {
      return Long.parseLong(fileName, 0, digits, 10);
    } catch (NumberFormatException pastTheLargestLong) {
      return -1;
    }
  }
}
