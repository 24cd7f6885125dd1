package milena.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import milena.chaos.Finding.Kind;
import org.apache.kafka.common.TopicPartition;

/** The logs of stopped nodes, compared batch by batch, byte by byte. */
final class ReplicaFiles {
  private static final int SIZE_AT = 8;
  private static final int HEAD = 12;

  private ReplicaFiles() {}

  /**
   * Compares all replicas of a partition, up to the end of the shortest.
   *
   * @param directories the log directory of each node
   * @return how many batches were compared
   */
  static long compare(TopicPartition partition, Map<Integer, Path> directories, History history) {
    TreeMap<Long, ByteBuffer> first = null;
    int firstNode = 0;
    long compared = 0;
    for (Map.Entry<Integer, Path> each : directories.entrySet()) {
      Path directory = each.getValue().resolve(partition.toString());
      if (!Files.isDirectory(directory)) {
        continue;
      }
      TreeMap<Long, ByteBuffer> batches = batches(directory);
      if (first == null) {
        first = batches;
        firstNode = each.getKey();
        continue;
      }
      for (Map.Entry<Long, ByteBuffer> batch : batches.entrySet()) {
        ByteBuffer other = first.get(batch.getKey());
        boolean beyond = first.isEmpty() || batch.getKey() > first.lastKey();
        if (!batch.getValue().equals(other) && !beyond) {
          history.found(
              Kind.REPLICAS_DIFFER,
              "%s at %d on the nodes %d and %d"
                  .formatted(partition, batch.getKey(), firstNode, each.getKey()));
          break;
        }
        compared++;
      }
    }
    return compared;
  }

  private static TreeMap<Long, ByteBuffer> batches(Path directory) {
    TreeMap<Long, ByteBuffer> batches = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).sorted().toList()) {
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file));
        while (all.remaining() >= HEAD) {
          int length = HEAD + all.getInt(all.position() + SIZE_AT);
          batches.put(all.getLong(all.position()), all.slice(all.position(), length));
          all.position(all.position() + length);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return batches;
  }
}
