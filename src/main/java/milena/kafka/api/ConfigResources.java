package milena.kafka.api;

import org.apache.kafka.common.errors.InvalidRequestException;

/** What the APIs for settings have in common about the names of resources. */
final class ConfigResources {
  private ConfigResources() {}

  /** Fails unless the broker named is this one: each broker speaks for itself alone. */
  static void requireNode(String name, int nodeId, String orElse) {
    int id;
    try {
      id = Integer.parseInt(name);
    } catch (NumberFormatException e) {
      throw new InvalidRequestException("Broker id must be an integer, but it is: " + name);
    }
    if (id != nodeId) {
      throw new InvalidRequestException(
          "Unexpected broker id, expected " + nodeId + orElse + ", but received " + name);
    }
  }
}
