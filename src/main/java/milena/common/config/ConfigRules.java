package milena.common.config;

import java.util.Map;
import milena.common.Outcome;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What the controller asks about settings before it commits a change to them. The controller knows
 * no setting by name; who knows them answers.
 */
public interface ConfigRules {

  /**
   * Whether a resource may have exactly these dynamic settings, unknown names, bad values and
   * forbidden combinations included.
   *
   * @param settings all that would be set; values may be null when a client sent null
   */
  Outcome validate(ConfigResource resource, Map<String, String> settings);

  /** Whether the setting holds a comma-separated list, so that values can be added and taken. */
  boolean isList(ConfigResource.Type type, String name);

  /** The value in force while a setting is not set, or null when there is none. */
  String defaultValue(ConfigResource.Type type, String name);

  /** Accepts everything; for tests of other things. */
  ConfigRules ANY =
      new ConfigRules() {
        @Override
        public Outcome validate(ConfigResource resource, Map<String, String> settings) {
          return Outcome.SUCCESS;
        }

        @Override
        public boolean isList(ConfigResource.Type type, String name) {
          return false;
        }

        @Override
        public String defaultValue(ConfigResource.Type type, String name) {
          return null;
        }
      };
}
