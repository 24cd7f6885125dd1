package milena.metadata;

import java.util.Map;
import milena.common.Outcome;
import org.apache.kafka.common.Uuid;

/**
 * What became of a wanted topic.
 *
 * @param configs the settings it was made with, its own only
 */
public record CreatedTopic(
    String name,
    Uuid id,
    Outcome outcome,
    int partitions,
    short replicationFactor,
    Map<String, String> configs) {

  public CreatedTopic {
    configs = Map.copyOf(configs);
  }

  public static CreatedTopic failed(String name, Outcome outcome) {
    return new CreatedTopic(name, Uuid.ZERO_UUID, outcome, -1, (short) -1, Map.of());
  }
}
