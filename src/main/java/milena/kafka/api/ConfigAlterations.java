package milena.kafka.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.broker.controller.Controller;
import milena.common.Outcome;
import milena.metadata.ConfigChange;
import milena.metadata.SettingsInForce;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.Errors;

/** Changes of settings, from either API: what this broker can refuse, and the controller's word. */
public final class ConfigAlterations {
  private final int nodeId;
  private final ControllerAsk controller;
  private final SettingsInForce settings;
  private final LoggerChanges loggers;

  public ConfigAlterations(
      int nodeId, ControllerAsk controller, SettingsInForce settings, LogLevels logLevels) {
    this.nodeId = nodeId;
    this.controller = controller;
    this.settings = settings;
    this.loggers = new LoggerChanges(logLevels);
  }

  /** A change as the client wrote it: the operation is a number that may mean nothing. */
  record Asked(String name, byte operation, String value) {}

  /** All that is asked of one resource. */
  record Resource(byte type, String name, List<Asked> changes) {}

  /** One outcome for each resource, in order. */
  CompletionStage<List<Outcome>> alter(
      List<Resource> resources, boolean replace, boolean validateOnly) {
    Outcome[] outcomes = new Outcome[resources.size()];
    List<ConfigChange> forController = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    Set<Resource> repeated = repeated(resources);
    for (int i = 0; i < outcomes.length; i++) {
      Resource resource = resources.get(i);
      try {
        if (repeated.contains(new Resource(resource.type(), resource.name(), List.of()))) {
          throw new InvalidRequestException("Each resource must appear at most once.");
        }
        requireSound(resource);
        if (resource.type() == ConfigResource.Type.BROKER_LOGGER.id() && !replace) {
          ConfigResources.requireNode(resource.name(), nodeId, "");
          loggers.alter(resource.changes(), validateOnly);
          outcomes[i] = Outcome.SUCCESS;
        } else {
          forController.add(change(resource, replace));
          places.add(i);
        }
      } catch (ApiException e) {
        outcomes[i] = Outcome.of(Errors.forException(e), e.getMessage());
      }
    }
    if (forController.isEmpty()) {
      return CompletableFuture.completedFuture(List.of(outcomes));
    }
    return controller
        .<Controller.ConfigsAltered>ask(
            settings.broker().network().requestTimeoutMs(),
            replyTo -> new Controller.AlterConfigs(forController, validateOnly, replyTo))
        .thenApply(
            reply -> {
              for (int i = 0; i < places.size(); i++) {
                outcomes[places.get(i)] = reply.resources().get(i).outcome();
              }
              return List.of(outcomes);
            });
  }

  private static Set<Resource> repeated(List<Resource> resources) {
    Set<Resource> seen = new HashSet<>();
    Set<Resource> repeated = new HashSet<>();
    for (Resource resource : resources) {
      Resource bare = new Resource(resource.type(), resource.name(), List.of());
      if (!seen.add(bare)) {
        repeated.add(bare);
      }
    }
    return repeated;
  }

  private static void requireSound(Resource resource) {
    Map<String, Asked> byName = new HashMap<>();
    TreeSet<String> nulls = new TreeSet<>();
    for (Asked asked : resource.changes()) {
      if (byName.put(asked.name(), asked) != null) {
        throw new InvalidRequestException("Error due to duplicate config keys");
      }
      if (asked.value() == null && asked.operation() != LoggerChanges.DELETE) {
        nulls.add(asked.name());
      }
    }
    if (!nulls.isEmpty()) {
      throw new InvalidRequestException(
          "Null value not supported for : " + String.join(", ", nulls));
    }
  }

  private ConfigChange change(Resource resource, boolean replace) {
    ConfigResource.Type type = ConfigResource.Type.forId(resource.type());
    switch (type) {
      case BROKER -> {
        if (!resource.name().isEmpty()) {
          ConfigResources.requireNode(resource.name(), nodeId, "");
        }
      }
      case TOPIC -> {
        if (resource.name().isEmpty()) {
          throw new InvalidRequestException("Default topic resources are not allowed.");
        }
      }
      case CLIENT_METRICS, GROUP -> {}
      default -> throw new InvalidRequestException("Unknown resource type " + resource.type());
    }
    List<ConfigChange.Op> ops = new ArrayList<>();
    for (Asked asked : resource.changes()) {
      ops.add(new ConfigChange.Op(asked.name(), kind(asked), asked.value()));
    }
    return new ConfigChange(new ConfigResource(type, resource.name()), replace, ops);
  }

  private static ConfigChange.Kind kind(Asked asked) {
    return switch (asked.operation()) {
      case LoggerChanges.SET -> ConfigChange.Kind.SET;
      case LoggerChanges.DELETE -> ConfigChange.Kind.DELETE;
      case LoggerChanges.APPEND -> ConfigChange.Kind.APPEND;
      case LoggerChanges.SUBTRACT -> ConfigChange.Kind.SUBTRACT;
      default -> throw new InvalidRequestException("Unknown operations type " + asked.operation());
    };
  }
}
