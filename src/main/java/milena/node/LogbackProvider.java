package milena.node;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.joran.spi.JoranException;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.Reporter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Logback with {@link LogbackSetup}, for processes that {@code bin/milena} starts: it names this
 * class in {@code -Dslf4j.provider}, which spares a start the search of every jar for providers and
 * for setups. A file named by {@code -Dlogback.configurationFile} goes first, as ever.
 */
public final class LogbackProvider implements SLF4JServiceProvider {
  private final LoggerContext loggers = new LoggerContext();
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final LogbackMDCAdapter diagnostics = new LogbackMDCAdapter();

  /** For SLF4J. */
  public LogbackProvider() {}

  @Override
  public void initialize() {
    loggers.setName("default");
    loggers.setMDCAdapter(diagnostics);
    if (System.getProperty(LogbackSetup.FILE_PROPERTY) == null) {
      LogbackSetup.apply(loggers);
    } else {
      readFile();
    }
    loggers.start();
  }

  private void readFile() {
    try {
      new ContextInitializer(loggers).autoConfig();
    } catch (JoranException e) {
      Reporter.error("The configuration of Logback can't be read", e);
    }
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return loggers;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return diagnostics;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0.99";
  }
}
