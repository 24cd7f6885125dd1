import akka.NotUsed;
import akka.actor.Cancellable;
import akka.stream.javadsl.Source;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The lines of a file, and those that are added to it. */
final class Tail {
  private static final Duration LOOK_EVERY = Duration.ofMillis(100);
  private static final int CHUNK = 1 << 16;

  private final Path file;
  private long position;

  private Tail(Path file) {
    this.file = file;
  }

  /** From the file's beginning on, without end. */
  static Source<String, Cancellable> of(Path file) {
    Tail tail = new Tail(file);
    return Source.tick(Duration.ZERO, LOOK_EVERY, NotUsed.getInstance())
        .mapConcat(tick -> tail.newLines());
  }

  /** What has come since the last look, up to the last end of a line. */
  private List<String> newLines() {
    List<String> lines = new ArrayList<>();
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      in.seek(position);
      byte[] bytes = new byte[(int) Math.min(CHUNK, in.length() - position)];
      in.readFully(bytes);
      int start = 0;
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] == '\n') {
          lines.add(new String(bytes, start, i - start, StandardCharsets.UTF_8));
          start = i + 1;
        }
      }
      position += start;
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
