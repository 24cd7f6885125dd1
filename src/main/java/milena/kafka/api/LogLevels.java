package milena.kafka.api;

import java.util.Map;

/** The node's loggers, as the resource BROKER_LOGGER shows and changes them (KIP-412). */
public interface LogLevels {
  /** Each logger's level in force, by name; the root logger's name is {@link #ROOT}. */
  Map<String, String> levels();

  /** Sets a level, for a logger in {@link #levels} and a level that Kafka knows. */
  void set(String logger, String level);

  /** Lets the logger follow its parent again. */
  void unset(String logger);

  /** The name that Kafka gives to the root of all loggers. */
  String ROOT = "root";

  /** A node whose log levels are nobody's business. */
  LogLevels NONE =
      new LogLevels() {
        @Override
        public Map<String, String> levels() {
          return Map.of();
        }

        @Override
        public void set(String logger, String level) {}

        @Override
        public void unset(String logger) {}
      };
}
