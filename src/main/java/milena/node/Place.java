package milena.node;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import milena.metadata.BrokerImage.Endpoint;

/**
 * Who a node is, where it listens and where its data is: what Kafka's KRaft settings say of it,
 * checked against each other as Kafka checks them.
 *
 * @param listeners what clients and brokers dial: bound here, in the order given
 * @param advertised what clients are told to dial, by listener name; a port of 0 stands for the one
 *     that its listener gets
 * @param remoting where Akka's remoting listens: the controller listener, where there is one
 * @param voters the voters of the metadata log
 * @param logDirs where partitions are
 * @param metadataDir where the metadata log is; one of {@code logDirs} by default
 */
record Place(
    int nodeId,
    boolean broker,
    boolean controller,
    List<Listener> listeners,
    Map<String, Endpoint> advertised,
    String interBrokerListener,
    NodeSystem.Remoting remoting,
    List<Voter> voters,
    List<Path> logDirs,
    Path metadataDir,
    Optional<String> rack) {

  private static final Pattern LISTENER =
      Pattern.compile("\\s*([^:/\\s]+)://\\[?([0-9a-zA-Z\\-%._:]*?)]?:(\\d{1,5})\\s*");
  private static final Pattern VOTER =
      Pattern.compile("\\s*(\\d+)@\\[?([0-9a-zA-Z\\-%._:]+?)]?:(\\d{1,5})\\s*");

  Place {
    listeners = List.copyOf(listeners);
    advertised = Map.copyOf(advertised);
    voters = List.copyOf(voters);
    logDirs = List.copyOf(logDirs);
  }

  /**
   * A listener as written.
   *
   * @param host empty for every interface
   * @param port 0 for a free one
   */
  record Listener(String name, String host, int port) {}

  /** A voter of the metadata log. */
  record Voter(int id, String host, int port) {}

  /**
   * @param settings Kafka's settings by name, as text; those that were not set are missing
   * @throws CannotStart when they don't fit together
   */
  static Place of(Map<String, String> settings) {
    return new Reader(settings).read();
  }

  /** Parses {@code NAME://host:port,...}. */
  static List<Listener> parseListeners(String setting, String text) {
    List<Listener> listeners = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String part : split(text)) {
      Matcher matcher = LISTENER.matcher(part);
      if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > 65535) {
        throw new CannotStart(setting + ": '" + part + "' is not of the form NAME://host:port.");
      }
      String name = matcher.group(1).toUpperCase(Locale.ROOT);
      if (!names.add(name)) {
        throw new CannotStart(setting + ": the listener name " + name + " is given twice.");
      }
      listeners.add(new Listener(name, matcher.group(2), Integer.parseInt(matcher.group(3))));
    }
    return listeners;
  }

  private static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    for (String part : text.split(",")) {
      if (!part.isBlank()) {
        parts.add(part.trim());
      }
    }
    return parts;
  }

  /** Reads the settings one after another; each method answers one question. */
  private static final class Reader {
    private final Map<String, String> settings;
    private final List<Listener> all;
    private final List<String> controllerNames;
    private final Map<String, String> protocols;
    private final boolean broker;
    private final boolean controller;
    private final int nodeId;

    Reader(Map<String, String> settings) {
      this.settings = settings;
      List<String> roles = split(text("process.roles", ""));
      if (roles.isEmpty() || !Set.of("broker", "controller").containsAll(roles)) {
        throw new CannotStart("process.roles must be broker, controller, or both with a comma.");
      }
      broker = roles.contains("broker");
      controller = roles.contains("controller");
      nodeId = nodeId();
      all = parseListeners("listeners", text("listeners", defaultListeners()));
      controllerNames =
          split(text("controller.listener.names", "")).stream()
              .map(name -> name.toUpperCase(Locale.ROOT))
              .toList();
      protocols = protocols();
    }

    Place read() {
      if (controllerNames.isEmpty()) {
        throw new CannotStart("controller.listener.names must name the controllers' listener.");
      }
      List<Listener> controllers = all.stream().filter(l -> isController(l.name())).toList();
      List<Listener> clients = all.stream().filter(l -> !isController(l.name())).toList();
      if (controller && controllers.isEmpty()) {
        throw new CannotStart(
            "listeners must hold one of controller.listener.names on a node whose process.roles"
                + " hold controller.");
      }
      if (!controller && !controllers.isEmpty()) {
        throw new CannotStart(
            "listeners must not hold "
                + controllers.get(0).name()
                + " on a node that is no"
                + " controller.");
      }
      if (broker && clients.isEmpty()) {
        throw new CannotStart("listeners must hold one for clients on a broker.");
      }
      all.forEach(listener -> requirePlaintext(listener.name()));
      Map<String, Endpoint> advertised = broker ? advertised(clients) : Map.of();
      String interBroker = broker ? interBroker(advertised) : "";
      List<Voter> voters = voters();
      List<Path> logDirs = logDirs();
      return new Place(
          nodeId,
          broker,
          controller,
          broker ? clients : List.of(),
          advertised,
          interBroker,
          controller ? controllerRemoting(controllers.get(0), voters) : brokerRemoting(clients),
          voters,
          logDirs,
          settings.containsKey("metadata.log.dir")
              ? Path.of(settings.get("metadata.log.dir"))
              : logDirs.get(0),
          Optional.ofNullable(settings.get("broker.rack")).filter(rack -> !rack.isBlank()));
    }

    private int nodeId() {
      String id = text("node.id", text("broker.id", ""));
      try {
        int number = Integer.parseInt(id);
        if (number >= 0) {
          return number;
        }
      } catch (NumberFormatException e) {
        // told below
      }
      throw new CannotStart("node.id must be a number from 0 on, not '" + id + "'.");
    }

    private String defaultListeners() {
      return broker ? "PLAINTEXT://:9092" : "";
    }

    private boolean isController(String listener) {
      return controllerNames.contains(listener);
    }

    private Map<String, String> protocols() {
      Map<String, String> map = new LinkedHashMap<>();
      String text = text("listener.security.protocol.map", "");
      for (String part : split(text)) {
        int colon = part.lastIndexOf(':');
        if (colon < 1) {
          throw new CannotStart(
              "listener.security.protocol.map: '" + part + "' is not of the form NAME:PROTOCOL.");
        }
        map.put(
            part.substring(0, colon).trim().toUpperCase(Locale.ROOT),
            part.substring(colon + 1).trim().toUpperCase(Locale.ROOT));
      }
      if (text.isEmpty()) {
        for (String name : List.of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")) {
          map.put(name, name);
        }
        // Kafka's kindness to files that name a controller listener and no protocol for it.
        controllerNames.forEach(name -> map.putIfAbsent(name, "PLAINTEXT"));
      }
      return map;
    }

    private void requirePlaintext(String listener) {
      String protocol = protocols.get(listener);
      if (protocol == null) {
        throw new CannotStart(
            "listener.security.protocol.map names no protocol for the listener " + listener + ".");
      }
      if (!protocol.equals("PLAINTEXT")) {
        throw new CannotStart(
            "The listener "
                + listener
                + " asks for "
                + protocol
                + ", which is not served yet:"
                + " only PLAINTEXT is.");
      }
    }

    private Map<String, Endpoint> advertised(List<Listener> clients) {
      Map<String, Endpoint> endpoints = new LinkedHashMap<>();
      String text = text("advertised.listeners", "");
      List<Listener> told = text.isEmpty() ? clients : parseListeners("advertised.listeners", text);
      Set<String> bound = clients.stream().map(Listener::name).collect(Collectors.toSet());
      for (Listener listener : told) {
        if (isController(listener.name())) {
          continue;
        }
        if (!bound.contains(listener.name())) {
          throw new CannotStart(
              "advertised.listeners: " + listener.name() + " is none of the listeners.");
        }
        if (listener.host().equals("0.0.0.0") || listener.host().equals("::")) {
          throw new CannotStart(
              "advertised.listeners: nobody can dial "
                  + listener.host()
                  + "; set"
                  + " advertised.listeners to an address that clients reach.");
        }
        endpoints.put(
            listener.name(),
            new Endpoint(
                listener.host().isEmpty() ? localHostName() : listener.host(),
                listener.port(),
                protocols.get(listener.name())));
      }
      return endpoints;
    }

    private String interBroker(Map<String, Endpoint> advertised) {
      String named = settings.get("inter.broker.listener.name");
      if (named == null) {
        String protocol = text("security.inter.broker.protocol", "PLAINTEXT");
        return advertised.entrySet().stream()
            .filter(entry -> entry.getKey().equals(protocol))
            .findFirst()
            .or(
                () ->
                    advertised.entrySet().stream()
                        .filter(entry -> entry.getValue().securityProtocol().equals(protocol))
                        .findFirst())
            .map(Map.Entry::getKey)
            .orElseThrow(
                () ->
                    new CannotStart(
                        "No advertised listener speaks "
                            + protocol
                            + " for brokers to talk among"
                            + " themselves: set inter.broker.listener.name."));
      }
      String name = named.trim().toUpperCase(Locale.ROOT);
      if (!advertised.containsKey(name)) {
        throw new CannotStart(
            "inter.broker.listener.name: " + name + " is none of the advertised listeners.");
      }
      return name;
    }

    private List<Voter> voters() {
      List<Voter> voters = new ArrayList<>();
      for (String part : split(text("controller.quorum.voters", ""))) {
        Matcher matcher = VOTER.matcher(part);
        if (!matcher.matches()) {
          throw new CannotStart(
              "controller.quorum.voters: '" + part + "' is not of the form id@host:port.");
        }
        voters.add(
            new Voter(
                Integer.parseInt(matcher.group(1)),
                matcher.group(2),
                Integer.parseInt(matcher.group(3))));
      }
      boolean listed = voters.stream().anyMatch(voter -> voter.id() == nodeId);
      if (!voters.isEmpty() && controller && !listed) {
        throw new CannotStart(
            "controller.quorum.voters does not hold this controller, " + nodeId + ".");
      }
      if (!broker || !controller || voters.size() > 1) {
        throw new CannotStart(
            "Clusters of more than one node are not served yet: process.roles must be"
                + " broker,controller, and controller.quorum.voters this node alone.");
      }
      return voters;
    }

    private NodeSystem.Remoting controllerRemoting(Listener listener, List<Voter> voters) {
      String bind = listener.host().isEmpty() ? "0.0.0.0" : listener.host();
      String host =
          voters.stream()
              .filter(voter -> voter.id() == nodeId)
              .map(Voter::host)
              .findFirst()
              .orElseGet(() -> listener.host().isEmpty() ? localHostName() : listener.host());
      return new NodeSystem.Remoting(host, bind, listener.port());
    }

    private NodeSystem.Remoting brokerRemoting(List<Listener> clients) {
      String host = clients.get(0).host();
      return new NodeSystem.Remoting(
          host.isEmpty() ? localHostName() : host,
          host.isEmpty() ? "0.0.0.0" : host,
          Integer.parseInt(text("milena.remote.port", "0")));
    }

    private List<Path> logDirs() {
      String text = text("log.dirs", text("log.dir", "/tmp/kafka-logs"));
      List<Path> paths = split(text).stream().map(Path::of).map(Path::toAbsolutePath).toList();
      if (paths.isEmpty() || new HashSet<>(paths).size() < paths.size()) {
        throw new CannotStart("log.dirs must name at least one directory, and none twice.");
      }
      return paths;
    }

    private String text(String name, String otherwise) {
      String value = settings.get(name);
      return value == null || value.isBlank() ? otherwise : value.trim();
    }

    private static String localHostName() {
      try {
        return InetAddress.getLocalHost().getCanonicalHostName();
      } catch (UnknownHostException e) {
        return "localhost";
      }
    }
  }
}
