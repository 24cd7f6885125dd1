package milena.kafka.api;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import milena.kafka.api.ConfigAlterations.Asked;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;

/** Changes of log levels, which concern this node alone and are not kept over its end. */
final class LoggerChanges {
  /** The operations' numbers in the protocol. */
  static final byte SET = 0;

  static final byte DELETE = 1;
  static final byte APPEND = 2;
  static final byte SUBTRACT = 3;

  private static final Set<String> LEVELS =
      Set.of("FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE");

  private final LogLevels logLevels;

  LoggerChanges(LogLevels logLevels) {
    this.logLevels = logLevels;
  }

  /** All of the changes or, when one of them is wrong, none. */
  void alter(List<Asked> changes, boolean validateOnly) {
    Map<String, String> present = logLevels.levels();
    changes.forEach(change -> check(change, present));
    if (!validateOnly) {
      for (Asked change : changes) {
        if (change.operation() == SET) {
          logLevels.set(change.name(), change.value());
        } else {
          logLevels.unset(change.name());
        }
      }
    }
  }

  private static void check(Asked change, Map<String, String> present) {
    switch (change.operation()) {
      case SET -> {
        requirePresent(change.name(), present);
        if (!LEVELS.contains(change.value())) {
          throw new InvalidConfigurationException(
              "Cannot set the log level of "
                  + change.name()
                  + " to "
                  + change.value()
                  + " as it is not a supported log level. Valid log levels are "
                  + String.join(", ", new TreeSet<>(LEVELS)));
        }
      }
      case DELETE -> {
        requirePresent(change.name(), present);
        if (change.name().equals(LogLevels.ROOT)) {
          throw new InvalidRequestException(
              "Removing the log level of the " + LogLevels.ROOT + " logger is not allowed");
        }
      }
      case APPEND, SUBTRACT ->
          throw new InvalidRequestException(
              (change.operation() == APPEND ? "APPEND" : "SUBTRACT")
                  + " operation is not allowed for the BROKER_LOGGER resource");
      default ->
          throw new InvalidRequestException(
              "Unknown operation type "
                  + change.operation()
                  + " is not allowed for the BROKER_LOGGER resource");
    }
  }

  private static void requirePresent(String logger, Map<String, String> present) {
    if (!present.containsKey(logger)) {
      throw new InvalidConfigurationException("Logger " + logger + " does not exist!");
    }
  }
}
