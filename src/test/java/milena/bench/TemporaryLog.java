package milena.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import milena.common.config.LogConfig;
import milena.log.PartitionLog;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** An empty log in a directory that goes with it. */
final class TemporaryLog implements AutoCloseable {
  static final long NOW = 1_700_000_000_000L;

  final PartitionLog log;
  private final Path directory;

  TemporaryLog() throws IOException {
    directory = Files.createTempDirectory("milena-bench");
    log =
        PartitionLog.open(
            directory.resolve("bench-0"),
            new TopicPartition("bench", 0),
            Uuid.randomUuid(),
            LogConfig.DEFAULT,
            PartitionLog.OpenOptions.NEW,
            NOW);
  }

  @Override
  public void close() throws IOException {
    log.closeWithoutFlush();
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> inmostFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path path : inmostFirst) {
        Files.delete(path);
      }
    }
  }
}
