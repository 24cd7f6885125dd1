package milena.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The transactions that were aborted by a marker in a segment, in Kafka's {@code .txnindex} format,
 * in the order of their markers. Most segments have none, and then no file.
 *
 * <pre>
 *    0 | version (2) | producer id (8) | first offset (8) | offset of the marker (8)
 *   26 | last stable offset once the marker counts (8)
 * </pre>
 *
 * Written by the log's one writer; any thread reads.
 */
final class TransactionIndex {
  static final int ENTRY_SIZE = 34;
  private static final short VERSION = 0;

  /** An aborted transaction; nothing below {@code lastStableOffset} was open after it. */
  record Entry(long producerId, long firstOffset, long lastOffset, long lastStableOffset) {}

  private volatile Path path;
  private volatile List<Entry> entries;

  /**
   * @param onDisk whether there is a file; it is read at the first need
   */
  TransactionIndex(Path path, boolean onDisk) {
    this.path = path;
    this.entries = onDisk ? null : List.of();
  }

  Path path() {
    return path;
  }

  /** Renames the file; nobody reads it meanwhile. */
  synchronized void rename(Path to) throws IOException {
    DurableFiles.moveIfExists(path, to);
    path = to;
  }

  List<Entry> entries() throws IOException {
    List<Entry> known = entries;
    return known != null ? known : load();
  }

  /** Once: a reader that has been slow must not take back what the writer has added since. */
  private synchronized List<Entry> load() throws IOException {
    if (entries == null) {
      entries = read(path);
    }
    return entries;
  }

  /**
   * Writes it behind the entries that are known, over whatever else a crash may have left there.
   */
  void append(Entry entry) throws IOException {
    List<Entry> before = entries();
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long at = (long) before.size() * ENTRY_SIZE;
      file.truncate(at);
      ByteBuffer bytes = ByteBuffer.allocate(ENTRY_SIZE);
      put(bytes, entry);
      bytes.flip();
      while (bytes.hasRemaining()) {
        at += file.write(bytes, at);
      }
    }
    List<Entry> after = new ArrayList<>(before.size() + 1);
    after.addAll(before);
    after.add(entry);
    entries = List.copyOf(after);
  }

  /** Drops the transactions whose markers are at {@code offset} or later. */
  void truncateTo(long offset) throws IOException {
    List<Entry> kept = entries().stream().filter(e -> e.lastOffset() < offset).toList();
    if (kept.size() < entries().size() || Files.exists(path) && kept.isEmpty()) {
      write(path, kept);
    }
    entries = kept;
  }

  /** Replaces the file; no entries, no file. */
  static void write(Path path, List<Entry> entries) throws IOException {
    if (entries.isEmpty()) {
      Files.deleteIfExists(path);
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate(entries.size() * ENTRY_SIZE);
    entries.forEach(entry -> put(bytes, entry));
    DurableFiles.replace(path, bytes.flip(), false);
  }

  void force() throws IOException {
    if (entries == null || !entries.isEmpty()) {
      DurableFiles.forceFile(path);
    }
  }

  private static void put(ByteBuffer bytes, Entry entry) {
    bytes
        .putShort(VERSION)
        .putLong(entry.producerId)
        .putLong(entry.firstOffset)
        .putLong(entry.lastOffset)
        .putLong(entry.lastStableOffset);
  }

  /** Whole entries in ascending order; what a crash left behind them is not theirs. */
  private static List<Entry> read(Path path) throws IOException {
    ByteBuffer bytes = SparseIndex.readFile(path);
    List<Entry> read = new ArrayList<>(bytes.remaining() / ENTRY_SIZE);
    long last = -1;
    while (bytes.remaining() >= ENTRY_SIZE) {
      short version = bytes.getShort();
      Entry entry = new Entry(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
      if (version != VERSION || entry.lastOffset <= last || entry.firstOffset > entry.lastOffset) {
        break;
      }
      last = entry.lastOffset;
      read.add(entry);
    }
    return List.copyOf(read);
  }
}
