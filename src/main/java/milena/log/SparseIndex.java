package milena.log;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Entries of a fixed size, in ascending order, as bytes in memory that are also the file's. Written
 * by the log's one writer while any number of readers look things up without a lock.
 *
 * <p>An active segment's entries grow in memory and are saved when something relies on the file:
 * before the recovery point moves, and when the segment is sealed. A crash before that loses
 * nothing that recovery doesn't read anyway. A sealed segment's entries are read at the first
 * look-up, and may be dropped when memory is short.
 */
abstract class SparseIndex {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final int entrySize;
  private volatile Path path;

  /** The entries of a growing index; null once it is sealed. */
  private volatile ByteBuffer growing = NOTHING;

  private volatile int count;
  private volatile SoftReference<ByteBuffer> loaded = new SoftReference<>(null);
  private int saved;

  /** Whether the file holds entries that memory doesn't. */
  private boolean stale;

  SparseIndex(Path path, int entrySize) {
    this.path = path;
    this.entrySize = entrySize;
  }

  /** Whether the entry at the position may follow the one before it, if any. */
  abstract boolean isOrdered(ByteBuffer entries, int position, int previousPosition);

  final Path path() {
    return path;
  }

  /** Renames the file; nobody reads or replaces it meanwhile. */
  final synchronized void rename(Path to) throws IOException {
    DurableFiles.moveIfExists(path, to);
    path = to;
  }

  /** Takes the file of an index of the same segment in the place of this one's. */
  final synchronized void replaceBy(SparseIndex sealed) throws IOException {
    Files.move(sealed.path, path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Number of entries of an index that is growing. */
  final int growingCount() {
    return count;
  }

  /** A stable picture of the entries, position 0 to limit. Any thread. */
  final ByteBuffer entries() throws IOException {
    // The count first: a buffer seen later than its count holds at least as many entries.
    int known = count;
    ByteBuffer bytes = growing;
    if (bytes != null) {
      return bytes.duplicate().limit(known * entrySize).position(0);
    }
    bytes = loaded.get();
    if (bytes == null) {
      bytes = load();
      loaded = new SoftReference<>(bytes);
    }
    return bytes.duplicate();
  }

  /** Room for one more entry; write it at the returned buffer's position, then {@link #added}. */
  final ByteBuffer room() {
    int used = count * entrySize;
    ByteBuffer bytes = growing;
    if (bytes.capacity() - used < entrySize) {
      ByteBuffer larger = ByteBuffer.allocate(Math.max(16 * entrySize, bytes.capacity() * 2));
      larger.put(0, bytes, 0, used);
      growing = larger;
      bytes = larger;
    }
    return bytes.duplicate().position(used);
  }

  final void added() {
    count++;
  }

  /** Saves entries that only memory holds. */
  final void save() throws IOException {
    ByteBuffer bytes = growing;
    if (bytes == null || saved == count && !stale) {
      return;
    }
    int from = stale ? 0 : saved;
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (from == 0) {
        file.truncate(0);
      }
      ByteBuffer rest = bytes.duplicate().limit(count * entrySize).position(from * entrySize);
      long at = (long) from * entrySize;
      while (rest.hasRemaining()) {
        at += file.write(rest, at);
      }
    }
    saved = count;
    stale = false;
  }

  /** Ends the growth: saves, makes the file even of an empty index, and lets go of the memory. */
  final void seal() throws IOException {
    ByteBuffer bytes = growing;
    if (count == 0) {
      DurableFiles.replace(path, new byte[0], false);
    } else {
      save();
    }
    loaded = new SoftReference<>(bytes.duplicate().limit(count * entrySize).position(0));
    growing = null;
  }

  /** Makes this the index of a sealed segment, whose entries are in the file. */
  final void sealedOnDisk() {
    growing = null;
  }

  /**
   * Starts from these entries.
   *
   * @param sameOnDisk whether the file holds just these
   */
  final void startFrom(ByteBuffer entries, boolean sameOnDisk) {
    ByteBuffer copy = NOTHING;
    if (entries.hasRemaining()) {
      copy = ByteBuffer.allocate(Math.max(16 * entrySize, entries.remaining()));
      copy.put(0, entries, entries.position(), entries.remaining());
    }
    growing = copy;
    count = entries.remaining() / entrySize;
    saved = sameOnDisk ? count : 0;
    stale = !sameOnDisk;
  }

  private synchronized ByteBuffer load() throws IOException {
    ByteBuffer bytes = readFile(path);
    if (!isSound(bytes)) {
      throw new CorruptIndexException("Not a sound index: " + path);
    }
    return bytes;
  }

  /** Whether the entries are whole and ascend. */
  final boolean isSound(ByteBuffer bytes) {
    if (bytes.limit() % entrySize != 0) {
      return false;
    }
    for (int at = 0; at < bytes.limit(); at += entrySize) {
      if (!isOrdered(bytes, at, at - entrySize)) {
        return false;
      }
    }
    return true;
  }

  static ByteBuffer readFile(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = file.size();
      if (size > 1 << 30) {
        throw new CorruptIndexException("Too large for an index: " + path);
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      while (bytes.hasRemaining() && file.read(bytes) >= 0) {
        // Until the end.
      }
      return bytes.flip();
    }
  }

  /** An index file that is not what this class wrote. */
  static final class CorruptIndexException extends IOException {
    CorruptIndexException(String message) {
      super(message);
    }
  }
}
