package milena.multinode;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import milena.node.MilenaNode;
import milena.testkit.Standstill;

/** Where the three nodes are: each broker and controller, and told to all JVMs by the launcher. */
final class Places {
  /** The system property with the client's and the controller's port of each node. */
  static final String PORTS = "milena.multinode.ports";

  /** The system property with the directory of all nodes' data. */
  static final String DIRECTORY = "milena.multinode.directory";

  static final List<Integer> NODES = List.of(1, 2, 3);
  private static final String HOST = "127.0.0.1";

  private final List<Integer> ports =
      Stream.of(System.getProperty(PORTS).split(",")).map(Integer::valueOf).toList();
  private final Path directory = Path.of(System.getProperty(DIRECTORY));

  /** Where Kafka's clients connect to a node. */
  String bootstrap(int id) {
    return HOST + ":" + ports.get(2 * (id - 1));
  }

  private String controller(int id) {
    return HOST + ":" + ports.get(2 * (id - 1) + 1);
  }

  /** Where they connect to all of these. */
  String bootstrap(List<Integer> ids) {
    return ids.stream().map(this::bootstrap).collect(Collectors.joining(","));
  }

  /** Where members of the actor cluster join. */
  String members() {
    return NODES.stream().map(this::controller).collect(Collectors.joining(","));
  }

  /** Starts a node, on the data that it left. */
  MilenaNode start(int id) {
    MilenaNode.Builder builder =
        MilenaNode.builder()
            .dataDir(directory.resolve(Integer.toString(id)))
            .config("node.id", Integer.toString(id))
            .config("listeners", "PLAINTEXT://" + bootstrap(id) + ",CONTROLLER://" + controller(id))
            .config(
                "controller.quorum.voters",
                IntStream.rangeClosed(1, NODES.size())
                    .mapToObj(each -> each + "@" + controller(each))
                    .collect(Collectors.joining(",")))
            .config("min.insync.replicas", "2")
            .config("offsets.topic.num.partitions", "1")
            .config("offsets.topic.replication.factor", "3");
    Standstill.SETTINGS.forEach(builder::config);
    return builder.start();
  }
}
