package milena.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import milena.node.CannotStart;
import milena.node.MilenaNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs one node until it is told to stop. */
@Command(
    name = "start",
    description = {
      "Runs a node. SIGTERM or Ctrl-C stops it cleanly.",
      "Without --config it reads the application.conf beside bin/."
    },
    mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A server.properties of Kafka (KRaft), or HOCON when it ends in .conf.")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Sets one setting, over what the file says. May be given more than once.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Override
  public Integer call() throws InterruptedException {
    return run(Optional.ofNullable(file), settings);
  }

  static int run(Optional<Path> file, Map<String, String> settings) throws InterruptedException {
    return ProcessNode.run(builder(file, settings), node -> {});
  }

  /** The node that these options stand for. */
  static MilenaNode.Builder builder(Optional<Path> file, Map<String, String> settings) {
    MilenaNode.Builder builder =
        MilenaNode.builder().configFile(file.orElseGet(StartCommand::standard));
    settings.forEach(builder::config);
    return builder;
  }

  private static Path standard() {
    Path beside = Path.of(System.getProperty("milena.home", "."), "application.conf");
    if (!Files.exists(beside)) {
      throw new CannotStart("There is no " + beside + ": say with --config which file to read.");
    }
    return beside;
  }
}
