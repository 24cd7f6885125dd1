package milena.log;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;

/** What lies in a partition's directory, after the leftovers of a crash were cleared away. */
final class PartitionFiles {
  private static final String[] LEFTOVERS = {LogFiles.DELETED, LogFiles.CLEANED, ".tmp", ".new"};

  private final Path directory;
  private final Set<String> names = new HashSet<>();
  private final TreeSet<Long> segments = new TreeSet<>();
  private final List<Long> snapshots = new ArrayList<>();

  private PartitionFiles(Path directory) {
    this.directory = directory;
  }

  /** Looks into the directory, which is made when missing. */
  static PartitionFiles find(Path directory) throws IOException {
    PartitionFiles files = new PartitionFiles(directory);
    String[] found = directory.toFile().list();
    if (found == null) {
      Files.createDirectories(directory);
      return files;
    }
    files.names.addAll(List.of(found));
    files.completeSwaps();
    files.removeLeftovers();
    for (String name : files.names) {
      long offset = LogFiles.offsetOf(name, LogFiles.LOG);
      if (offset >= 0) {
        files.segments.add(offset);
      }
      offset = LogFiles.offsetOf(name, LogFiles.PRODUCER_SNAPSHOT);
      if (offset >= 0) {
        files.snapshots.add(offset);
      }
    }
    return files;
  }

  /** A compacted segment that was complete takes its sources' place. */
  private void completeSwaps() throws IOException {
    boolean changed = false;
    for (String name : List.copyOf(names)) {
      long base = LogFiles.offsetOf(name, LogFiles.LOG + LogFiles.SWAP);
      if (base >= 0) {
        long end = endOffset(directory.resolve(name), base);
        for (String other : names) {
          long source = LogFiles.offsetOf(other, LogFiles.LOG);
          if (source >= base && (source < end || source == base)) {
            renameSegment(source, "", LogFiles.DELETED);
          }
        }
        renameSegment(base, LogFiles.SWAP, "");
        changed = true;
      }
    }
    if (changed) {
      names.clear();
      String[] found = directory.toFile().list();
      names.addAll(found == null ? List.of() : List.of(found));
    }
  }

  private void renameSegment(long base, String from, String to) throws IOException {
    for (String kind : LogFiles.toRename(to)) {
      DurableFiles.moveIfExists(
          LogFiles.path(directory, base, kind + from), LogFiles.path(directory, base, kind + to));
    }
  }

  private static long endOffset(Path log, long base) throws IOException {
    try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ)) {
      BatchHeaders headers = new BatchHeaders(file, 0, (int) file.size());
      long end = base;
      while (headers.next()) {
        end = headers.header().nextOffset();
      }
      return end;
    }
  }

  private void removeLeftovers() throws IOException {
    for (String name : List.copyOf(names)) {
      for (String leftover : LEFTOVERS) {
        if (name.endsWith(leftover) || name.endsWith(LogFiles.SWAP)) {
          Files.deleteIfExists(directory.resolve(name));
          names.remove(name);
        }
      }
    }
  }

  /** Base offsets of the segments. */
  TreeSet<Long> segments() {
    return segments;
  }

  /** Offsets of the producer snapshots. */
  List<Long> snapshots() {
    return snapshots;
  }

  boolean has(String name) {
    return names.contains(name);
  }

  boolean has(long offset, String suffix) {
    return names.contains(LogFiles.name(offset, suffix));
  }

  int sizeOfLog(long baseOffset) throws IOException {
    File log = LogFiles.path(directory, baseOffset, LogFiles.LOG).toFile();
    long size = log.length();
    if (size > Integer.MAX_VALUE) {
      throw new IOException("A segment can't be larger than 2 GiB: " + log);
    }
    return (int) size;
  }

  /** The topic's id in {@code partition.metadata}; null when there is none or it can't be read. */
  static Uuid readTopicId(Path directory) throws IOException {
    try {
      String text =
          new String(
              Files.readAllBytes(directory.resolve(LogFiles.PARTITION_METADATA)),
              StandardCharsets.UTF_8);
      for (String line : text.split("\n")) {
        if (line.startsWith("topic_id:")) {
          return Uuid.fromString(line.substring("topic_id:".length()).trim());
        }
      }
      return null;
    } catch (NoSuchFileException | IllegalArgumentException unknown) {
      return null;
    }
  }

  /** Written once in a partition's life. A torn one reads as none. */
  static void writeTopicId(Path directory, Uuid topicId) throws IOException {
    Files.write(
        directory.resolve(LogFiles.PARTITION_METADATA),
        ("version: 0\ntopic_id: " + topicId + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
