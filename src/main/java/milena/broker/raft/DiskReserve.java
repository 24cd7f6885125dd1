package milena.broker.raft;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Some space kept beside the metadata log for the day the disk is full: a voter must write its term
 * and vote to start at all. So space that is set aside in good times is given back then.
 */
final class DiskReserve {
  private static final Logger log = LoggerFactory.getLogger(DiskReserve.class);
  private static final int RESERVE_BYTES = 4 << 20;
  private static final int NEEDED_BYTES = 1 << 20;

  private final Path file;

  private DiskReserve(Path file) {
    this.file = file;
  }

  /**
   * Before a start: sets the space aside, or gives it back if it is needed now.
   *
   * @throws IOException when there is too little space even so
   */
  static DiskReserve prepare(Path directory) throws IOException {
    DiskReserve reserve = new DiskReserve(directory.resolve("reserve"));
    long usable = usable(directory);
    if (usable < NEEDED_BYTES) {
      reserve.release();
    } else if (!reserve.isWhole() && usable >= 2 * RESERVE_BYTES) {
      reserve.setAside();
    }
    if (usable(directory) < NEEDED_BYTES) {
      throw new IOException("The disk of the metadata log is full: " + directory);
    }
    return reserve;
  }

  /** Gives the space back. */
  void release() {
    try {
      if (Files.deleteIfExists(file)) {
        log.warn("The disk of {} is full or fails; gave back what was kept for that", file);
      }
    } catch (IOException e) {
      log.warn("The space kept in {} can't be given back", file, e);
    }
  }

  private boolean isWhole() throws IOException {
    return Files.exists(file) && Files.size(file) == RESERVE_BYTES;
  }

  /** Writes zeros, so that the space is really taken; a failure leaves less, which does no harm. */
  private void setAside() throws IOException {
    byte[] zeros = new byte[64 << 10];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int written = 0; written < RESERVE_BYTES; written += zeros.length) {
        out.write(zeros);
      }
    } catch (IOException e) {
      Files.deleteIfExists(file);
    }
  }

  private static long usable(Path directory) throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }
}
