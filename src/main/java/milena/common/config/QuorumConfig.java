package milena.common.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who keeps the metadata log.
 *
 * @param voters by rising id; empty where only {@code bootstrap} is given, which serves for a
 *     cluster with a single controller
 * @param bootstrap addresses at which a controller can be found
 */
public record QuorumConfig(
    List<Voter> voters, List<Address> bootstrap, int electionTimeoutMs, int requestTimeoutMs) {

  private static final Pattern ADDRESS = Pattern.compile("\\[?([^\\[\\]@]+?)\\]?:(\\d{1,5})");
  private static final Pattern VOTER = Pattern.compile("(\\d{1,9})@(.+)");

  public QuorumConfig {
    voters = List.copyOf(voters);
    bootstrap = List.copyOf(bootstrap);
  }

  /** A controller that votes, and where it is reached. */
  public record Voter(int id, Address address) {}

  /** A host and a port. */
  public record Address(String host, int port) {}

  static QuorumConfig parse(
      ConfigLayers layers, int nodeId, Set<BrokerConfig.Role> roles, List<String> problems) {
    TreeMap<Integer, Voter> voters = new TreeMap<>();
    for (String text : layers.list("controller.quorum.voters")) {
      Matcher matcher = VOTER.matcher(text.trim());
      Optional<Address> address = matcher.matches() ? address(matcher.group(2)) : Optional.empty();
      if (address.isEmpty()) {
        problems.add("controller.quorum.voters: '" + text + "' is not id@host:port");
      } else {
        int id = Integer.parseInt(matcher.group(1));
        if (voters.put(id, new Voter(id, address.get())) != null) {
          problems.add("controller.quorum.voters: " + id + " is there twice");
        }
      }
    }
    List<Address> bootstrap = new ArrayList<>();
    for (String text : layers.list("controller.quorum.bootstrap.servers")) {
      address(text.trim())
          .ifPresentOrElse(
              bootstrap::add,
              () ->
                  problems.add(
                      "controller.quorum.bootstrap.servers: '" + text + "' is not host:port"));
    }
    check(layers, nodeId, roles, voters, problems);
    return new QuorumConfig(
        voters.values().stream().sorted(Comparator.comparingInt(Voter::id)).toList(),
        bootstrap,
        layers.integer("controller.quorum.election.timeout.ms"),
        layers.integer("controller.quorum.request.timeout.ms"));
  }

  private static void check(
      ConfigLayers layers,
      int nodeId,
      Set<BrokerConfig.Role> roles,
      TreeMap<Integer, Voter> voters,
      List<String> problems) {
    if (layers.list("controller.quorum.voters").isEmpty()) {
      if (layers.list("controller.quorum.bootstrap.servers").isEmpty()) {
        problems.add(
            "controller.quorum.voters: it or controller.quorum.bootstrap.servers must say where"
                + " the controllers are");
      }
    } else if (roles.contains(BrokerConfig.Role.CONTROLLER) && !voters.containsKey(nodeId)) {
      problems.add(
          "controller.quorum.voters: a controller must be among the voters, but node.id "
              + nodeId
              + " is not in "
              + layers.text("controller.quorum.voters"));
    } else if (!roles.contains(BrokerConfig.Role.CONTROLLER) && voters.containsKey(nodeId)) {
      problems.add(
          "controller.quorum.voters: node.id "
              + nodeId
              + " is a voter, but process.roles does"
              + " not make it a controller");
    }
  }

  private static Optional<Address> address(String text) {
    Matcher matcher = ADDRESS.matcher(text);
    if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65535) {
      return Optional.empty();
    }
    return Optional.of(new Address(matcher.group(1), Integer.parseInt(matcher.group(2))));
  }
}
