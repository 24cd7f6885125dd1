package milena.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import milena.node.LibraryDefaults;
import milena.node.MilenaNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Writes the libraries' defaults, starts a node on them, talks to it once and stops it: the build
 * runs this to learn which classes a start needs, and leaves them as a class-data-sharing archive
 * beside the defaults for {@code bin/milena}.
 */
@Command(
    name = "rehearse",
    hidden = true,
    description = "Starts and stops a node for the class-data-sharing archive.")
final class RehearseCommand implements Callable<Integer> {
  @Option(names = "--defaults", required = true, description = "Where to leave them.")
  private Path defaults;

  @Override
  public Integer call() throws Exception {
    LibraryDefaults.prepare(defaults);
    Path data = Files.createTempDirectory("milena-rehearsal");
    try {
      MilenaNode node = asByDefault(data).start();
      try {
        FirstWords.exchange(node.bootstrapServers());
      } finally {
        node.stop();
      }
      return 0;
    } finally {
      delete(data);
    }
  }

  /** As {@code start} does it, but for where it listens. */
  private static MilenaNode.Builder asByDefault(Path data) {
    String[] arguments = {
      "--set", "listeners=PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0",
      "--set", "controller.quorum.voters=1@127.0.0.1:0",
      "--set", "log.dirs=" + data
    };
    PlainArguments plain = PlainArguments.read(arguments, 0, "--config").orElseThrow();
    return StartCommand.builder(plain.path("--config"), plain.settings());
  }

  private static void delete(Path root) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(root)) {
      paths = walk.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}
