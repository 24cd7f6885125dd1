package milena.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import java.util.Set;

/**
 * Which of Akka's serializers a node has. Akka makes every one it is configured with at the start
 * (those for Jackson with an object mapper each), so the ones for what Milena never sends are left
 * out.
 */
final class Serializers {
  private static final String BY_NAME = "akka.actor.serializers";
  private static final String BY_CLASS = "akka.actor.serialization-bindings";

  private static final Set<String> UNUSED =
      Set.of(
          "akka-cluster-client",
          "akka-persistence-query",
          "akka-pubsub",
          "akka-stream-ref",
          "daemon-create",
          "jackson-cbor-264",
          "jackson-json",
          "proto",
          "reliable-delivery",
          "replicated-event-sourcing");

  private Serializers() {}

  /** The same configuration without the unused serializers and what is bound to them. */
  static Config onlyUsed(Config config) {
    ConfigObject names = config.getObject(BY_NAME);
    for (String name : UNUSED) {
      names = names.withoutKey(name);
    }
    ConfigObject all = config.getObject(BY_CLASS);
    ConfigObject bound = all;
    for (String className : all.keySet()) {
      if (UNUSED.contains(String.valueOf(all.get(className).unwrapped()))) {
        bound = bound.withoutKey(className);
      }
    }
    return config.withValue(BY_NAME, names).withValue(BY_CLASS, bound);
  }
}
