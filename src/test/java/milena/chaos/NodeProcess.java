package milena.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One node as a process, started and broken as often as wanted, on the data it left. */
final class NodeProcess {
  /** The directory of the project, where {@code bin/milena} and {@code target} are. */
  static final Path PROJECT =
      Path.of(System.getProperty("basedir", System.getProperty("user.dir")));

  final int id;
  private final Place place;
  private final Path config;
  private final Path output;
  private Process process;
  private long saidBefore;
  private boolean wanted;

  NodeProcess(int id, Place place, Path config, Path output) {
    this.id = id;
    this.place = place;
    this.config = config;
    this.output = output;
  }

  void start() {
    List<String> command =
        place.inside(
            id,
            List.of(
                PROJECT.resolve("bin/milena").toString(), "start", "--config", config.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().put("MILENA_HEAP", "256m");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    try {
      saidBefore = Files.exists(output) ? Files.size(output) : 0;
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    wanted = true;
  }

  /** Whether it has ended by itself since it was started. */
  boolean endedByItself() {
    return wanted && !process.isAlive();
  }

  int exitCode() {
    return process.exitValue();
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Whether the process has said that it serves. */
  boolean isUp() {
    return hasSaid("Node " + id + " of cluster ");
  }

  /** Whether the process has said that there was nobody to let it in. */
  boolean gaveUpStarting() {
    return hasSaid("its cluster did not let it in in time");
  }

  private boolean hasSaid(String words) {
    try (InputStream in = Files.newInputStream(output)) {
      in.skipNBytes(saidBefore);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).contains(words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its end is what is wanted now. */
  void mayEnd() {
    wanted = false;
  }

  void kill() {
    wanted = false;
    process.destroyForcibly();
    await(180);
  }

  /** SIGTERM; the exit code, or -1 when it had to be killed after three minutes. */
  int stop() {
    terminate();
    if (await(180)) {
      return process.exitValue();
    }
    kill();
    return -1;
  }

  void terminate() {
    wanted = false;
    process.destroy();
  }

  void pause() {
    Shell.run("kill -STOP " + process.pid());
  }

  void resume() {
    Shell.run("kill -CONT " + process.pid());
  }

  private boolean await(int seconds) {
    try {
      return process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
