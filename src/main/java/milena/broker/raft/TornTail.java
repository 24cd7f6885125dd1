package milena.broker.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts what a crash left half written at the end of the open segment, which Ratis takes for damage.
 * What can be read again behind a bad entry was written before it and committed perhaps: then this
 * is no torn tail, and nothing is cut.
 *
 * <p>Ratis's segment, with zeros to its end where space was allocated ahead:
 *
 * <pre>
 *   "RaftLog1" | length (varint) | entry | CRC-32C of both (4 bytes) | length ...
 * </pre>
 */
final class TornTail {
  private static final Logger log = LoggerFactory.getLogger(TornTail.class);
  private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.US_ASCII);

  /** The tag of an entry's first field, its term. */
  private static final byte FIRST_TAG = 0x08;

  private final byte[] bytes;

  private TornTail(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Looks through the open segments in one directory.
   *
   * @throws IOException when a segment is damaged elsewhere than at its end
   */
  static void cut(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (DirectoryStream<Path> open = Files.newDirectoryStream(directory, "log_inprogress_*")) {
      for (Path segment : open) {
        cutSegment(segment);
      }
    }
  }

  private static void cutSegment(Path segment) throws IOException {
    TornTail tail = new TornTail(Files.readAllBytes(segment));
    int soundTo = tail.soundTo();
    if (soundTo < 0) {
      return;
    }
    if (tail.anyEntryAfter(soundTo)) {
      throw new IOException(
          "The metadata log is damaged: %s holds entries behind a bad one at byte %d"
              .formatted(segment, soundTo));
    }
    log.warn(
        "Cut {} bytes at the end of {} that were being written when this node last stopped",
        tail.bytes.length - soundTo,
        segment);
    try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
      channel.truncate(soundTo);
      channel.force(true);
    }
  }

  /** Where the last whole entry ends, if anything but zeros follows it; else -1. */
  private int soundTo() {
    if (bytes.length < HEADER.length) {
      return -1;
    }
    for (int i = 0; i < HEADER.length; i++) {
      if (bytes[i] != HEADER[i]) {
        return -1;
      }
    }
    int position = HEADER.length;
    while (position < bytes.length) {
      int end = endOfEntry(position);
      if (end < 0) {
        return onlyZerosFrom(position) ? -1 : position;
      }
      position = end;
    }
    return -1;
  }

  private boolean onlyZerosFrom(int position) {
    for (int i = position; i < bytes.length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean anyEntryAfter(int position) {
    for (int i = position + 1; i < bytes.length; i++) {
      if (endOfEntry(i) > 0) {
        return true;
      }
    }
    return false;
  }

  /** The end of the whole and sound entry that starts here, or -1 when there is none. */
  private int endOfEntry(int start) {
    long length = 0;
    int position = start;
    for (int shift = 0; shift < 32; shift += 7) {
      if (position >= bytes.length) {
        return -1;
      }
      byte next = bytes[position++];
      length |= (next & 0x7FL) << shift;
      if (next >= 0) {
        break;
      }
    }
    long end = position + length;
    if (length == 0 || end + Integer.BYTES > bytes.length || bytes[position] != FIRST_TAG) {
      return -1;
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes, start, (int) end - start);
    boolean sound = ByteBuffer.wrap(bytes).getInt((int) end) == (int) crc.getValue();
    return sound ? (int) end + Integer.BYTES : -1;
  }
}
