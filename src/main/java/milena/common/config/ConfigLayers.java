package milena.common.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;

/**
 * A broker's settings as they lie over one another, the upper going before the lower:
 *
 * <pre>
 *   ofBroker    set on this broker while it runs
 *   ofCluster   set for all brokers while they run
 *   given       from the node's configuration file
 *   (default)   the table's
 * </pre>
 *
 * A dynamic value that does not parse is passed over, so that a bad event can't stop a node.
 */
public record ConfigLayers(
    Map<String, String> given, Map<String, String> ofCluster, Map<String, String> ofBroker) {

  public ConfigLayers {
    given = Map.copyOf(given);
    ofCluster = Map.copyOf(ofCluster);
    ofBroker = Map.copyOf(ofBroker);
  }

  /** What the file says, with nothing dynamic over it. */
  public static ConfigLayers of(Map<String, String> given) {
    return new ConfigLayers(given, Map.of(), Map.of());
  }

  /** The same file under other dynamic settings. */
  public ConfigLayers with(Map<String, String> cluster, Map<String, String> broker) {
    return new ConfigLayers(given, cluster, broker);
  }

  /** A place where a value is said, and the name it is said under. */
  public record Said(String name, String value, ConfigSource source) {}

  /**
   * All places that say the setting's value or a synonym's, the one in force first, as
   * DescribeConfigs lists them. What is said only under a listener's prefix is no word on the bare
   * name.
   */
  public List<Said> said(String name) {
    List<String> names = BrokerSettings.synonyms(name);
    List<Said> said = new ArrayList<>();
    collect(names, ofBroker, ConfigSource.DYNAMIC_BROKER, said);
    collect(names, ofCluster, ConfigSource.DYNAMIC_DEFAULT_BROKER, said);
    collect(names, given, ConfigSource.STATIC_BROKER, said);
    for (String each : names) {
      Setting setting = BrokerSettings.find(each);
      if (setting != null && setting.name().equals(each) && setting.defaultText() != null) {
        said.add(new Said(each, setting.defaultText(), ConfigSource.DEFAULT));
      }
    }
    return said;
  }

  private static void collect(
      List<String> names, Map<String, String> layer, ConfigSource source, List<Said> said) {
    for (String name : names) {
      String value = layer.get(name);
      if (value != null) {
        said.add(new Said(name, value, source));
      }
    }
  }

  /** The text in force under exactly this name, or null where not even a default is. */
  public String text(String name) {
    String said = topmost(name);
    return said == null ? setting(name).defaultText() : said;
  }

  /** The value in force under exactly this name, or null. */
  public Object value(String name) {
    Setting setting = setting(name);
    String said = topmost(name);
    if (said != null) {
      return setting.parse(said);
    }
    return setting.isRequired() ? null : setting.defaultValue();
  }

  private String topmost(String name) {
    Setting setting = setting(name);
    for (Map<String, String> layer : List.of(ofBroker, ofCluster)) {
      String text = layer.get(name);
      if (text != null && parses(setting, text)) {
        return text;
      }
    }
    return given.get(name);
  }

  public int integer(String name) {
    return ((Number) value(name)).intValue();
  }

  /**
   * The bytes of a socket's buffer; -1, which leaves them to the system, where nothing is said. The
   * table's defaults are Kafka's, but a buffer of a fixed size is one that the kernel does not let
   * grow, and one that small has both ends of a busy connection wait for each other.
   */
  int socketBuffer(String name) {
    return topmost(name) == null ? -1 : integer(name);
  }

  public long wide(String name) {
    return ((Number) value(name)).longValue();
  }

  public double real(String name) {
    return (Double) value(name);
  }

  public boolean flag(String name) {
    return (Boolean) value(name);
  }

  /** The entries of a list; none where it is not set. */
  public List<String> list(String name) {
    List<String> entries = new ArrayList<>();
    if (value(name) instanceof List<?> values) {
      values.forEach(entry -> entries.add((String) entry));
    }
    return List.copyOf(entries);
  }

  /** The text where one is set and not empty. */
  public Optional<String> optional(String name) {
    return Optional.ofNullable(text(name)).filter(text -> !text.isEmpty());
  }

  private static Setting setting(String name) {
    Setting setting = BrokerSettings.find(name);
    if (setting == null) {
      throw new IllegalArgumentException("No such setting: " + name);
    }
    return setting;
  }

  private static boolean parses(Setting setting, String text) {
    try {
      setting.parse(text);
      return true;
    } catch (ConfigException e) {
      return false;
    }
  }
}
