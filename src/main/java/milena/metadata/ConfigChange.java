package milena.metadata;

import java.util.List;
import org.apache.kafka.common.config.ConfigResource;

/**
 * A change to one resource's dynamic settings.
 *
 * @param replace whether everything not named here is dropped (the older AlterConfigs), or kept
 *     (IncrementalAlterConfigs)
 */
public record ConfigChange(ConfigResource resource, boolean replace, List<Op> ops) {

  public ConfigChange {
    ops = List.copyOf(ops);
  }

  /**
   * One setting's change.
   *
   * @param value null for a {@link Kind#DELETE}
   */
  public record Op(String name, Kind kind, String value) {}

  /** What a change does to a setting; append and subtract are for lists. */
  public enum Kind {
    SET,
    DELETE,
    APPEND,
    SUBTRACT
  }
}
