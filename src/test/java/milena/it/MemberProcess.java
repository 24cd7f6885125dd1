package milena.it;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A {@link GroupMember} in a process of its own, and all that it has said so far. */
final class MemberProcess implements AutoCloseable {
  /** A line that the member said, taken apart. Numbers that a line does not have are -1. */
  record Said(String what, int generation, String partitions, long offset) {
    static Said of(String line) {
      String[] words = line.split(" ");
      return new Said(
          words[0],
          words.length > 1 ? Integer.parseInt(words[1]) : -1,
          words.length > 2 ? words[2] : "",
          words.length > 3 ? Long.parseLong(words[3]) : -1);
    }

    int partition() {
      return Integer.parseInt(partitions);
    }

    Set<String> owned() {
      return partitions.isEmpty() ? Set.of() : Set.of(partitions.split(","));
    }
  }

  private final String name;
  private final Process process;
  private final Path output;
  private final List<Said> said = new ArrayList<>();
  private final List<String> unexpected = new ArrayList<>();
  private long listenedTo;

  MemberProcess(String name, String topic, List<String> settings) throws IOException {
    this.name = name;
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", classPath, GroupMember.class.getName(), topic));
    command.add("client.id=" + name);
    command.addAll(settings);
    Path directory = Files.createDirectories(TestBroker.PROJECT.resolve("target/it"));
    this.output = Files.createTempFile(directory, "member-", ".out");
    this.process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
  }

  /** Reads on in the output, up to the last whole line. */
  private synchronized List<Said> listen() {
    try (RandomAccessFile file = new RandomAccessFile(output.toFile(), "r")) {
      byte[] more = new byte[(int) (file.length() - listenedTo)];
      file.seek(listenedTo);
      file.readFully(more);
      String text = new String(more, StandardCharsets.UTF_8);
      String whole = text.substring(0, text.lastIndexOf('\n') + 1);
      listenedTo += whole.getBytes(StandardCharsets.UTF_8).length;
      for (String line : whole.lines().toList()) {
        if (line.matches("(owns|read|committed|refused|revoked|lost|left)( .*)?")) {
          said.add(Said.of(line));
        } else {
          unexpected.add(line);
        }
      }
      return List.copyOf(said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String name() {
    return name;
  }

  List<Said> said(String what) {
    return listen().stream().filter(s -> s.what().equals(what)).toList();
  }

  /** The partitions of its latest assignment; none before the first and after it was lost. */
  Set<String> owned() {
    Set<String> owned = Set.of();
    for (Said line : listen()) {
      if (line.what().equals("owns")) {
        owned = line.owned();
      } else if (line.what().equals("lost")) {
        owned = Set.of();
      }
    }
    return owned;
  }

  int generation() {
    List<Said> assignments = said("owns");
    return assignments.isEmpty() ? -1 : assignments.get(assignments.size() - 1).generation();
  }

  /** SIGTERM: a member that isn't static leaves its group. */
  void leave() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError(this + " did not leave");
    }
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  void pause() {
    signal("-STOP");
  }

  void resume() {
    signal("-CONT");
  }

  private void signal(String signal) {
    StockTool.run("", List.of("kill", signal, String.valueOf(process.pid()))).succeeded();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    Files.deleteIfExists(output);
  }

  @Override
  public String toString() {
    return name + " owns " + owned() + " in generation " + generation() + " " + unexpected;
  }
}
