package milena.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that is run to its end: one of Kafka's own tools, or anybody else's client. */
record StockTool(String name, int exitCode, String output, String errors) {
  static final int LIMIT_SECONDS = 600;

  /** Runs a tool of Kafka's, with Kafka's class path, in the process that all of them share. */
  static StockTool kafka(String mainClass, String... arguments) {
    return ToolProcess.kafka("", mainClass, arguments);
  }

  /** The same, with something to read on its standard input. */
  static StockTool kafkaReading(String input, String mainClass, String... arguments) {
    return ToolProcess.kafka(input, mainClass, arguments);
  }

  /** Runs a tool of Kafka's in a process of its own. */
  static StockTool kafkaAlone(String mainClass, String... arguments) {
    return run("", TestBroker.kafkaCommand(List.of("-Xmx256m"), mainClass, arguments));
  }

  /** Runs any command; it must end by itself. */
  static StockTool run(String input, List<String> command) {
    return run(input, TestBroker.PROJECT, command);
  }

  static StockTool run(String input, Path directory, List<String> command) {
    try {
      Path in = scratch(".in");
      Path out = scratch(".out");
      Path err = scratch(".err");
      try {
        Files.writeString(in, input);
        Process process =
            new ProcessBuilder(new ArrayList<>(command))
                .directory(directory.toFile())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
          if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError(
                "Not done within "
                    + LIMIT_SECONDS
                    + " s: "
                    + String.join(" ", command)
                    + "\n"
                    + Files.readString(out)
                    + Files.readString(err));
          }
        } finally {
          process.destroyForcibly();
        }
        return new StockTool(
            String.join(" ", command),
            process.exitValue(),
            Files.readString(out, StandardCharsets.UTF_8),
            Files.readString(err, StandardCharsets.UTF_8));
      } finally {
        Files.deleteIfExists(in);
        Files.deleteIfExists(out);
        Files.deleteIfExists(err);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(String.join(" ", command), e);
    }
  }

  private static Path scratch(String suffix) throws IOException {
    Path directory = Files.createDirectories(TestBroker.PROJECT.resolve("target/it"));
    return Files.createTempFile(directory, "tool-", suffix);
  }

  /** Gives what the tool printed, after making sure that it was content. */
  String succeeded() {
    if (exitCode != 0) {
      throw new AssertionError(name + "\nexited with " + exitCode + "\n" + output + errors);
    }
    return output;
  }

  /** Makes sure that the tool succeeded and printed all of these. */
  String printed(String... expected) {
    succeeded();
    for (String text : expected) {
      if (!output.contains(text)) {
        throw new AssertionError(name + "\ndid not print '" + text + "' but\n" + output + errors);
      }
    }
    return output;
  }

  /** The printed lines without the empty ones. */
  List<String> lines() {
    return succeeded().lines().filter(l -> !l.isBlank()).toList();
  }
}
