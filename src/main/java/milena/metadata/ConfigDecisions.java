package milena.metadata;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import milena.common.Outcome;
import milena.common.config.ConfigRules;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;

/** Decides about changes to dynamic settings: for each resource all of its changes or none. */
public final class ConfigDecisions {
  private final ConfigRules rules;
  private final PartitionSweep partitions;

  /**
   * @param rules what may be set
   * @param elections by which leaders are elected
   */
  public ConfigDecisions(ConfigRules rules, ElectionRules elections) {
    this.rules = rules;
    this.partitions = new PartitionSweep(elections);
  }

  /** One answer for each change, in order. */
  public Decision<List<AlteredConfig>> alter(ClusterImage image, List<ConfigChange> changes) {
    Draft draft = new Draft(image);
    List<AlteredConfig> answers = new ArrayList<>(changes.size());
    for (ConfigChange change : changes) {
      answers.add(new AlteredConfig(change.resource(), alter(draft, change)));
    }
    return draft.decide(List.copyOf(answers));
  }

  private Outcome alter(Draft draft, ConfigChange change) {
    ConfigResource resource = change.resource();
    try {
      requireExists(draft.image(), resource);
      Map<String, String> before = draft.image().config(resource);
      Map<String, String> after = change.replace() ? new HashMap<>() : new HashMap<>(before);
      for (ConfigChange.Op op : change.ops()) {
        apply(after, resource.type(), op);
      }
      Outcome outcome = rules.validate(resource, after);
      after.values().removeIf(value -> value == null);
      if (outcome.ok() && !after.equals(before)) {
        ClusterImage image = draft.image();
        draft.add(new ClusterEvent.ConfigsReplaced(resource, after));
        draft.addAll(partitions.settingsChanged(image, draft.image()));
      }
      return outcome;
    } catch (Refusal refusal) {
      return refusal.outcome();
    }
  }

  private static void requireExists(ClusterImage image, ConfigResource resource) {
    String name = resource.name();
    if (resource.type() == ConfigResource.Type.TOPIC && image.topic(name) == null) {
      throw new Refusal(
          Errors.UNKNOWN_TOPIC_OR_PARTITION, "The topic '" + name + "' does not exist.");
    }
    if (resource.type() == ConfigResource.Type.BROKER && !name.isEmpty()) {
      int id;
      try {
        id = Integer.parseInt(name);
      } catch (NumberFormatException e) {
        throw new Refusal(Errors.INVALID_REQUEST, "Invalid broker name " + name);
      }
      if (!image.brokers().containsKey(id)) {
        throw new Refusal(Errors.BROKER_ID_NOT_REGISTERED, "No broker with id " + id + " found.");
      }
    }
  }

  private void apply(Map<String, String> settings, ConfigResource.Type type, ConfigChange.Op op) {
    switch (op.kind()) {
      case SET -> settings.put(op.name(), op.value());
      case DELETE -> settings.remove(op.name());
      case APPEND, SUBTRACT -> {
        if (!rules.isList(type, op.name())) {
          throw new Refusal(
              Errors.INVALID_CONFIG,
              "Can't %s to key %s because its type is not LIST.".formatted(op.kind(), op.name()));
        }
        List<String> values = parts(settings.get(op.name()), type, op.name());
        for (String value : (op.value() == null ? "" : op.value()).split(",")) {
          if (op.kind() == ConfigChange.Kind.SUBTRACT) {
            values.remove(value);
          } else if (!values.contains(value)) {
            values.add(value);
          }
        }
        settings.put(op.name(), String.join(",", values));
      }
    }
  }

  private List<String> parts(String set, ConfigResource.Type type, String name) {
    String value = set == null ? rules.defaultValue(type, name) : set;
    List<String> parts = new ArrayList<>();
    if (value != null) {
      Arrays.stream(value.split(",")).filter(part -> !part.isEmpty()).forEach(parts::add);
    }
    return parts;
  }
}
