package milena.kafka.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import milena.common.config.BrokerSettings;
import milena.common.config.ConfigLayers;
import milena.common.config.ConfigLayers.Said;
import milena.common.config.ConfigSource;
import milena.common.config.Setting;
import milena.common.config.TopicSettings;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/** Settings as DescribeConfigs and CreateTopics tell of them: value, source, and what is below. */
final class ConfigDescriptions {
  private ConfigDescriptions() {}

  /**
   * One setting.
   *
   * @param setting what is known of it; null for a name that nobody knows
   * @param value null where there is none, and for a secret
   * @param said the places that say it, the one in force first
   */
  record Described(
      String name,
      Setting setting,
      String value,
      ConfigSource source,
      boolean readOnly,
      List<Said> said) {

    /** What may not be shown: passwords, and what might be one. */
    boolean sensitive() {
      return setting == null || setting.isSensitive();
    }

    /** The protocol's number for the type. */
    byte type() {
      ConfigDef.Type type = setting == null ? null : setting.type();
      if (type == null) {
        return 0;
      }
      return switch (type) {
        case BOOLEAN -> 1;
        case STRING -> 2;
        case INT -> 3;
        case SHORT -> 4;
        case LONG -> 5;
        case DOUBLE -> 6;
        case LIST -> 7;
        case CLASS -> 8;
        case PASSWORD -> 9;
      };
    }

    String documentation() {
      return setting == null ? null : setting.description();
    }
  }

  /**
   * A topic's settings in force, by name.
   *
   * @param own what was set on the topic
   */
  static List<Described> ofTopic(Map<String, String> own, ConfigLayers broker) {
    List<Described> described = new ArrayList<>();
    TreeMap<String, String> inForce = new TreeMap<>(TopicSettings.inForce(own, broker));
    inForce.forEach(
        (name, value) -> {
          List<Said> said = new ArrayList<>();
          if (own.containsKey(name)) {
            said.add(new Said(name, own.get(name), ConfigSource.DYNAMIC_TOPIC));
          }
          TopicSettings.brokerName(name).ifPresent(above -> said.addAll(broker.said(above)));
          described.add(described(name, TopicSettings.find(name), value, false, said));
        });
    return described;
  }

  /** A broker's settings in force, by name, the unknown ones that it was given included. */
  static List<Described> ofBroker(ConfigLayers layers) {
    TreeSet<String> names = new TreeSet<>();
    for (Setting setting : BrokerSettings.all()) {
      if (!setting.hidden()) {
        names.add(setting.name());
      }
    }
    names.addAll(layers.given().keySet());
    names.addAll(layers.ofCluster().keySet());
    names.addAll(layers.ofBroker().keySet());
    List<Described> described = new ArrayList<>();
    for (String name : names) {
      Setting setting = BrokerSettings.find(name);
      List<Said> said = sinceOwnName(name, layers.said(name));
      boolean readOnly = setting == null || !setting.isDynamic();
      String value = setting == null ? unknownValue(said) : inForce(layers, name);
      described.add(described(name, setting, value, readOnly, said));
    }
    return described;
  }

  /** What was set for all brokers at once. */
  static List<Described> ofAllBrokers(ConfigLayers layers) {
    List<Described> described = new ArrayList<>();
    new TreeMap<>(layers.ofCluster())
        .forEach(
            (name, value) -> {
              Setting setting = BrokerSettings.find(name);
              List<Said> said = List.of(new Said(name, value, ConfigSource.DYNAMIC_DEFAULT_BROKER));
              boolean readOnly = setting == null || !setting.isDynamic();
              described.add(described(name, setting, value, readOnly, said));
            });
    return described;
  }

  private static String inForce(ConfigLayers layers, String name) {
    try {
      Setting setting = BrokerSettings.find(name);
      Object value = layers.value(name);
      return value == null || setting.isSensitive() ? null : setting.asText(value);
    } catch (ConfigException e) {
      return layers.text(name);
    }
  }

  private static String unknownValue(List<Said> said) {
    return said.isEmpty() ? null : said.get(0).value();
  }

  /** A setting in another unit that goes before this one says nothing about this one. */
  private static List<Said> sinceOwnName(String name, List<Said> said) {
    for (int i = 0; i < said.size(); i++) {
      if (said.get(i).name().equals(name)) {
        return said.subList(i, said.size());
      }
    }
    return List.of();
  }

  private static Described described(
      String name, Setting setting, String value, boolean readOnly, List<Said> said) {
    ConfigSource source = said.isEmpty() ? ConfigSource.DEFAULT : said.get(0).source();
    boolean secret = setting == null || setting.isSensitive();
    return new Described(name, setting, secret ? null : value, source, readOnly, said);
  }
}
