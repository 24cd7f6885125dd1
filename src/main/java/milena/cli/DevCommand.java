package milena.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import milena.node.MilenaNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs one node, or a cluster, to try things with. */
@Command(
    name = "dev",
    description = "Runs a cluster on this machine, of one node if not said, until Ctrl-C.",
    mixinStandardHelpOptions = true)
final class DevCommand implements Callable<Integer> {
  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "9092",
      description = {
        "Where Kafka clients connect on 127.0.0.1 (default ${DEFAULT-VALUE}).",
        "More nodes take the ports after it, and those a hundred above for themselves."
      })
  private int port;

  @Option(
      names = "--nodes",
      paramLabel = "COUNT",
      defaultValue = "1",
      description = "How many nodes, a process each (default ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--data",
      paramLabel = "DIRECTORY",
      defaultValue = "data",
      description = "Where everything is kept (default ./${DEFAULT-VALUE}).")
  private Path data;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Sets one setting more. May be given more than once.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Override
  public Integer call() throws InterruptedException {
    if (nodes > 1) {
      DevCluster cluster = new DevCluster(nodes, port, data, settings);
      return cluster.run(() -> tell(nodes + " nodes", cluster.bootstrapServers()));
    }
    MilenaNode.Builder builder = MilenaNode.builder().port(port).dataDir(data);
    settings.forEach(builder::config);
    return ProcessNode.run(builder, node -> tell("one node", node.bootstrapServers()));
  }

  private void tell(String size, String servers) {
    String at = port == 9092 ? "" : " -b 127.0.0.1:" + port;
    System.out.println(
        String.join(
            System.lineSeparator(),
            "",
            "  Milena is up: " + size + ", no security, for trying things out.",
            "    Kafka clients   " + servers,
            "    data            " + data.toAbsolutePath().normalize(),
            "",
            "  Try, in another terminal:",
            "    bin/milena produce greetings hello" + at,
            "    bin/milena consume greetings" + at,
            "  or any Kafka client or tool with bootstrap server " + servers + ".",
            "",
            "  Ctrl-C stops it; what was written stays in " + data + ".",
            ""));
    System.out.flush();
  }
}
