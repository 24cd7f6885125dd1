package milena.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file of a segment's batches, counted by those who use it: the log holds one count until the
 * segment has gone, each open slice another. The last one out closes it. It is opened at the first
 * need, so that a thousand idle segments hold no descriptor.
 *
 * <p>Any thread may call it.
 */
final class SegmentFile {
  private Path path;
  private int users = 1;
  private boolean erased;
  private volatile FileChannel channel;

  SegmentFile(Path path) {
    this.path = path;
  }

  /** Makes the file, empty even when there was one. */
  static SegmentFile create(Path path) throws IOException {
    FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)
        .close();
    return new SegmentFile(path);
  }

  synchronized Path path() {
    return path;
  }

  /**
   * Counts one more user.
   *
   * @throws OffsetOutOfLogException when the segment has been erased
   * @throws LogClosedException when the log has been closed
   */
  synchronized SegmentFile retain() throws IOException {
    ensureNotErased();
    if (users == 0) {
      throw new LogClosedException("The log has been closed: " + path.getParent());
    }
    users++;
    return this;
  }

  private void ensureNotErased() throws OffsetOutOfLogException {
    if (erased) {
      throw new OffsetOutOfLogException("The segment has been deleted: " + path.getFileName());
    }
  }

  synchronized void release() {
    if (users == 0) {
      throw new IllegalStateException("Released more often than retained: " + path);
    }
    users--;
    if (users == 0) {
      closeChannel();
    }
  }

  /** Gives the descriptor back while nobody but the log uses the file. */
  synchronized void closeUntilNeeded() {
    if (users == 1) {
      closeChannel();
    }
  }

  /** Ends the log's own use because the segment is gone: no further reader gets in. */
  synchronized void releaseErased() {
    erased = true;
    release();
  }

  /** Renames the file; nobody opens it meanwhile. */
  synchronized void rename(Path to) throws IOException {
    DurableFiles.moveIfExists(path, to);
    path = to;
  }

  /**
   * The open file; the caller is one of its users.
   *
   * @throws OffsetOutOfLogException when the segment was erased before anybody had opened the file
   */
  FileChannel channel() throws IOException {
    FileChannel open = channel;
    return open != null ? open : open();
  }

  private synchronized FileChannel open() throws IOException {
    if (channel == null) {
      ensureNotErased();
      channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
    return channel;
  }

  private void closeChannel() {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException nothingLeftToLose) {
        // What was written has reached the kernel, and what must be on disk was forced before.
      }
    }
  }
}
