package milena.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What an operator has set, before anyone asks what it means: Kafka's settings as they are written
 * in a {@code server.properties}, and Milena's own as HOCON with its defaults.
 *
 * @param broker Kafka's settings by name, and those of {@code milena.*} that were set beside them
 * @param config everything under {@code milena}, with the defaults of {@code milena-defaults.conf}
 */
record Settings(Map<String, String> broker, Config config) {
  private static final String OWN = "milena.";
  private static final String REMOTE_PORT = "milena.remote.port";

  /** Kafka's settings, and those of Milena's that lie in the same table. */
  Map<String, String> kafkas() {
    Map<String, String> names = new TreeMap<>(broker);
    names.keySet().removeIf(name -> name.startsWith(OWN) && !name.equals(REMOTE_PORT));
    names.put(REMOTE_PORT, config.getString(REMOTE_PORT));
    return names;
  }

  /** Reads nothing: only what is given here, over the defaults. */
  static Settings of(Map<String, String> given) {
    return merge(new TreeMap<>(), ConfigFactory.empty(), given);
  }

  /**
   * Reads a file: HOCON when its name ends in {@code .conf}, {@code .json} or {@code .hocon}, else
   * properties as Kafka's own.
   *
   * @param overrides stronger than the file
   */
  static Settings read(Path file, Map<String, String> overrides) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new CannotStart("The configuration file " + file + " can't be read.");
    }
    String name = file.getFileName().toString();
    if (name.endsWith(".conf") || name.endsWith(".json") || name.endsWith(".hocon")) {
      return readHocon(file, overrides);
    }
    return merge(readProperties(file), ConfigFactory.empty(), overrides);
  }

  private static Settings readHocon(Path file, Map<String, String> overrides) {
    try {
      Config config =
          ConfigFactory.parseFile(
                  file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
              .resolve();
      Map<String, String> broker = new TreeMap<>();
      if (config.hasPath("milena.broker")) {
        flatten("", config.getObject("milena.broker"), broker);
      }
      return merge(broker, config.withoutPath("milena.broker"), overrides);
    } catch (ConfigException e) {
      throw new CannotStart("The configuration file can't be understood: " + e.getMessage(), e);
    }
  }

  private static Map<String, String> readProperties(Path file) {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      properties.load(in);
    } catch (IOException | IllegalArgumentException e) {
      throw new CannotStart(
          "The configuration file " + file + " can't be understood: " + e.getMessage(), e);
    }
    Map<String, String> broker = new TreeMap<>();
    properties.stringPropertyNames().forEach(n -> broker.put(n, properties.getProperty(n)));
    return broker;
  }

  private static Settings merge(
      Map<String, String> broker, Config file, Map<String, String> overrides) {
    broker.putAll(overrides);
    Map<String, String> own = new LinkedHashMap<>();
    broker.forEach(
        (name, value) -> {
          if (name.startsWith(OWN)) {
            own.put(name, value);
          }
        });
    try {
      Config config =
          ConfigFactory.parseMap(own, "the settings given")
              .withFallback(file)
              .withFallback(ConfigFactory.systemProperties())
              .withFallback(LibraryDefaults.own())
              .resolve();
      return new Settings(Map.copyOf(broker), config);
    } catch (ConfigException e) {
      throw new CannotStart("The configuration can't be understood: " + e.getMessage(), e);
    }
  }

  /** HOCON nests at dots, Kafka's names are flat: {@code log { retention.ms = 1 }} is one name. */
  private static void flatten(String prefix, ConfigObject object, Map<String, String> flat) {
    object.forEach(
        (key, value) -> {
          String name = prefix.isEmpty() ? key : prefix + "." + key;
          if (value.valueType() == ConfigValueType.OBJECT) {
            flatten(name, (ConfigObject) value, flat);
          } else if (value.valueType() != ConfigValueType.NULL) {
            flat.put(name, text(value));
          }
        });
  }

  private static String text(ConfigValue value) {
    return value instanceof ConfigList list
        ? list.stream().map(Settings::text).collect(Collectors.joining(","))
        : String.valueOf(value.unwrapped());
  }
}
