package milena.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import milena.node.FreePorts;
import milena.node.LibraryDefaults;
import milena.node.MilenaNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Writes the libraries' defaults, starts a node on them, talks to it once and stops it, then does
 * so with a cluster of three: the build runs this to learn which classes a start needs, and leaves
 * them as a class-data-sharing archive beside the defaults for {@code bin/milena}.
 */
@Command(
    name = "rehearse",
    hidden = true,
    description = "Starts and stops nodes for the class-data-sharing archive.")
final class RehearseCommand implements Callable<Integer> {
  private static final String HOST = "127.0.0.1";

  /** Longer than any machine needs that builds Milena at all. */
  private static final long UP_WITHIN_SECONDS = 120;

  /** What nodes tell each other again and again they have told by then. */
  private static final long FIRST_ROUNDS_MS = 2_500;

  @Option(names = "--defaults", required = true, description = "Where to leave them.")
  private Path defaults;

  @Override
  public Integer call() throws Exception {
    LibraryDefaults.prepare(defaults);
    rehearse(1);
    rehearse(3);
    return 0;
  }

  private static void rehearse(int count) throws Exception {
    Path data = Files.createTempDirectory("milena-rehearsal");
    try {
      List<MilenaNode> nodes = start(count, data);
      for (MilenaNode node : nodes) {
        FirstWords.exchange(node.bootstrapServers(), count);
      }
      Thread.sleep(FIRST_ROUNDS_MS);
      // One alone stops as it does anywhere; the last of three could take leave of nobody.
      nodes.parallelStream().forEach(count == 1 ? MilenaNode::stop : MilenaNode::kill);
    } finally {
      delete(data);
    }
  }

  /** Side by side, as none is up before all are there. */
  private static List<MilenaNode> start(int count, Path data) throws Exception {
    List<Integer> ports = FreePorts.some(count);
    String voters =
        IntStream.range(0, count)
            .mapToObj(i -> "%d@%s:%d".formatted(i + 1, HOST, ports.get(i)))
            .collect(Collectors.joining(","));
    List<Callable<MilenaNode>> starts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = Integer.toString(i + 1);
      String listeners = "PLAINTEXT://%s:0,CONTROLLER://%s:%d".formatted(HOST, HOST, ports.get(i));
      starts.add(
          () ->
              asByDefault(
                      Map.of(
                          "node.id", id,
                          "listeners", listeners,
                          "controller.quorum.voters", voters,
                          "log.dirs", data.resolve(id).toString()))
                  .start());
    }
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<MilenaNode> nodes = new ArrayList<>();
      for (Future<MilenaNode> up : threads.invokeAll(starts, UP_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        nodes.add(up.get());
      }
      return nodes;
    } finally {
      threads.shutdownNow();
    }
  }

  /** As {@code start} does it, but for these settings. */
  private static MilenaNode.Builder asByDefault(Map<String, String> settings) {
    String[] arguments =
        settings.entrySet().stream()
            .flatMap(each -> Stream.of("--set", each.getKey() + "=" + each.getValue()))
            .toArray(String[]::new);
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
