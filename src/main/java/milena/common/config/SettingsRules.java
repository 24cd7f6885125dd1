package milena.common.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import milena.common.Outcome;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;

/**
 * What may be set while the cluster runs, by the tables of settings.
 *
 * @param broker the settings of the node that asks, which give topics' defaults
 */
public record SettingsRules(ConfigLayers broker) implements ConfigRules {

  @Override
  public Outcome validate(ConfigResource resource, Map<String, String> settings) {
    return switch (resource.type()) {
      case TOPIC -> topic(settings);
      case BROKER -> broker(resource.name(), settings);
      default ->
          Outcome.of(
              Errors.INVALID_REQUEST,
              "Settings of resources of type " + resource.type() + " are not served.");
    };
  }

  private Outcome topic(Map<String, String> settings) {
    return TopicSettings.problem(settings, broker)
        .map(problem -> Outcome.of(Errors.INVALID_CONFIG, problem))
        .orElse(Outcome.SUCCESS);
  }

  private static Outcome broker(String name, Map<String, String> settings) {
    boolean forOne = !name.isEmpty();
    Optional<String> forbidden =
        among(settings, BrokerSettings::isFixed, "Cannot update these configs dynamically: ")
            .or(
                () ->
                    among(
                        settings,
                        BrokerSettings::needsListener,
                        "These security configs can be dynamically updated only per-listener using"
                            + " the listener prefix: "))
            .or(
                () ->
                    among(
                        settings,
                        each -> !forOne && BrokerSettings.isPerBroker(each),
                        "Cannot update these configs at default cluster level, broker id must be"
                            + " specified: "));
    List<String> problems = new ArrayList<>();
    forbidden.ifPresent(problems::add);
    settings.forEach((each, value) -> value(each, value).ifPresent(problems::add));
    return problems.isEmpty()
        ? Outcome.SUCCESS
        : Outcome.of(Errors.INVALID_REQUEST, problems.get(0));
  }

  private static Optional<String> value(String name, String text) {
    Setting setting = BrokerSettings.find(name);
    if (setting == null) {
      return Optional.empty();
    }
    if (text == null) {
      return Optional.of("Null value not supported for : " + name);
    }
    try {
      if (setting.support() == Setting.Support.REFUSED && !setting.isDefault(text)) {
        return Optional.of(name + "=" + text + " can't be served: " + setting.note());
      }
      setting.parse(text);
      if (setting.name().equals("log.retention.ms") && Long.parseLong(text.trim()) == 0) {
        return Optional.of("log.retention.ms must be -1 (for ever) or at least 1");
      }
      if (setting.name().equals("max.connections.per.ip.overrides")) {
        BrokerConfigParser.counts(text);
      }
      return Optional.empty();
    } catch (ConfigException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static Optional<String> among(
      Map<String, String> settings, Predicate<String> test, String message) {
    TreeSet<String> names = new TreeSet<>();
    settings.keySet().stream().filter(test).forEach(names::add);
    return names.isEmpty() ? Optional.empty() : Optional.of(message + names);
  }

  @Override
  public boolean isList(ConfigResource.Type type, String name) {
    Setting setting = find(type, name);
    return setting != null && setting.type() == ConfigDef.Type.LIST;
  }

  @Override
  public String defaultValue(ConfigResource.Type type, String name) {
    Setting setting = find(type, name);
    if (setting == null) {
      return null;
    }
    if (type == ConfigResource.Type.BROKER) {
      return setting.defaultText();
    }
    Object value = TopicSettings.value(name, Map.of(), broker);
    return value == null ? null : setting.asText(value);
  }

  private static Setting find(ConfigResource.Type type, String name) {
    return switch (type) {
      case TOPIC -> TopicSettings.find(name);
      case BROKER -> BrokerSettings.find(name);
      default -> null;
    };
  }
}
