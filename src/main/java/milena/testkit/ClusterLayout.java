package milena.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import milena.node.FreePorts;

/** Which nodes a cluster has, of which roles, and at which ports of 127.0.0.1. */
final class ClusterLayout {
  private static final String HOST = "127.0.0.1";

  private final Map<Integer, Place> places = new TreeMap<>();

  /**
   * @param client the port of its Kafka listener, if it is a broker
   * @param controller the port of its controller listener, if it is a controller
   */
  private record Place(Role role, int client, int controller) {}

  private enum Role {
    BOTH("broker,controller"),
    CONTROLLER("controller"),
    BROKER("broker");

    private final String told;

    Role(String told) {
      this.told = told;
    }
  }

  /** Numbers the nodes from 1 on: those that are both first, the brokers last. */
  ClusterLayout(int both, int controllers, int brokers) {
    List<Role> roles = new ArrayList<>();
    roles.addAll(Stream.generate(() -> Role.BOTH).limit(both).toList());
    roles.addAll(Stream.generate(() -> Role.CONTROLLER).limit(controllers).toList());
    roles.addAll(Stream.generate(() -> Role.BROKER).limit(brokers).toList());
    List<Integer> free = FreePorts.some(2 * roles.size());
    for (int i = 0; i < roles.size(); i++) {
      places.put(i + 1, new Place(roles.get(i), free.get(2 * i), free.get(2 * i + 1)));
    }
  }

  List<Integer> nodeIds() {
    return List.copyOf(places.keySet());
  }

  String bootstrapServers() {
    return places.values().stream()
        .filter(place -> place.role() != Role.CONTROLLER)
        .map(place -> HOST + ":" + place.client())
        .collect(Collectors.joining(","));
  }

  String controllers() {
    return places.values().stream()
        .filter(place -> place.role() != Role.BROKER)
        .map(place -> HOST + ":" + place.controller())
        .collect(Collectors.joining(","));
  }

  /** The settings that make a node what it is here. */
  Map<String, String> settingsOf(int id) {
    Map<String, String> settings = new LinkedHashMap<>();
    Role role = places.get(id).role();
    settings.put("node.id", Integer.toString(id));
    settings.put("process.roles", role.told);
    settings.put("listeners", listeners(places.get(id)));
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put(
        "controller.quorum.voters",
        places.entrySet().stream()
            .filter(each -> each.getValue().role() != Role.BROKER)
            .map(each -> each.getKey() + "@" + HOST + ":" + each.getValue().controller())
            .collect(Collectors.joining(",")));
    long brokers = places.values().stream().filter(p -> p.role() != Role.CONTROLLER).count();
    String replicas = Long.toString(Math.min(3, brokers));
    settings.put("offsets.topic.replication.factor", replicas);
    settings.put("transaction.state.log.replication.factor", replicas);
    return settings;
  }

  private static String listeners(Place place) {
    String forClients = "PLAINTEXT://" + HOST + ":" + place.client();
    String forControllers = "CONTROLLER://" + HOST + ":" + place.controller();
    return switch (place.role()) {
      case BOTH -> forClients + "," + forControllers;
      case CONTROLLER -> forControllers;
      case BROKER -> forClients;
    };
  }
}
