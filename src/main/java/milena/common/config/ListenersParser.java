package milena.common.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import milena.common.config.ListenersConfig.Listener;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** Reads the listener settings and holds them against one another. */
final class ListenersParser {
  private static final Pattern LISTENER =
      Pattern.compile("([a-zA-Z][\\w-]*)://\\[?([^\\[\\]]*?)\\]?:(-?\\d+)");

  private final ConfigLayers layers;
  private final Set<BrokerConfig.Role> roles;
  private final List<String> problems;

  ListenersParser(ConfigLayers layers, Set<BrokerConfig.Role> roles, List<String> problems) {
    this.layers = layers;
    this.roles = roles;
    this.problems = problems;
  }

  ListenersConfig parse() {
    List<String> controllers =
        layers.list("controller.listener.names").stream().map(ListenersParser::upper).toList();
    Map<String, SecurityProtocol> protocols = protocols(controllers);
    List<Listener> bound = listeners("listeners", protocols);
    List<Listener> advertised = listeners("advertised.listeners", protocols);
    checkBound(bound);
    checkControllers(bound, controllers);
    checkAdvertised(bound, advertised, controllers);
    String interBroker = interBroker(bound, controllers, protocols);
    return new ListenersConfig(bound, advertised, interBroker, controllers, protocols);
  }

  private Map<String, SecurityProtocol> protocols(List<String> controllers) {
    Map<String, SecurityProtocol> protocols = new HashMap<>();
    for (String pair : layers.text("listener.security.protocol.map").split(",")) {
      String[] parts = pair.trim().split(":");
      if (parts.length != 2) {
        problems.add("listener.security.protocol.map: '" + pair + "' is not NAME:PROTOCOL");
        continue;
      }
      try {
        protocols.put(upper(parts[0]), SecurityProtocol.valueOf(upper(parts[1])));
      } catch (IllegalArgumentException e) {
        problems.add(
            "listener.security.protocol.map: there is no security protocol '" + parts[1] + "'");
      }
    }
    if (!layers.given().containsKey("listener.security.protocol.map")) {
      controllers.forEach(name -> protocols.putIfAbsent(name, SecurityProtocol.PLAINTEXT));
    }
    return protocols;
  }

  private List<Listener> listeners(String setting, Map<String, SecurityProtocol> protocols) {
    List<Listener> listeners = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (String text : layers.list(setting)) {
      Matcher matcher = LISTENER.matcher(text);
      if (!matcher.matches() || !isPort(matcher.group(3))) {
        problems.add(setting + ": '" + text + "' is not NAME://host:port");
        continue;
      }
      String name = upper(matcher.group(1));
      SecurityProtocol protocol = protocols.get(name);
      if (!names.add(name)) {
        problems.add(setting + ": each listener must have its own name, but " + name + " is twice");
      } else if (protocol == null) {
        problems.add(
            setting
                + ": no security protocol is given for listener "
                + name
                + " in listener.security.protocol.map");
      } else if (protocol != SecurityProtocol.PLAINTEXT) {
        problems.add(
            setting
                + ": listener "
                + name
                + " asks for "
                + protocol
                + ", which Milena does not serve yet; PLAINTEXT is");
      } else {
        int port = Integer.parseInt(matcher.group(3));
        listeners.add(new Listener(name, matcher.group(2), port, protocol));
      }
    }
    return listeners;
  }

  private static boolean isPort(String digits) {
    return digits.length() <= 5
        && Integer.parseInt(digits) >= 0
        && Integer.parseInt(digits) <= 65535;
  }

  private void checkBound(List<Listener> bound) {
    Set<String> ports = new HashSet<>();
    for (Listener each : bound) {
      boolean ipv6 = each.host().contains(":");
      if (each.port() != 0 && !ports.add(each.port() + (ipv6 ? "v6" : ""))) {
        problems.add(
            "listeners: each listener must have a port of its own, but "
                + each.port()
                + " is there twice");
      }
    }
    if (bound.isEmpty() && problems.isEmpty()) {
      problems.add("listeners: at least one listener is needed");
    }
  }

  private void checkControllers(List<Listener> bound, List<String> controllers) {
    boolean listens = bound.stream().anyMatch(each -> controllers.contains(each.name()));
    if (controllers.isEmpty()) {
      problems.add(
          "controller.listener.names: at least one name is needed, of the listener that"
              + " controllers are reached at");
    } else if (roles.contains(BrokerConfig.Role.CONTROLLER)) {
      if (!listens) {
        problems.add(
            "controller.listener.names: a controller must have at least one of "
                + controllers
                + " in listeners");
      }
    } else if (listens) {
      problems.add(
          "controller.listener.names: a node that is only a broker must have none of "
              + controllers
              + " in listeners");
    }
    boolean forClients = bound.stream().anyMatch(each -> !controllers.contains(each.name()));
    if (roles.contains(BrokerConfig.Role.BROKER) && !forClients) {
      problems.add("listeners: a broker needs a listener that is not only for controllers");
    } else if (!roles.contains(BrokerConfig.Role.BROKER) && forClients && !roles.isEmpty()) {
      problems.add(
          "listeners: a node that is only a controller may have none but those of"
              + " controller.listener.names");
    }
  }

  private void checkAdvertised(
      List<Listener> bound, List<Listener> advertised, List<String> controllers) {
    for (Listener each : advertised) {
      if (each.host().equals("0.0.0.0")) {
        problems.add(
            "advertised.listeners: "
                + each
                + " can't be dialled; name an address that clients"
                + " can reach");
      }
      if (bound.stream().noneMatch(own -> own.name().equals(each.name()))) {
        problems.add(
            "advertised.listeners: " + each.name() + " is not among the names in listeners");
      }
      if (each.port() == 0) {
        problems.add("advertised.listeners: " + each + " can't be dialled; name the port");
      }
    }
    for (Listener each : bound) {
      if (advertised.isEmpty()
          && each.host().equals("0.0.0.0")
          && !controllers.contains(each.name())) {
        problems.add(
            "advertised.listeners: must be given, since "
                + each
                + " in listeners can't be"
                + " dialled");
      }
    }
  }

  private String interBroker(
      List<Listener> bound, List<String> controllers, Map<String, SecurityProtocol> protocols) {
    Optional<String> named = layers.optional("inter.broker.listener.name").map(n -> upper(n));
    boolean byProtocol = layers.given().containsKey("security.inter.broker.protocol");
    if (named.isPresent() && byProtocol) {
      problems.add(
          "inter.broker.listener.name: only one of it and security.inter.broker.protocol may be"
              + " given");
    }
    String name = named.orElseGet(() -> layers.text("security.inter.broker.protocol"));
    if (!roles.contains(BrokerConfig.Role.BROKER) || !problems.isEmpty()) {
      return name;
    }
    if (controllers.contains(name)) {
      problems.add(
          "inter.broker.listener.name: "
              + name
              + " is a controller listener, which brokers"
              + " can't use among themselves");
    } else if (bound.stream().noneMatch(each -> each.name().equals(name))) {
      problems.add("inter.broker.listener.name: " + name + " is not among the names in listeners");
    } else if (!protocols.containsKey(name)) {
      problems.add("inter.broker.listener.name: no security protocol is given for " + name);
    }
    return name;
  }

  private static String upper(String name) {
    return name.trim().toUpperCase(Locale.ROOT);
  }
}
