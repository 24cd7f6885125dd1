package milena.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Brief commands of the system. */
final class Shell {
  private Shell() {}

  /**
   * Runs a command, its words separated by single spaces, and waits for its end.
   *
   * @throws IllegalStateException when it fails, with what it said
   */
  static void run(String command) {
    Result result = tried(command);
    if (result.code() != 0) {
      throw new IllegalStateException(
          "'%s' failed with %d: %s".formatted(command, result.code(), result.output()));
    }
  }

  /** Whether the command succeeds; one that is not installed does not. */
  static boolean succeeds(String command) {
    return tried(command).code() == 0;
  }

  private record Result(int code, String output) {}

  private static Result tried(String command) {
    try {
      Process process =
          new ProcessBuilder(List.of(command.split(" "))).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output.strip());
    } catch (IOException e) {
      return new Result(-1, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
