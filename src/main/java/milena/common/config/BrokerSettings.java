package milena.common.config;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of all broker settings, and how their names stand to one another. */
public final class BrokerSettings {
  private static final Pattern FOR_LISTENER = Pattern.compile("listener\\.name\\.[^.]+\\.(.+)");

  private static final Map<String, Setting> TABLE =
      Stream.of(
              NodeSettings.all(),
              NetworkSettings.all(),
              LogSettings.all(),
              ReplicationSettings.all(),
              CoordinationSettings.all(),
              NewGroupSettings.all(),
              SecuritySettings.all(),
              SaslSettings.all(),
              TieringSettings.all())
          .flatMap(List::stream)
          .collect(Collectors.toMap(Setting::name, Function.identity(), (a, b) -> a, TreeMap::new));

  /** What may be set under a listener's prefix for all brokers at once. */
  private static final Set<String> FOR_ALL_ON_A_LISTENER =
      Set.of("max.connections", "max.connection.creation.rate", "num.network.threads");

  private static final Set<String> ONLY_PER_LISTENER = SecuritySettings.perListener();

  private BrokerSettings() {}

  /** All settings, by name. */
  public static Collection<Setting> all() {
    return TABLE.values();
  }

  /** The setting of this name, or null; a listener's prefix ({@code listener.name.x.}) is cut. */
  public static Setting find(String name) {
    Setting setting = TABLE.get(name);
    return setting == null ? TABLE.get(withoutListener(name)) : setting;
  }

  /** The name behind a listener's prefix, and behind a SASL mechanism's where there is one. */
  static String withoutListener(String name) {
    Matcher prefixed = FOR_LISTENER.matcher(name);
    if (!prefixed.matches()) {
      return name;
    }
    String base = prefixed.group(1);
    if (TABLE.containsKey(base)) {
      return base;
    }
    int mechanism = base.indexOf('.');
    return mechanism < 0 ? base : base.substring(mechanism + 1);
  }

  /** Whether the name is one of TLS's that may change at run time only for a named listener. */
  static boolean needsListener(String name) {
    return ONLY_PER_LISTENER.contains(name);
  }

  /** Whether the name is known and can't change while the node runs. */
  static boolean isFixed(String name) {
    Setting setting = find(name);
    return setting != null && !setting.isDynamic();
  }

  /** Whether the name can be set on one broker only, not for all of them at once. */
  static boolean isPerBroker(String name) {
    Setting setting = find(name);
    return setting != null
        && (setting.scope() == Setting.Scope.PER_BROKER
            || (!setting.name().equals(name) && !FOR_ALL_ON_A_LISTENER.contains(setting.name())));
  }

  /**
   * The names that say the same in other units or under another prefix, each before those that it
   * overrides; the name itself where there are none.
   */
  public static List<String> synonyms(String name) {
    return switch (name) {
      case "log.roll.ms", "log.roll.hours" -> List.of("log.roll.ms", "log.roll.hours");
      case "log.roll.jitter.ms", "log.roll.jitter.hours" ->
          List.of("log.roll.jitter.ms", "log.roll.jitter.hours");
      case "log.flush.interval.ms" ->
          List.of("log.flush.interval.ms", "log.flush.scheduler.interval.ms");
      case "log.retention.ms", "log.retention.minutes", "log.retention.hours" ->
          List.of("log.retention.ms", "log.retention.minutes", "log.retention.hours");
      default -> {
        String base = withoutListener(name);
        yield base.equals(name) ? List.of(name) : List.of(name, base);
      }
    };
  }
}
