package milena.common.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import milena.common.config.BrokerConfig.Role;
import org.apache.kafka.common.config.ConfigException;

/** Reads a configuration, and gathers all that is wrong with it before it says so. */
final class BrokerConfigParser {
  private final Map<String, String> given = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<Setting> idle = new ArrayList<>();

  BrokerConfigParser(Map<String, String> given) {
    given.forEach((name, value) -> this.given.put(name.trim(), value.trim()));
  }

  BrokerConfig.Parsed parse() {
    nameTheNode();
    given.forEach(this::look);
    requireAll();
    failOnProblems();
    ConfigLayers layers = ConfigLayers.of(given);
    Set<Role> roles =
        layers.list("process.roles").stream()
            .map(role -> Role.valueOf(role.toUpperCase(Locale.ROOT)))
            .collect(Collectors.toCollection(TreeSet::new));
    if (roles.isEmpty()) {
      problems.add("process.roles: at least one of broker and controller is needed");
    }
    int nodeId = layers.integer("node.id");
    ListenersConfig listeners = new ListenersParser(layers, roles, problems).parse();
    QuorumConfig quorum = QuorumConfig.parse(layers, nodeId, roles, problems);
    BrokerConfig.Directories directories = directories(layers);
    SettingsChecks.check(layers, problems);
    failOnProblems();
    BrokerConfig config =
        new BrokerConfig(
            nodeId,
            roles,
            layers.optional("broker.rack"),
            listeners,
            quorum,
            directories,
            BrokerConfig.Network.of(layers),
            BrokerConfig.Topics.of(layers),
            BrokerConfig.Upkeep.of(layers),
            BrokerConfig.Replication.of(layers),
            BrokerConfig.Liveness.of(layers),
            BrokerConfig.Groups.of(layers),
            BrokerConfig.Offsets.of(layers),
            BrokerConfig.Transactions.of(layers),
            layers);
    idle.sort(Comparator.comparing(Setting::name));
    return new BrokerConfig.Parsed(config, List.copyOf(warnings), List.copyOf(idle));
  }

  private void failOnProblems() {
    if (!problems.isEmpty()) {
      throw new SettingsException(problems);
    }
  }

  /** node.id and its older name say the same. */
  private void nameTheNode() {
    String older = given.get("broker.id");
    String newer = given.get("node.id");
    if (older != null && newer != null && !older.equals(newer)) {
      problems.add("node.id: broker.id says " + older + ", node.id says " + newer);
    } else if (older != null) {
      given.putIfAbsent("node.id", older);
    } else if (newer != null) {
      given.put("broker.id", newer);
    }
  }

  /** One setting by itself: is it known, is its value good, does it do anything. */
  private void look(String name, String value) {
    Setting setting = BrokerSettings.find(name);
    if (setting == null) {
      if (name.startsWith("zookeeper.")) {
        problems.add(name + ": there is no ZooKeeper; controllers are named by process.roles");
      } else {
        warnings.add(name + " is not a setting that Milena knows; it is ignored");
      }
      return;
    }
    try {
      setting.parse(value);
      if (setting.support() == Setting.Support.HONOURED || setting.isDefault(value)) {
        return;
      }
      if (setting.support() == Setting.Support.REFUSED) {
        problems.add(name + ": this can't be served: " + setting.note());
      } else {
        idle.add(setting);
      }
    } catch (ConfigException e) {
      problems.add(name + ": " + e.getMessage());
    }
  }

  private void requireAll() {
    for (Setting setting : BrokerSettings.all()) {
      if (setting.isRequired() && !given.containsKey(setting.name())) {
        problems.add(setting.name() + " is not given: " + setting.doc());
      }
    }
  }

  private BrokerConfig.Directories directories(ConfigLayers layers) {
    List<String> named = layers.list("log.dirs");
    Set<Path> logs = new LinkedHashSet<>();
    for (String directory : named.isEmpty() ? layers.list("log.dir") : named) {
      logs.add(Path.of(directory).toAbsolutePath().normalize());
    }
    Optional<String> metadata = layers.optional("metadata.log.dir");
    if (logs.isEmpty()) {
      problems.add("log.dirs: at least one log directory is needed");
      return new BrokerConfig.Directories(List.of(), Path.of(""));
    }
    return new BrokerConfig.Directories(
        List.copyOf(logs),
        metadata
            .map(directory -> Path.of(directory).toAbsolutePath().normalize())
            .orElseGet(() -> logs.iterator().next()));
  }

  /**
   * Counts by host, as in max.connections.per.ip.overrides.
   *
   * @throws ConfigException when it isn't host:count, with commas between
   */
  static Map<String, Integer> counts(String text) {
    Map<String, Integer> counts = new HashMap<>();
    for (String pair : text.split(",")) {
      if (pair.isBlank()) {
        continue;
      }
      int colon = pair.lastIndexOf(':');
      try {
        counts.put(
            pair.substring(0, colon).trim(), Integer.parseInt(pair.substring(colon + 1).trim()));
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        throw new ConfigException("'" + pair.trim() + "' is not host:count");
      }
    }
    return Map.copyOf(counts);
  }
}
