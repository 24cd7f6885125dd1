package milena.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.HashMap;
import java.util.Map;
import milena.kafka.api.LogLevels;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/**
 * Logback's loggers. They are the process's, so that nodes in one JVM share them; a program that
 * embeds a node and logs by other means shows none.
 */
final class LogbackLevels implements LogLevels {
  private final LoggerContext loggers;

  private LogbackLevels(LoggerContext loggers) {
    this.loggers = loggers;
  }

  static LogLevels ofThisProcess() {
    ILoggerFactory factory = LoggerFactory.getILoggerFactory();
    return factory instanceof LoggerContext context ? new LogbackLevels(context) : LogLevels.NONE;
  }

  @Override
  public Map<String, String> levels() {
    Map<String, String> levels = new HashMap<>();
    for (Logger logger : loggers.getLoggerList()) {
      levels.put(name(logger), logger.getEffectiveLevel().toString());
    }
    return levels;
  }

  private static String name(Logger logger) {
    return logger.getName().equals(Logger.ROOT_LOGGER_NAME) ? ROOT : logger.getName();
  }

  @Override
  public void set(String logger, String level) {
    // Logback has no level above ERROR.
    find(logger).setLevel(level.equals("FATAL") ? Level.ERROR : Level.toLevel(level));
  }

  @Override
  public void unset(String logger) {
    find(logger).setLevel(null);
  }

  private Logger find(String name) {
    return loggers.getLogger(name.equals(ROOT) ? Logger.ROOT_LOGGER_NAME : name);
  }
}
